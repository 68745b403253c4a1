// Parquet: the footer by a range request, then the rows of one row group after the other, the first unasked when it is small.
import { type AsyncBuffer, cachedAsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { artifacts, isAbort } from '../api';
import { formatBytes } from '../format';
import { isNumeric } from '../grid/columns';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { cellText } from './cell-text';
import { compressorsFor, unreadable } from './codecs';
import { AUTO_LIMIT } from './kinds';
import { columnsOf, nextSlice, typeOf } from './parquet-plan';
import type { PreviewProps } from './preview-props';
import type { Sheet } from './sheet';
import { SheetView } from './sheet-view';

const FOOTER = 64 * 1024;
const SAMPLE = 200;

type Row = Record<string, unknown>;

function bufferOf(url: string, size: number, signal: AbortSignal): AsyncBuffer {
  return cachedAsyncBuffer({
    byteLength: size,
    async slice(from: number, to = size) {
      const { bytes } = await artifacts.range(url, from, to, signal);
      if (bytes.length < to - from) throw new Error(t('artifacts.cut'));
      return bytes.buffer;
    },
  });
}

export function ParquetPreview({ url, size }: PreviewProps): JSX.Element {
  const life = useMemo(() => new AbortController(), []);
  useEffect(() => () => life.abort(), []);
  const file = useLoad(`parquet ${url}`, async signal => {
    const known = size ?? (await artifacts.head(url, 4, signal)).size;
    if (known === undefined) throw new Error(t('artifacts.unsized'));
    const buffer = bufferOf(url, known, life.signal);
    const tail = new DataView(await buffer.slice(Math.max(0, known - Math.min(known, FOOTER)), known));
    if (tail.byteLength >= 8 && tail.getUint32(tail.byteLength - 8, true) > AUTO_LIMIT * 8) throw new Error(t('artifacts.footer'));
    return { buffer, metadata: await parquetMetadataAsync(buffer, { initialFetchSize: Math.min(known, FOOTER) }) };
  });
  if (file.error !== null) return <Failure error={file.error} retry={file.reload} />;
  if (!file.data) return <Loading />;
  return <Rows {...file.data} />;
}

function Rows({ buffer, metadata }: { buffer: AsyncBuffer; metadata: FileMetaData }): JSX.Element {
  const [rows, setRows] = useState<Row[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [schema, setSchema] = useState(false);
  const alive = useRef(true);
  const columns = useMemo(() => columnsOf(metadata), [metadata]);
  const codec = useMemo(() => unreadable(metadata), [metadata]);
  const slice = nextSlice(metadata, rows.length);

  const more = async () => {
    if (!slice) return;
    setBusy(true);
    setError(null);
    try {
      const found = await parquetReadObjects({ file: buffer, metadata, compressors: await compressorsFor(metadata), rowStart: slice.from, rowEnd: slice.to });
      if (alive.current) setRows(now => now.concat(found as Row[]));
    } catch (e) {
      if (alive.current && !isAbort(e)) setError(e);
    }
    if (alive.current) setBusy(false);
  };
  useEffect(() => {
    if (!codec && slice && slice.bytes <= AUTO_LIMIT) void more();
    return () => {
      alive.current = false;
    };
  }, []);

  const sheet: Sheet = useMemo(() => {
    const cell = (r: number, c: number) => cellText(rows[r]?.[columns[c]!.name]);
    const sample = Array.from({ length: Math.min(SAMPLE, rows.length) }, (_, i) => i);
    return { columns: columns.map(c => c.name), numeric: columns.map((_, c) => sample.some(r => cell(r, c)) && sample.every(r => cell(r, c) === '' || isNumeric(cell(r, c)))), rows: rows.length, cell };
  }, [rows, columns]);
  const total = Number(metadata.num_rows);
  return (
    <div class="preview">
      <div class="image-bar">
        <span class="muted" data-testid="rows">{t('artifacts.rows.of', { n: count(rows.length), rows: tn('artifacts.count.rows', total), columns: tn('artifacts.count.columns', columns.length), groups: count(metadata.row_groups.length) })}</span>
        {!codec && slice && <button type="button" disabled={busy} onClick={() => void more()}>{t('artifacts.rows.more', { n: count(slice.to - slice.from), size: formatBytes(slice.bytes) })}</button>}
        {!codec && <label class="switch"><input type="checkbox" checked={schema} onChange={e => setSchema(e.currentTarget.checked)} /> {t('artifacts.schema')}</label>}
      </div>
      {codec && <p class="artifact-hint" role="status">{t('artifacts.codec', { codec })}</p>}
      {error !== null && <Failure error={error} retry={() => void more()} />}
      {codec || schema ? (
        <div class="table-box csv" tabIndex={0} role="region" aria-label={t('artifacts.schema')}>
          <table class="list" aria-label={t('artifacts.schema')}>
            <thead><tr><th scope="col">{t('artifacts.column')}</th><th scope="col">{t('artifacts.type')}</th><th scope="col" class="number">{t('artifacts.stored')}</th></tr></thead>
            <tbody>{columns.map(c => <tr key={c.name}><th scope="row">{c.name}</th><td>{typeOf(c.element)}</td><td class="number">{formatBytes(c.bytes)}</td></tr>)}</tbody>
          </table>
        </div>
      ) : rows.length > 0 ? <SheetView sheet={sheet} /> : busy && <Loading />}
    </div>
  );
}
