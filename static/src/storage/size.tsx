// A size as a table shows it: what is not known says so.
import type { JSX } from 'preact';
import type { Size } from '../api/shelf';
import { formatBytes } from '../format';
import { count, t } from '../i18n';

export function SizeText({ size }: { size: Partial<Size> }): JSX.Element {
  if (size.elsewhere) return <span class="muted" title={t('storage.elsewhere.hint')}>{t('storage.elsewhere')}</span>;
  if (size.bytes === undefined) return <span class="muted" title={t('storage.unknown')}>–</span>;
  return <span title={`${count(size.bytes)} B${size.partial ? ` · ${t('storage.partial')}` : ''}`}>{size.partial && '≥ '}{formatBytes(size.bytes)}</span>;
}

/** How much of the largest it is: a picture of the number beside it. */
export function Bar({ part, deleted = 0, of }: { part: number; deleted?: number; of: number }): JSX.Element {
  const width = (n: number) => `${of > 0 ? (100 * n) / of : 0}%`;
  return (
    <span class="size-bar" aria-hidden="true">
      <span class="size-part" style={{ width: width(Math.max(0, part - deleted)) }} />
      {deleted > 0 && <span class="size-deleted" style={{ width: width(Math.min(part, deleted)) }} />}
    </span>
  );
}
