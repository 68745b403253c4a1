// A comparison as text to paste elsewhere. Pure.
import { csvOf } from '../csv';

export interface TextTable { head: readonly string[]; rows: readonly (readonly string[])[] }

export const toCsv = (table: TextTable): string => csvOf(table.head, table.rows);

export function toMarkdown(table: TextTable): string {
  const field = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replace(/\r?\n/g, '<br>');
  const line = (row: readonly string[]) => `| ${row.map(field).join(' | ')} |`;
  return [line(table.head), line(table.head.map((_, i) => (i === 0 ? '---' : '---:'))), ...table.rows.map(line)].join('\n') + '\n';
}
