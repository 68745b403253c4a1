// Rows of the table as text to paste elsewhere: as they are read there, numbers in full.
import type { Search, Selection } from '../api/grid';
import { toCsv, toMarkdown } from '../compare/copy';
import { fullNumber } from '../format';
import { t } from '../i18n';
import { selectedRows } from './bulk';
import type { Column } from './columns';
import { columnTitle } from './header';
import type { Row } from './rows';

export function tableOf(rows: readonly Row[], columns: readonly Column[]): { head: string[]; rows: string[][] } {
  const shown = columns.filter(c => c.group !== 'info' && c.value !== 'spark');
  return {
    head: [t('runs.run_name'), t('runs.status'), ...shown.map(columnTitle)],
    rows: rows.map(r => [r.name, t(`status.${r.status}`), ...shown.map(c => {
      const v = r.cells.get(c.id);
      return v === null || v === undefined ? '' : typeof v === 'number' ? fullNumber(v) : v;
    })]),
  };
}

export async function rowsAs(format: 'csv' | 'markdown', selection: Selection, within: Search, columns: readonly Column[], most: number): Promise<string> {
  const rows: Row[] = [];
  for await (const page of selectedRows(selection, within, columns, most)) rows.push(...page);
  return (format === 'csv' ? toCsv : toMarkdown)(tableOf(rows, columns));
}
