// Tables as files: comma-separated values as RFC 4180 has them, and values separated by tabs. Pure.
//
// What a spreadsheet would take for a formula gets an apostrophe before it, and what has apostrophes before such a beginning
// one more; numbers stay numbers. Whoever reads the file with a program takes one apostrophe away from what begins like
// `formula`, and has every value as it was.

/** Those of full width too: spreadsheets of Japanese systems read them alike. */
const formula = /^'*[=+\-@\t\r＝＋－＠]/;

const guarded = (text: string): string => (formula.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);

export function csvCell(value: string | number): string {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  const text = guarded(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\r': '\\r', '\n': '\\n' };

/** There are no quotes: what would end a cell or a line is written with a backslash. */
export const tsvCell = (text: string): string => guarded(text).replace(/[\\\t\r\n]/g, c => escapes[c]!);

export const csvOf = (head: readonly string[], rows: Iterable<readonly (string | number)[]>): string =>
  [head, ...rows].map(row => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
