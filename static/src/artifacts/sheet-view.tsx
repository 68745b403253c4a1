// A grid of any number of rows: those in view are drawn. Titles sort.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { t } from '../i18n';
import { naturalLetters, nextSort, type Sheet, type Sort, sortedRows } from './sheet';
import { useWindowed } from './windowed';

const ROW = 24;
const COLUMNS = 200;

export function SheetView({ sheet }: { sheet: Sheet }): JSX.Element {
  const [sort, setSort] = useState<Sort | null>(null);
  const order = useMemo(() => (sort ? sortedRows(sheet, sort) : null), [sheet, sort]);
  const letters = useMemo(() => naturalLetters(sheet), [sheet.columns, sheet.rows > 0]);
  const { box, from, to } = useWindowed<HTMLDivElement>(sheet.rows, ROW);
  const columns = sheet.columns.slice(0, COLUMNS);
  const digits = String(sheet.rows).length;
  const width = columns.reduce((sum, _, c) => sum + letters[c]! + 2, digits + 3);
  const body = [];
  for (let i = from; i < to; i++) {
    const row = order ? order[i]! : i;
    body.push(
      <tr key={i} aria-rowindex={i + 2}>
        <th scope="row" class="row-no">{row + 1}</th>
        {columns.map((_, c) => {
          const text = sheet.cell(row, c);
          return <td key={c} class={sheet.numeric[c] ? 'number' : 'text'} title={text.length > 20 ? text.slice(0, 2000) : undefined}>{text.length > 300 ? `${text.slice(0, 300)}…` : text}</td>;
        })}
      </tr>,
    );
  }
  return (
    <>
      <div class="table-box csv" ref={box} tabIndex={0} role="region" aria-label={t('artifacts.table')}>
        <table class="list sheet" aria-label={t('artifacts.table')} aria-rowcount={sheet.rows + 1} style={{ width: `${width}ch` }}>
          <colgroup><col style={{ width: `${digits + 3}ch` }} />{columns.map((_, c) => <col key={c} style={{ width: `${letters[c]! + 2}ch` }} />)}</colgroup>
          <thead>
            <tr>
              <th scope="col" class="row-no"><span class="sr-only">{t('artifacts.row')}</span></th>
              {columns.map((title, c) => (
                <th key={c} scope="col" class={sheet.numeric[c] ? 'number' : ''} aria-label={title || String(c + 1)} aria-sort={sort?.column === c ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
                  <button type="button" class="sort" title={title} onClick={() => setSort(nextSort(sort, c))}>
                    <span class="tree-name">{title || c + 1}</span>{sort?.column === c && <span aria-hidden="true">{sort.descending ? '↓' : '↑'}</span>}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {from > 0 && <tr aria-hidden="true"><td class="spacer" colSpan={columns.length + 1} style={{ height: `${from * ROW}px` }} /></tr>}
            {body}
            {to < sheet.rows && <tr aria-hidden="true"><td class="spacer" colSpan={columns.length + 1} style={{ height: `${(sheet.rows - to) * ROW}px` }} /></tr>}
          </tbody>
        </table>
      </div>
      {sheet.columns.length > COLUMNS && <p class="muted">{t('artifacts.columns', { n: COLUMNS, of: sheet.columns.length })}</p>}
    </>
  );
}
