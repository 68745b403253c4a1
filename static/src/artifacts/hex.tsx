// The first bytes of a file of which nothing else is known.
import type { JSX } from 'preact';
import { artifacts } from '../api';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import type { PreviewProps } from './preview-props';

const HEAD = 4096;

export function hexLine(bytes: Uint8Array, at: number): string {
  const row = [...bytes.subarray(at, at + 16)];
  const hex = row.map(b => b.toString(16).padStart(2, '0'));
  const letters = row.map(b => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '·')).join('');
  return `${at.toString(16).padStart(8, '0')}  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  ${letters}`;
}

export function HexRows({ bytes }: { bytes: Uint8Array }): JSX.Element {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) lines.push(hexLine(bytes, at));
  return (
    <>
      <p class="preview-note">{t('artifacts.hex', { n: bytes.length })}</p>
      <pre class="text hex" tabIndex={0} role="region" aria-label={t('artifacts.hex.bytes')} data-testid="hex">{lines.join('\n')}</pre>
    </>
  );
}

export function HexPreview({ url }: PreviewProps): JSX.Element {
  const head = useLoad(`hex ${url}`, signal => artifacts.head(url, HEAD, signal));
  if (head.error !== null) return <Failure error={head.error} retry={head.reload} />;
  if (!head.data) return <Loading />;
  return <HexRows bytes={head.data.bytes} />;
}
