// Comma- or tab-separated values as a table.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { isNumeric } from '../grid/columns';
import { t } from '../i18n';
import { parseCsv } from './csv';

const ROWS = 500;
const COLUMNS = 100;

export function TablePreview({ text, separator, cut }: { text: string; separator: string; cut: boolean }): JSX.Element {
  const table = useMemo(() => parseCsv(text, separator, ROWS + 1, cut), [text, separator, cut]);
  const [head = [], ...rows] = table.rows;
  const numeric = head.map((_, i) => rows.length > 0 && rows.every(row => !row[i] || isNumeric(row[i]!)));
  return (
    <>
      <div class="table-box csv" tabIndex={0} role="region" aria-label={t('artifacts.table')}>
        <table class="list">
          <thead><tr>{head.slice(0, COLUMNS).map((h, i) => <th key={i} scope="col" class={numeric[i] ? 'number' : ''}>{h || <span class="sr-only">{i + 1}</span>}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>{row.slice(0, COLUMNS).map((v, k) => <td key={k} class={numeric[k] ? 'number' : 'text'} title={v.length > 40 ? v : undefined}>{v}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {(table.more || head.length > COLUMNS) && <p class="muted">{t('artifacts.rows', { rows: rows.length, columns: Math.min(head.length, COLUMNS) })}</p>}
    </>
  );
}
