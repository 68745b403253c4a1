// Looks into a file, a bounded part of it: which previewer, and how much, is decided here.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { artifacts } from '../api';
import { formatBytes } from '../format';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Markdown } from '../ui/markdown';
import { Failure, Loading } from '../ui/parts';
import { AUTO_LIMIT, extension, isKnownBinary, kindOf, looksLikeText, TEXT_HEAD } from './kinds';
import { ImagePreview } from './image';
import type { ArtifactSource } from './source';
import { TablePreview } from './table';

export function Preview({ url, path, size }: { source: ArtifactSource; url: string; path: string; size: number | undefined }): JSX.Element {
  const kind = kindOf(path);
  if (size === 0) return <p class="muted artifact-hint">{t('artifacts.zero')}</p>;
  if (isKnownBinary(path)) return <p class="muted artifact-hint">{t('artifacts.nopreview')}</p>;
  if (kind === 'image') return <ImagePreview url={url} path={path} size={size} />;
  return <TextPreview url={url} path={path} size={size} />;
}

function TextPreview({ url, path, size }: { url: string; path: string; size: number | undefined }): JSX.Element {
  const kind = kindOf(path);
  const [limit, setLimit] = useState(size !== undefined && size <= AUTO_LIMIT && kind !== 'other' ? AUTO_LIMIT : TEXT_HEAD);
  const [raw, setRaw] = useState(false);
  const head = useLoad(`head ${url} ${limit}`, signal => artifacts.head(url, limit, signal));
  if (head.error !== null) return <Failure error={head.error} retry={head.reload} />;
  if (!head.data) return <Loading />;
  const { bytes, whole } = head.data;
  if (kind === 'other' && !looksLikeText(bytes)) return <p class="muted artifact-hint">{t('artifacts.nopreview')}</p>;
  const text = new TextDecoder('utf-8').decode(bytes, { stream: !whole });
  const dressed = kind === 'json' ? prettyJson(text, whole) : kind === 'table' || kind === 'markdown' ? text : null;
  return (
    <div class="preview">
      {!whole && (
        <p class="preview-note">
          {size === undefined ? t('artifacts.head', { n: formatBytes(bytes.length) }) : t('artifacts.head.of', { n: formatBytes(bytes.length), size: formatBytes(size) })}{' '}
          <button type="button" class="link" onClick={() => setLimit(limit * 4)}>{t('artifacts.head.more')}</button>
        </p>
      )}
      {dressed !== null && (
        <label class="switch preview-switch"><input type="checkbox" checked={raw} onChange={e => setRaw(e.currentTarget.checked)} /> {t('artifacts.raw')}</label>
      )}
      {!raw && kind === 'table' ? (
        <TablePreview text={text} separator={extension(path) === 'tsv' ? '\t' : ','} cut={!whole} />
      ) : !raw && kind === 'markdown' ? (
        <Markdown text={text} />
      ) : (
        <pre class="text" tabIndex={0} aria-label={path} data-testid="text">{raw || dressed === null ? text : dressed}</pre>
      )}
    </div>
  );
}

/** Indented, when it is complete and short enough to gain by it; as it stands otherwise. */
function prettyJson(text: string, whole: boolean): string | null {
  if (!whole) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}
