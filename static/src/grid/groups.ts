// Runs in groups: what to ask the server, and what its answer means for the rows of the table. Pure.
import type { ColumnSpec, ColumnStats, GroupQuery, Groups, Search } from '../api/grid';
import type { WireNumber } from '../api/types';
import { nameIsMinimized } from '../compare/direction';
import { formatNumber, fullNumber } from '../format';
import { t } from '../i18n';
import { equals, joined, quotedName } from '../query/clauses';
import { type Column, columnOf, type Sort } from './columns';
import { specOf } from './rows';

/** Keys and columns that the server takes. */
export const MOST_KEYS = 5;
const MOST_COLUMNS = 40;

export const aggregates = ['mean', 'min', 'max', 'range'] as const;
export type Aggregate = (typeof aggregates)[number];
export const aggregateOf = (text: string | null): Aggregate => aggregates.find(a => a === text) ?? 'mean';

export type GroupValue = WireNumber | string | null;

const groupable = ['status', 'user_id', 'experiment_id', 'run_name', 'source'];

export function groupKeys(ids: readonly string[]): Column[] {
  const keys = ids.map(columnOf).filter((c): c is Column => c !== null && c.value !== 'spark' && (c.group !== 'info' || groupable.includes(c.key)));
  return keys.filter((c, i) => keys.findIndex(k => k.id === c.id) === i).slice(0, MOST_KEYS);
}

/** Clients say who ran it, and what, in tags. */
const tagOf: Record<string, string> = { user_id: 'mlflow.user', source: 'mlflow.source.name' };

const asTag = (c: Column): Column => (c.group === 'info' && tagOf[c.key] ? { ...c, group: 'tags', key: tagOf[c.key]! } : c);

/** Columns that come to something in a group: all that were logged, but the keys. */
export function statColumns(columns: readonly Column[], keys: readonly Column[]): Column[] {
  return columns.filter(c => c.group !== 'info' && c.value !== 'spark' && !keys.some(k => k.id === c.id)).slice(0, MOST_COLUMNS);
}

/** Which column says which run is the best one, and which end of it: by its name, unless it is sorted by. */
export function bestOf(sorts: readonly Sort[], columns: readonly Column[]): { index: number; least: boolean } | null {
  const sort = sorts[0];
  const sorted = columns.findIndex(c => c.id === sort?.id && c.group === 'metrics');
  if (sort && sorted >= 0) return { index: sorted, least: !sort.descending };
  const first = columns.findIndex(c => c.group === 'metrics');
  return first < 0 ? null : { index: first, least: nameIsMinimized(columns[first]!.key) };
}

/** The groups are in the order of the rows: by the column that is sorted by, or by a key; else the largest first. */
export function groupQuery(keys: readonly Column[], columns: readonly Column[], numeric: ReadonlySet<string>, sorts: readonly Sort[], aggregate: Aggregate): GroupQuery {
  const spec = (c: Column): ColumnSpec => (c.group !== 'metrics' && numeric.has(c.id) ? { ...specOf(c), numeric: true } : specOf(c));
  const query: GroupQuery = { by: keys.map(k => specOf(asTag(k))), columns: columns.map(spec) };
  const best = bestOf(sorts, columns);
  if (best) {
    query.best = best.index;
    query.best_is_least = best.least;
  }
  const sort = sorts[0];
  const at = columns.findIndex(c => c.id === sort?.id);
  if (sort && at >= 0) {
    const texts = columns[at]!.group !== 'metrics' && !numeric.has(sort.id);
    return { ...query, order: aggregate === 'range' || (texts && aggregate === 'mean') ? 'min' : aggregate, order_column: at, descending: sort.descending };
  }
  if (sort && keys.some(k => k.id === sort.id)) return { ...query, order: 'keys', descending: sort.descending };
  return query;
}

export interface GroupRow {
  /** Of the values of the keys: equal for no two groups. */
  id: string;
  values: GroupValue[];
  runs: number;
  stats: { count: number; mean: number | null; std: number | null; min: GroupValue; max: GroupValue }[];
  best: { run_id: string; experiment_id: string; run_name: string } | null;
}

export function rowsOfGroups(answer: Groups): GroupRow[] {
  return answer.runs.map((runs, i) => {
    const values = answer.values.map(v => v[i] ?? null);
    return {
      id: JSON.stringify(values), values, runs, best: answer.best?.[i] ?? null,
      stats: answer.columns.map((c: ColumnStats) => ({ count: c.count[i] ?? 0, mean: c.mean[i] ?? null, std: c.std[i] ?? null, min: c.min[i] ?? null, max: c.max[i] ?? null })),
    };
  });
}

const shown = (v: GroupValue) => (typeof v === 'number' ? formatNumber(v) : (v ?? '–'));
const full = (v: GroupValue) => (typeof v === 'number' ? fullNumber(v) : (v ?? '–'));

/** What a cell says, and all of it for who points at it. */
export function statText(stat: GroupRow['stats'][number], aggregate: Aggregate): { text: string; title: string; number: boolean } | null {
  const { count, mean, std, min, max } = stat;
  if (count === 0 || (min === null && mean === null)) return null;
  const line = (name: 'mean' | 'std' | 'min' | 'max', v: GroupValue) => (v === null ? [] : [`${t(`value.${name}`)} ${full(v)}`]);
  const title = [t('value.n', { n: count }), ...line('mean', mean), ...line('std', std), ...line('min', min), ...line('max', max)].join('\n');
  const range = min === max ? shown(min) : `${shown(min)} … ${shown(max)}`;
  if (typeof min === 'string' && mean === null) return { text: aggregate === 'min' ? min : aggregate === 'max' ? shown(max) : range, title, number: false };
  if (aggregate === 'min' || aggregate === 'max') return { text: shown(aggregate === 'min' ? min : max), title, number: true };
  if (aggregate === 'range' || mean === null) return { text: range, title, number: true };
  return { text: std ? `${shown(mean)} ± ${formatNumber(Number(std.toPrecision(2)))}` : shown(mean), title, number: true };
}

/** The runs of one group as a search of their own; null where the filter cannot say it. */
export function searchOfGroup(search: Search, keys: readonly Column[], values: readonly GroupValue[]): Search | null {
  let experimentIds = search.experimentIds;
  const clauses = [search.filter];
  for (const [i, key] of keys.entries()) {
    const value = values[i] ?? null;
    const column = asTag(key);
    if (column.group === 'params' || column.group === 'tags') clauses.push(equals(column.group, column.key, value === null ? null : String(value)));
    else if (value === null) return null;
    else if (column.key === 'experiment_id' && column.group === 'info') experimentIds = [String(value)];
    else if (column.group === 'metrics') {
      if (column.value || typeof value !== 'number') return null;
      clauses.push(`${quotedName('metrics', column.key)} = ${value}`);
    } else {
      const text = String(value);
      if (text.includes("'") && text.includes('"')) return null;
      clauses.push(`attributes.${column.key} = ${text.includes("'") ? `"${text}"` : `'${text}'`}`);
    }
  }
  return { ...search, experimentIds, filter: joined(clauses) };
}
