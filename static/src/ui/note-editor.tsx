// A note in Markdown, edited beside what it will look like. What somebody else has saved meanwhile is not written over.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Markdown } from './markdown';
import { Reason } from './parts';

/** What is typed is kept in this tab until it is saved or given up, so that no reload loses it. */
function useDraft(of: string, text: string): { draft: string; base: string; write: (next: string) => void; rebase: (next: string) => void; drop: () => void } {
  const name = `cairn.note ${of}`;
  const [state, setState] = useState<{ draft: string; base: string }>(() => {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
      if (kept && typeof kept === 'object' && 'draft' in kept && 'base' in kept) return { draft: String(kept.draft), base: String(kept.base) };
    } catch {
      /* no storage, or nothing of ours in it */
    }
    return { draft: text, base: text };
  });
  const keep = (next: typeof state) => {
    setState(next);
    try {
      sessionStorage.setItem(name, JSON.stringify(next));
    } catch {
      /* the draft lasts for this page only */
    }
  };
  return {
    ...state,
    write: draft => keep({ ...state, draft }),
    rebase: base => keep({ ...state, base }),
    drop: () => {
      try {
        sessionStorage.removeItem(name);
      } catch {
        /* it was not kept */
      }
    },
  };
}

interface Props {
  /** Whose note it is: the draft is kept under this name. */
  of: string;
  text: string;
  /** Characters that the server takes. */
  most: number;
  /** The note as it is now. */
  read: () => Promise<string>;
  write: (text: string) => Promise<unknown>;
  onClose: (saved: boolean) => void;
}

export function NoteEditor({ of, text, most, read, write: store, onClose }: Props): JSX.Element {
  const { draft, base, write, rebase, drop } = useDraft(of, text);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [theirs, setTheirs] = useState<string | null>(null);
  const changed = draft !== base;
  useEffect(() => {
    if (!changed) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);
  const close = (saved: boolean) => {
    drop();
    onClose(saved);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const now = await read();
      if (now !== base && now !== draft) setTheirs(now);
      else {
        await store(draft);
        return close(true);
      }
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <div class="note-edit">
      <div class="note-panes">
        <textarea
          rows={12} aria-label={t('notes')} value={draft} maxLength={most} disabled={busy} autofocus
          onInput={e => write(e.currentTarget.value)}
          onKeyDown={e => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void save();
            e.stopPropagation();
          }}
        />
        <div class="note-preview" role="region" aria-label={t('notes.preview')} tabIndex={0}>{draft ? <Markdown text={draft} /> : <p class="muted">{t('notes.preview')}</p>}</div>
      </div>
      {error !== null && <p class="field-error" role="alert"><Reason error={error} /></p>}
      {theirs !== null && (
        <div class="banner" role="alert">
          <span>{t('notes.conflict')}</span>
          <button type="button" onClick={() => { rebase(theirs); setTheirs(null); }}>{t('notes.mine')}</button>
          <button type="button" onClick={() => close(true)}>{t('notes.theirs')}</button>
        </div>
      )}
      {theirs !== null && <details open><summary>{t('notes.theirs.text')}</summary><Markdown text={theirs} /></details>}
      <p class="muted">{t('notes.hint')} {draft.length >= most * 0.9 && `${draft.length} / ${most}`}</p>
      <div class="dialog-buttons">
        <button type="button" class="plain" disabled={busy} onClick={() => close(false)}>{t('cancel')}</button>
        <button type="button" class="primary" disabled={busy || theirs !== null} onClick={() => void save()}>{t('save')}</button>
      </div>
    </div>
  );
}
