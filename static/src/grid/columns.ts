// Which columns a runs table has, and what they are called in the address and in the query. Pure.
import { numberOf } from '../api';
import type { Run } from '../api/types';

export type Group = 'info' | 'metrics' | 'params' | 'tags';

export type Value = 'min' | 'max' | 'points' | 'at';

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
  const of = /^(.+)@(?:(min|max|points)|(-?\d{1,15}))$/.exec(key); // no name of a metric has an @ in it
  if (!of) return { id, group, key };
  return of[2] ? { id, group, key: of[1]!, value: of[2] as Value } : { id, group, key: of[1]!, value: 'at', step: Number(of[3]) };
}

const order: Record<Group, number> = { info: 0, metrics: 1, params: 2, tags: 3 };

/** Groups stay together, whatever order the ids came in. */
export function columnsOf(ids: readonly string[]): Column[] {
  const seen = new Set<string>();
  const columns: Column[] = [];
  for (const id of ids) {
    const column = columnOf(id);
    if (column && !seen.has(id)) columns.push(column);
    seen.add(id);
  }
  return columns.sort((a, b) => order[a.group] - order[b.group]);
}

export function byKey<T extends { key: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => compare(a.key, b.key));
}

/** The client names the user in a tag; the field of the same name is what older clients sent. */
export function userOf(run: Run): string {
  return indexOf(run).tags.get('mlflow.user') || run.info.user_id || '–';
}

export const isSystemMetric = (key: string) => key.startsWith('system/');
export const isSystemTag = (key: string) => key.startsWith('mlflow.');

export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export interface Sort { id: string; descending: boolean }

export const DEFAULT_SORT: Sort = { id: 'info.start_time', descending: true };

const sortableInfo = new Set(['start_time', 'end_time', 'run_name', 'status', 'user_id', 'duration']);

export function isSortable(column: Column): boolean {
  return column.group !== 'info' || sortableInfo.has(column.key);
}

/** "metrics.loss:desc" of our address; orderByKey and orderByAsc of MLflow's. */
export function sortFromQuery(query: URLSearchParams): Sort {
  const ours = /^(.+):(asc|desc)$/.exec(query.get('sort') ?? '');
  const id = ours?.[1] ?? foreignKey(query.get('orderByKey') ?? '');
  const column = columnOf(id);
  if (!column || !isSortable(column)) return DEFAULT_SORT;
  return { id, descending: ours ? ours[2] === 'desc' : query.get('orderByAsc') !== 'true' };
}

function foreignKey(key: string): string {
  const m = /^(attributes|metrics|params|tags)\.`?([^`]+)`?$/.exec(key);
  return m ? `${m[1] === 'attributes' ? 'info' : m[1]}.${m[2]}` : '';
}

export function sortToQuery(sort: Sort): string | null {
  return sort.id === DEFAULT_SORT.id && sort.descending === DEFAULT_SORT.descending ? null : `${sort.id}:${sort.descending ? 'desc' : 'asc'}`;
}

/** A click on a header: its natural direction, then the other, then back to newest first. */
export function nextSort(now: Sort, id: string): Sort {
  const column = columnOf(id);
  const natural = column?.group === 'metrics' || id === DEFAULT_SORT.id;
  if (now.id !== id) return { id, descending: natural };
  if (now.descending === natural) return { id, descending: !natural };
  return DEFAULT_SORT;
}

export function orderBy(sort: Sort): string[] {
  const column = columnOf(sort.id);
  if (!column) return [];
  const field = column.group === 'info' ? (column.key === 'duration' ? 'duration' : `attributes.${column.key}`) : seriesField(column) ?? `${column.group}.\`${column.key}\``;
  return [`${field} ${sort.descending ? 'DESC' : 'ASC'}`];
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
