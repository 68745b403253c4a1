// Runs in groups by a value they share, for bars and boxes. Pure.
import { formatNumber } from '../format';
import type { Field } from './fields';

export interface Group { /** null: runs without a value. */ code: number | null; name: string | null; values: number[]; rows: number[] }

/** In the order of the values they share; runs without a value last. Only runs that have the metric. */
export function grouped(by: Field, of: Field): Group[] {
  const groups = new Map<number | null, Group>();
  by.values.forEach((v, row) => {
    const value = of.values[row]!;
    if (Number.isNaN(value)) return;
    const code = Number.isNaN(v) ? null : v;
    let group = groups.get(code);
    if (!group) {
      const name = code === null ? null : by.kind === 'category' ? (by.categories[code] ?? '') : formatNumber(code);
      group = { code, name, values: [], rows: [] };
      groups.set(code, group);
    }
    group.values.push(value);
    group.rows.push(row);
  });
  return [...groups.values()].sort((a, b) => (a.code === null ? 1 : 0) - (b.code === null ? 1 : 0) || a.code! - b.code!);
}
