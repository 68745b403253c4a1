// Numbers that can be seen: a colour or a bar in the cells of a column, from its least value to its greatest. Pure.
import type { Keys } from '../api/grid';
import { numberOf } from '../api';
import { isInfinite } from '../format';
import type { Column } from './columns';
import type { Row } from './rows';

export type Mark = 'heat' | 'bar';
export type Marks = ReadonlyMap<string, Mark>;

/** "metrics.loss:heat,params.lr:bar" of the address. */
export function marksFromText(text: string | null): Map<string, Mark> {
  return new Map([...(text ?? '').matchAll(/([^,]+):(heat|bar)(?:,|$)/g)].map(m => [m[1]!, m[2] as Mark]));
}

export const marksToText = (marks: Marks) => (marks.size === 0 ? null : [...marks].map(([id, mark]) => `${id}:${mark}`).join(','));

export function withMark(marks: Marks, id: string, mark: Mark | null): Map<string, Mark> {
  const next = new Map(marks);
  if (mark === null) next.delete(id);
  else next.set(id, mark);
  return next;
}

/** A cell as a number that has a place between others. */
export function markNumber(cell: unknown): number | null {
  const n = typeof cell === 'number' ? cell : typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : NaN;
  return Number.isFinite(n) && !isInfinite(n) ? n : null;
}

/** From where to where the values of a column go: over all runs where that is known, else over those at hand. */
export function rangeOf(column: Column, rows: readonly Row[], keys: Keys | undefined): readonly [number, number] | null {
  const values = rows.map(r => markNumber(r.cells.get(column.id))).filter((v): v is number => v !== null);
  const known = column.group === 'metrics' && !column.value ? keys?.metrics.find(k => k.key === column.key) : undefined;
  for (const end of [known?.min, known?.max]) {
    const v = end === undefined ? null : markNumber(numberOf(end));
    if (v !== null) values.push(v);
  }
  return values.length === 0 ? null : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** The place of a value in its range, in percent; a column of one value has none. */
export function markShare(cell: unknown, range: readonly [number, number] | null | undefined): number | null {
  const v = markNumber(cell);
  if (v === null || !range || range[0] === range[1]) return null;
  return Math.round(Math.max(0, Math.min(1, (v - range[0]) / (range[1] - range[0]))) * 1000) / 10;
}
