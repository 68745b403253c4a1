// A comparison as text to paste elsewhere. Pure.

export interface TextTable { head: readonly string[]; rows: readonly (readonly string[])[] }

/** RFC 4180; what a spreadsheet would run as a formula gets an apostrophe, unless it is a number. */
export function toCsv(table: TextTable): string {
  const field = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [table.head, ...table.rows].map(row => row.map(field).join(',')).join('\r\n') + '\r\n';
}

export function toMarkdown(table: TextTable): string {
  const field = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replace(/\r?\n/g, '<br>');
  const line = (row: readonly string[]) => `| ${row.map(field).join(' | ')} |`;
  return [line(table.head), line(table.head.map((_, i) => (i === 0 ? '---' : '---:'))), ...table.rows.map(line)].join('\n') + '\n';
}
