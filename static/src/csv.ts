// Comma-separated values as RFC 4180 has them. Pure.

/** What a spreadsheet would take for a formula is kept a text. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export const csvOf = (head: readonly string[], rows: Iterable<readonly (string | number)[]>): string =>
  [head, ...rows].map(row => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
