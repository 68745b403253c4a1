// Arrays of numpy, tensors of safetensors, and what is in a zip: by their heads, whatever the size of the file.
import type { JSX } from 'preact';
import { artifacts } from '../api';
import { formatBytes } from '../format';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { type ArrayHead, elements, npyHead, safetensorsHead, safetensorsLength, zipDataAt, zipDirectory, zipDirectory64, zipEntries, type ZipEntry } from './arrays';
import { AUTO_LIMIT, extension } from './kinds';
import type { PreviewProps } from './preview-props';

interface Heads { arrays: ArrayHead[]; metadata: Record<string, string>; entries: ZipEntry[]; shown: number }

/** No more entries of an archive are looked into. */
const MOST_ENTRIES = 64;
const ENTRY_HEAD = 1024;
const TAIL = 66_000; // the end of a zip may be followed by a note of 64 KiB

type Read = (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>;

async function entriesOf(size: number, read: Read): Promise<ZipEntry[]> {
  const from = Math.max(0, size - TAIL);
  const tail = await read(from, size);
  let found = zipDirectory(tail, size);
  if (found && 'end64At' in found) found = zipDirectory64(await read(found.end64At, found.end64At + 56));
  if (!found || found.at + found.length > size) throw new Error(t('artifacts.head.unknown'));
  if (found.length > AUTO_LIMIT) throw new Error(t('artifacts.toolarge'));
  return zipEntries(found.at >= from ? tail.subarray(found.at - from, found.at - from + found.length) : await read(found.at, found.at + found.length));
}

/** The first bytes of a packed entry, as far as they are there. */
async function unpackedHead(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: number[] = [];
  try {
    while (parts.length < ENTRY_HEAD) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(...value.subarray(0, ENTRY_HEAD));
    }
  } catch {
    /* the end is missing: what came before it is enough, or is not */
  }
  void reader.cancel().catch(() => undefined);
  return Uint8Array.from(parts);
}

async function entryHead(entry: ZipEntry, read: Read): Promise<ArrayHead> {
  const name = entry.name.replace(/\.npy$/, '');
  const head = await read(entry.at, entry.at + ENTRY_HEAD + 30 + entry.name.length);
  const at = zipDataAt(head);
  const data = at === null ? null : head.slice(at, at + Math.min(entry.packed, ENTRY_HEAD));
  const npy = data && npyHead(entry.method === 8 ? await unpackedHead(data) : data);
  return npy ? { name, dtype: npy.dtype, shape: npy.shape, bytes: entry.size } : { name, dtype: '', shape: [], bytes: entry.size, why: t('artifacts.head.unknown') };
}

async function headsOf(props: PreviewProps, signal: AbortSignal): Promise<Heads> {
  const { url, path } = props;
  const read: Read = async (from, to) => (await artifacts.range(url, from, to, signal)).bytes;
  const none: Heads = { arrays: [], metadata: {}, entries: [], shown: 0 };
  const ext = extension(path);
  const first = await artifacts.head(url, 4096, signal);
  const size = props.size ?? first.size;
  if (size === undefined) throw new Error(t('artifacts.unsized'));
  if (ext === 'npy') {
    const head = npyHead(first.bytes) ?? npyHead(await read(0, 70_000));
    if (!head) throw new Error(t('artifacts.head.unknown'));
    return { ...none, arrays: [{ name: path.slice(path.lastIndexOf('/') + 1), dtype: head.dtype, shape: head.shape, bytes: size - head.dataAt }] };
  }
  if (ext === 'safetensors') {
    const length = safetensorsLength(first.bytes);
    if (length === null || length + 8 > size) throw new Error(t('artifacts.head.unknown'));
    if (length > AUTO_LIMIT * 8) throw new Error(t('artifacts.toolarge'));
    const bytes = length + 8 <= first.bytes.length ? first.bytes.subarray(8, 8 + length) : await read(8, 8 + length);
    return { ...none, ...safetensorsHead(new TextDecoder().decode(bytes)) };
  }
  const entries = await entriesOf(size, read);
  if (ext !== 'npz') return { ...none, entries };
  const arrays: ArrayHead[] = [];
  for (const entry of entries.slice(0, MOST_ENTRIES)) arrays.push(await entryHead(entry, read));
  return { ...none, arrays, shown: entries.length > MOST_ENTRIES ? entries.length : 0 };
}

export function ArraysPreview(props: PreviewProps): JSX.Element {
  const heads = useLoad(`arrays ${props.url}`, signal => headsOf(props, signal));
  if (heads.error !== null) return <Failure error={heads.error} retry={heads.reload} />;
  if (!heads.data) return <Loading />;
  const { arrays, metadata, entries, shown } = heads.data;
  if (entries.length > 0 || arrays.length === 0) return <Entries entries={entries} />;
  const total = arrays.reduce((n, a) => n + elements(a.shape), 0);
  return (
    <div class="preview">
      <p class="preview-note">{tn('artifacts.arrays', arrays.length, { values: count(total) })}{shown > 0 && ` ${t('artifacts.arrays.first', { n: arrays.length, of: count(shown) })}`}</p>
      <div class="table-box csv" tabIndex={0} role="region" aria-label={t('artifacts.arrays.title')}>
        <table class="list" aria-label={t('artifacts.arrays.title')} data-testid="arrays">
          <thead><tr><th scope="col">{t('artifacts.name')}</th><th scope="col">{t('artifacts.type')}</th><th scope="col">{t('artifacts.shape')}</th><th scope="col" class="number">{t('artifacts.size')}</th></tr></thead>
          <tbody>
            {arrays.slice(0, 5000).map(a => (
              <tr key={a.name}><th scope="row"><code>{a.name}</code></th><td>{a.why ?? a.dtype}</td><td><code>{a.why ? '' : `(${a.shape.join(', ')})`}</code></td><td class="number">{a.bytes === undefined ? '' : formatBytes(a.bytes)}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {Object.keys(metadata).length > 0 && <dl class="card">{Object.entries(metadata).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>}
    </div>
  );
}

function Entries({ entries }: { entries: ZipEntry[] }): JSX.Element {
  const total = entries.reduce((n, e) => n + e.size, 0);
  return (
    <div class="preview">
      <p class="preview-note">{tn('artifacts.total', entries.length, { size: formatBytes(total) })}</p>
      <div class="table-box csv" tabIndex={0} role="region" aria-label={t('artifacts.zip')}>
        <table class="list" aria-label={t('artifacts.zip')} data-testid="entries">
          <thead><tr><th scope="col">{t('artifacts.name')}</th><th scope="col" class="number">{t('artifacts.size')}</th><th scope="col" class="number">{t('artifacts.packed')}</th></tr></thead>
          <tbody>{entries.slice(0, 2000).map((e, i) => <tr key={i}><th scope="row"><code>{e.name}</code></th><td class="number">{formatBytes(e.size)}</td><td class="number">{formatBytes(e.packed)}</td></tr>)}</tbody>
        </table>
      </div>
    </div>
  );
}
