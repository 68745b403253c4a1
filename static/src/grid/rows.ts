// Runs as the grid holds them: what every row has, and a cell for each column that was asked for. Pure.
import type { ColumnSpec, GridPage, KeyInfo, Keys } from '../api/grid';
import { PARENT } from '../run/names';
import { type Column, compare, isNumeric, isSystemMetric } from './columns';
import { cellAfterHead, type Head, headOf, headSpecs } from './heads';

export type Cell = number | string | null;

export interface Row extends Head {
  /** It says that it is a part of another run. */
  nested: boolean;
  /** In a tree: how many of the runs that are found are right below it. */
  children: number;
  /** By the id of a column. */
  cells: Map<string, Cell>;
}

const specs: Record<string, ColumnSpec['kind']> = { metrics: 'metric', params: 'param', tags: 'tag' };

/** How the server calls a column. Of what a run is itself, and not what was logged, an attribute. */
export function specOf(c: Column): ColumnSpec {
  const kind = specs[c.group] ?? 'attribute';
  if (!c.value || c.value === 'spark') return { kind, key: c.key };
  return c.value === 'at' ? { kind, key: c.key, value: 'at', step: c.step } : { kind, key: c.key, value: c.value };
}

const hasCells = (c: Column) => specs[c.group] !== undefined && c.value !== 'spark';

/** What to ask the server for these columns; the first ones are for the rows themselves. */
export function specsOf(columns: readonly Column[]): ColumnSpec[] {
  return [...headSpecs, { kind: 'tag', key: PARENT }, ...columns.filter(hasCells).map(specOf)];
}

function cellOf(value: number | string | null | undefined, kind: ColumnSpec['kind']): Cell {
  if (value === null || value === undefined) return null;
  return kind === 'metric' ? Number(value) : String(value); // NaN and the infinities come as texts
}

export function rowsOf(page: GridPage, columns: readonly Column[]): Row[] {
  const asked = columns.filter(hasCells);
  return page.run_id.map((_, i) => ({
    ...headOf(page, i),
    nested: cellAfterHead(page, 0, i) !== null,
    children: page.children?.[i] ?? 0,
    cells: new Map(asked.map((c, n) => [c.id, cellOf(cellAfterHead(page, 1 + n, i), specs[c.group]!)])),
  }));
}

const MOST = 8;

/** The table a reader gets who chose nothing: the metrics most runs have, and the params that differ between runs. */
export function defaultColumns(keys: Keys | undefined, primaryMetric = ''): string[] {
  // What came of a run is wanted beside its name, also where the table is narrow.
  const [start, ...rest] = ['info.start_time', 'info.duration', 'info.user_id'];
  if (!keys) return [start!, ...rest];
  const byRuns = (a: KeyInfo, b: KeyInfo) => b.runs - a.runs || compare(a.key, b.key);
  const metrics = keys.metrics
    .filter(k => !isSystemMetric(k.key))
    .sort((a, b) => Number(b.key === primaryMetric) - Number(a.key === primaryMetric) || byRuns(a, b))
    .slice(0, MOST);
  // A param missing in some runs differs too. With one run nothing can differ, and all are of interest.
  const params = keys.params.filter(k => keys.runs < 2 || k.values > 1 || k.runs < keys.runs).sort(byRuns).slice(0, MOST);
  // Of the metric that the experiment names, the best value is what one looks for, and how it came about.
  const named = metrics.filter(k => k.key === primaryMetric).flatMap(k => [`metrics.${k.key}@best`, `metrics.${k.key}@spark`]);
  return [start!, ...named, ...metrics.map(k => `metrics.${k.key}`), ...params.map(k => `params.${k.key}`), ...rest];
}

/** A column of params is set like numbers when the rows at hand have nothing else in it. */
export function isNumericColumn(rows: readonly Row[], column: Column): boolean {
  if (column.group === 'metrics') return column.value !== 'spark';
  if (column.group === 'info') return column.key === 'duration';
  let seen = false;
  for (const row of rows) {
    const value = row.cells.get(column.id);
    if (value === null || value === undefined) continue;
    if (!isNumeric(String(value))) return false;
    seen = true;
  }
  return seen;
}
