// Which columns a runs table has, and what they are called in the address and in the query. Pure.
import { numberOf } from '../api';
import type { Run } from '../api/types';

export type Group = 'info' | 'metrics' | 'params' | 'tags';

/** What a column shows of a metric instead of its last value; spark is a small curve, which the server does not sort by. */
export type Value = 'min' | 'max' | 'best' | 'points' | 'at' | 'spark';

/** "metrics.val/loss", "metrics.val/loss@min", "metrics.acc@1000", "params.lr", "tags.team", "info.user_id". */
export interface Column { id: string; group: Group; key: string; value?: Value; step?: number }

export interface RunIndex {
  metrics: Map<string, number>;
  params: Map<string, string>;
  tags: Map<string, string>;
}

const indexes = new WeakMap<Run, RunIndex>();

/** The lists of a run as maps, made once for each answer of the server. */
export function indexOf(run: Run): RunIndex {
  let index = indexes.get(run);
  if (!index) {
    index = {
      metrics: new Map((run.data?.metrics ?? []).map(m => [m.key, numberOf(m.value)])),
      params: new Map((run.data?.params ?? []).map(p => [p.key, p.value ?? ''])),
      tags: new Map((run.data?.tags ?? []).map(t => [t.key, t.value ?? ''])),
    };
    indexes.set(run, index);
  }
  return index;
}

export function columnOf(id: string): Column | null {
  const dot = id.indexOf('.');
  const group = id.slice(0, dot);
  const key = id.slice(dot + 1);
  if (dot < 0 || !key || (group !== 'info' && group !== 'metrics' && group !== 'params' && group !== 'tags')) return null;
  if (group !== 'metrics') return { id, group, key };
  const of = /^(.+)@(?:(min|max|best|points|spark)|(-?\d{1,15}))$/.exec(key); // no name of a metric has an @ in it
  if (!of) return { id, group, key };
  return of[2] ? { id, group, key: of[1]!, value: of[2] as Value } : { id, group, key: of[1]!, value: 'at', step: Number(of[3]) };
}

const order: Record<Group, number> = { info: 0, metrics: 1, params: 2, tags: 3 };

/** In the order given: that is the reader's. */
export function columnsOf(ids: readonly string[]): Column[] {
  const columns = new Map<string, Column>();
  for (const id of ids) {
    const column = columnOf(id);
    if (column && !columns.has(id)) columns.set(id, column);
  }
  return [...columns.values()];
}

/** A new column stands behind the last one of its group, or where its group would. */
export function withColumn(ids: readonly string[], id: string): string[] {
  const column = columnOf(id);
  if (!column || ids.includes(id)) return [...ids];
  const groups = ids.map(i => columnOf(i)?.group);
  const beside = column.value ? ids.map(i => columnOf(i)).map(c => c?.group === 'metrics' && c.key === column.key).lastIndexOf(true) : -1;
  const last = beside >= 0 ? beside : groups.lastIndexOf(column.group);
  const at = last >= 0 ? last + 1 : groups.filter(g => g !== undefined && order[g] < order[column.group]).length;
  return [...ids.slice(0, at), id, ...ids.slice(at)];
}

/** The column is put before another one, or at the end. */
export function moved(ids: readonly string[], id: string, before: string | null): string[] {
  if (id === before) return [...ids];
  const rest = ids.filter(i => i !== id);
  const at = before === null ? rest.length : rest.indexOf(before);
  return at < 0 ? [...ids] : [...rest.slice(0, at), id, ...rest.slice(at)];
}

/** layer2 before layer10. */
const asCounted = new Intl.Collator('en', { numeric: true });

export function byKey<T extends { key: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => asCounted.compare(a.key, b.key) || compare(a.key, b.key));
}

/** The client names the user in a tag; the field of the same name is what older clients sent. */
export function userOf(run: Run): string {
  return indexOf(run).tags.get('mlflow.user') || run.info.user_id || '–';
}

export const isSystemMetric = (key: string) => key.startsWith('system/');
export const isSystemTag = (key: string) => key.startsWith('mlflow.') || key.startsWith('cairn.');

export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export interface Sort { id: string; descending: boolean }

export const DEFAULT_SORT: Sort = { id: 'info.start_time', descending: true };

const sortableInfo = new Set(['start_time', 'end_time', 'run_name', 'status', 'user_id', 'duration']);

export function isSortable(column: Column): boolean {
  if (column.value === 'spark') return false;
  return column.group !== 'info' || sortableInfo.has(column.key);
}

/** Most keys that are sorted by: more than anybody can follow. */
const MOST_SORTS = 5;

/** "metrics.loss:desc,params.lr:asc" of our address; orderByKey and orderByAsc of MLflow's. */
export function sortsFromQuery(query: URLSearchParams): Sort[] {
  const sorts: Sort[] = [];
  const add = (id: string, descending: boolean) => {
    const column = columnOf(id);
    if (column && isSortable(column) && !sorts.some(s => s.id === id) && sorts.length < MOST_SORTS) sorts.push({ id, descending });
  };
  const ours = query.get('sort');
  if (ours) for (const part of ours.matchAll(/([^,]+):(asc|desc)(?:,|$)/g)) add(part[1]!, part[2] === 'desc');
  else add(foreignKey(query.get('orderByKey') ?? ''), query.get('orderByAsc') !== 'true');
  return sorts.length > 0 ? sorts : [DEFAULT_SORT];
}

function foreignKey(key: string): string {
  const m = /^(attributes|metrics|params|tags)\.`?([^`]+)`?$/.exec(key);
  return m ? `${m[1] === 'attributes' ? 'info' : m[1]}.${m[2]}` : '';
}

export const isDefaultSort = (sorts: readonly Sort[]) => sorts.length === 1 && sorts[0]!.id === DEFAULT_SORT.id && sorts[0]!.descending === DEFAULT_SORT.descending;

export function sortsToQuery(sorts: readonly Sort[]): string | null {
  return isDefaultSort(sorts) || sorts.length === 0 ? null : sorts.map(s => `${s.id}:${s.descending ? 'desc' : 'asc'}`).join(',');
}

/** A click on a header: its natural direction, then the other, then none. With shift the other keys stay. */
export function nextSorts(now: readonly Sort[], id: string, more: boolean): Sort[] {
  const column = columnOf(id);
  const natural = column?.group === 'metrics' || id === DEFAULT_SORT.id;
  const mine = now.find(s => s.id === id);
  const turned: Sort | null = !mine ? { id, descending: natural } : mine.descending === natural ? { id, descending: !natural } : null;
  if (!more) return now.length > 1 || !mine ? [{ id, descending: natural }] : [turned ?? DEFAULT_SORT];
  const kept = isDefaultSort(now) && !mine ? [] : now;
  const next = mine ? kept.flatMap(s => (s.id === id ? (turned ? [turned] : []) : [s])) : [...kept, turned!].slice(-MOST_SORTS);
  return next.length > 0 ? next : [DEFAULT_SORT];
}

export function orderBy(sorts: readonly Sort[]): string[] {
  return sorts.flatMap(sort => {
    const column = columnOf(sort.id);
    if (!column) return [];
    const field = column.group === 'info' ? (column.key === 'duration' ? 'duration' : `attributes.${column.key}`) : seriesField(column) ?? `${column.group}.\`${column.key}\``;
    return [`${field} ${sort.descending ? 'DESC' : 'ASC'}`];
  });
}

/** How Cairn's larger query language calls a value over all points. */
function seriesField(column: Column): string | null {
  if (!column.value) return null;
  const name = `metrics.\`${column.key}\``;
  return column.value === 'at' ? `${name}@${column.step}` : `${column.value === 'points' ? 'count' : column.value}(${name})`;
}

/** The filter language has AND only, so a condition is added by joining. */
export function andFilter(...clauses: string[]): string {
  return clauses.map(c => c.trim()).filter(Boolean).join(' AND ');
}

/** A quoted value for the filter languages. They know no escapes: what cannot be quoted becomes a wildcard. */
export function likeValue(text: string): string {
  if (!text.includes("'")) return `'%${text}%'`;
  if (!text.includes('"')) return `"%${text}%"`;
  return `'%${text.replace(/'/g, '_')}%'`;
}

export function isNumeric(text: string): boolean {
  return text !== '' && text.trim() === text && Number.isFinite(Number(text));
}
