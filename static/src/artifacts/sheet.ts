// Rows and columns that can be sorted. Pure.
export interface Sheet { columns: readonly string[]; numeric: readonly boolean[]; rows: number; cell: (row: number, column: number) => string }
export interface Sort { column: number; descending: boolean }

/** A first click sorts upwards, a second downwards, a third gives back the order of the file. */
export function nextSort(now: Sort | null, column: number): Sort | null {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? null : { column, descending: true };
}

/** The order of the rows; empty cells come last, equal ones stay as they were. */
export function sortedRows(sheet: Sheet, sort: Sort): Uint32Array {
  const order = Uint32Array.from({ length: sheet.rows }, (_, i) => i);
  const { column } = sort;
  const sign = sort.descending ? -1 : 1;
  if (sheet.numeric[column]) {
    const values = Float64Array.from(order, i => {
      const text = sheet.cell(i, column);
      return text === '' ? NaN : Number(text);
    });
    return order.sort((a, b) => {
      const [x, y] = [values[a]!, values[b]!];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) === Number.isNaN(y) ? a - b : Number.isNaN(x) ? 1 : -1;
      return x === y ? a - b : x < y ? -sign : sign;
    });
  }
  const collator = new Intl.Collator('en', { numeric: true });
  const texts = Array.from(order, i => sheet.cell(i, column));
  return order.sort((a, b) => {
    const [x, y] = [texts[a]!, texts[b]!];
    if (x === '' || y === '') return x === y ? a - b : x === '' ? 1 : -1;
    return sign * collator.compare(x, y) || a - b;
  });
}

const SAMPLE = 100;

/** How many letters wide each column is, by its title and its first rows. */
export function naturalLetters(sheet: Sheet): number[] {
  return sheet.columns.map((title, c) => {
    let most = title.length + 3;
    for (let r = 0; r < Math.min(SAMPLE, sheet.rows); r++) most = Math.max(most, Math.min(60, [...sheet.cell(r, c).slice(0, 60)].reduce((n, l) => n + (l > '⺀' ? 2 : 1), 0)));
    return Math.max(5, Math.min(48, most));
  });
}
