// Small parts every page uses.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { tellingOf } from '../api/errors';
import type { RunStatus } from '../api/types';
import { exactTime, formatNumber, isDate, isoTime, utcTime } from '../format';
import { duration, relative, t } from '../i18n';
import { now } from '../state/clock';
import { Icon, type IconName } from './icons';

export function Time({ ms }: { ms: number | undefined }): JSX.Element {
  if (!ms) return <span class="muted">–</span>;
  if (!isDate(ms)) return <span title={`${ms}\n${t('time.none')}`}>{formatNumber(ms)}</span>;
  return (
    <time dateTime={isoTime(ms)} title={`${exactTime(ms)}\n${utcTime(ms)}`}>
      {relative(ms, now.value)}
    </time>
  );
}

export function Duration({ start, end, running }: { start: number | undefined; end: number | undefined; running: boolean }): JSX.Element {
  if (!start || (!end && !running)) return <span class="muted">–</span>;
  return <span>{duration((end || Math.max(now.value, start)) - start)}</span>;
}

export function Status({ status, text }: { status: RunStatus | undefined; text?: boolean }): JSX.Element {
  const s = status ?? 'FINISHED';
  const label = t(`status.${s}`);
  return (
    <span class={`status status-${s.toLowerCase()}`} title={label}>
      <span class="dot" aria-hidden="true" />
      <span class={text ? '' : 'sr-only'}>{label}</span>
    </span>
  );
}

export function IconButton(props: { icon: IconName; label: string; onClick?: (e: MouseEvent) => void; class?: string; disabled?: boolean; pressed?: boolean; expanded?: boolean }): JSX.Element {
  return (
    <button
      type="button" class={`icon-button ${props.class ?? ''}`} aria-label={props.label} title={props.label} disabled={props.disabled}
      aria-pressed={props.pressed} aria-expanded={props.expanded} onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text); // only on secure origins
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'sr-only';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export function Copy({ text, label }: { text: string; label?: string }): JSX.Element {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const name = done ? t('copy.done') : (label ?? t('copy'));
  return <IconButton icon={done ? 'check' : 'copy'} label={name} class="quiet" onClick={() => void toClipboard(text).then(setDone)} />;
}

/** What has happened, and beneath it what the server said of it. */
export function Reason({ error, heading }: { error: unknown; heading?: string }): JSX.Element {
  const said = tellingOf(error);
  const above = said.heading && (heading ?? said.heading);
  if (!above) return <>{said.detail}</>;
  return (
    <>
      <strong class="said">{above}</strong>
      <span class="said-detail" lang="en">{said.detail}</span>
    </>
  );
}

export function Failure({ error, retry, children }: { error: unknown; retry?: () => void; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <Icon name="warn" />
      <span class="failure-text"><Reason error={error} /></span>
      {retry && <button type="button" onClick={retry}>{t('retry')}</button>}
      {children}
    </div>
  );
}

/** Says nothing for a tenth of a second: most answers are there by then. */
export function Loading(): JSX.Element {
  return <p class="loading muted" role="status">{t('loading')}</p>;
}

export function Empty({ title, children, code }: { title: string; children?: ComponentChildren; code?: string }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
      {code && (
        <div class="code-box">
          <pre tabIndex={0}><code>{code}</code></pre>
          <Copy text={code} label={t('copy.code')} />
        </div>
      )}
    </div>
  );
}

export const serverUrl = () => `${location.origin}${location.pathname}`.replace(/\/(index\.html)?$/, '');

/** A text that turns into a field: Enter keeps, Escape leaves. */
export function InlineEdit(props: { value: string; label: string; save: (value: string) => Promise<void>; onClose: () => void }): JSX.Element {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []); // what is typed next is for it
  const submit = async (e: Event) => {
    e.preventDefault();
    const value = field.current!.value.trim();
    if (!value || value === props.value) return props.onClose();
    setBusy(true);
    try {
      await props.save(value);
      props.onClose();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <form class="inline-edit" onSubmit={submit}>
      <input
        ref={field} aria-label={props.label} defaultValue={props.value} disabled={busy} autocomplete="off" aria-invalid={error !== null}
        onKeyDown={e => {
          if (e.key === 'Escape' && !e.isComposing) props.onClose();
          e.stopPropagation();
        }}
      />
      <button type="submit" disabled={busy}>{t('save')}</button>
      <button type="button" class="plain" onClick={props.onClose}>{t('cancel')}</button>
      {error !== null && <span class="field-error" role="alert"><Reason error={error} /></span>}
    </form>
  );
}
