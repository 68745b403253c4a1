// Comma- or tab-separated values as a grid of the rows read so far; as text when wanted.
import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { isNumeric } from '../grid/columns';
import { t, tn } from '../i18n';
import { Failure, Loading } from '../ui/parts';
import { parseCsv } from './csv';
import { extension, TEXT_HEAD } from './kinds';
import { PartNote } from './part-note';
import type { PreviewProps } from './preview-props';
import type { Sheet } from './sheet';
import { SheetView } from './sheet-view';
import { TextView } from './text';
import { useGrowing } from './use-growing';

const SAMPLE = 200;

function sheetOf(text: string, separator: string, cut: boolean): Sheet {
  const [head = [], ...rows] = parseCsv(text, separator, Infinity, cut).rows;
  const sample = rows.slice(0, SAMPLE);
  return {
    columns: head,
    numeric: head.map((_, c) => sample.length > 0 && sample.some(r => r[c]) && sample.every(r => !r[c] || isNumeric(r[c]!))),
    rows: rows.length,
    cell: (r, c) => rows[r]?.[c] ?? '',
  };
}

export function TablePreview({ url, path, size }: PreviewProps): JSX.Element {
  const text = useRef('');
  const decoder = useRef(new TextDecoder());
  const [raw, setRaw] = useState(false);
  const file = useGrowing(url, size, TEXT_HEAD, (bytes, last) => {
    text.current += decoder.current.decode(bytes, { stream: !last });
  });
  const sheet = useMemo(() => sheetOf(text.current, extension(path) === 'tsv' ? '\t' : ',', !file.whole), [file.loaded, file.whole]);
  const lines = useMemo(() => (raw ? text.current.split(/\r\n|[\n\r]/) : []), [raw, file.loaded]);
  if (file.loaded === 0 && !file.whole) return file.error !== null ? <Failure error={file.error} retry={file.more} /> : <Loading />;
  if (file.loaded === 0) return <p class="muted artifact-hint">{t('artifacts.zero')}</p>;
  return (
    <div class="preview">
      <PartNote file={file} />
      <div class="image-bar">
        <label class="switch"><input type="checkbox" checked={raw} onChange={e => setRaw(e.currentTarget.checked)} /> {t('artifacts.raw')}</label>
        <span class="muted" data-testid="rows">{t(file.whole ? 'artifacts.rows.whole' : 'artifacts.rows', { rows: tn('artifacts.count.rows', sheet.rows), columns: tn('artifacts.count.columns', sheet.columns.length) })}</span>
      </div>
      {raw ? <TextView path={path} lines={lines} version={file.loaded} /> : <SheetView sheet={sheet} />}
    </div>
  );
}
