// Cairn's own routes for many runs at once: columns, totals, keys, changes, one change to all of a search.
import { read, readBytes, write } from './client';
import type { RunStatus, ViewType, WireNumber } from './types';

/** Which runs: those of these experiments (none: of all), that the filter finds, in this order. */
export interface Search { experimentIds: readonly string[]; filter: string; view: ViewType; orderBy?: readonly string[] }

export interface ColumnSpec { kind: 'metric' | 'param' | 'tag' | 'attribute'; key: string; value?: 'latest' | 'min' | 'max' | 'best' | 'points' | 'at'; step?: number | undefined; numeric?: boolean }

type Cell = WireNumber | string | null;

export interface GridPage {
  /** All that is found; of a tree's children, how many there are. */
  total?: number;
  /** Of a tree, if they are to be counted: runs that are below none that is found. */
  roots?: number;
  /** Of a tree: how many are right below each run. */
  children?: number[];
  run_id: string[];
  experiment_id: string[];
  run_name: (string | null)[];
  user_id: (string | null)[];
  status: (RunStatus | null)[];
  start_time: (number | null)[];
  end_time: (number | null)[];
  lifecycle_stage: (string | null)[];
  columns: Cell[][];
}

export interface KeyInfo { key: string; runs: number; values: number; min?: WireNumber; max?: WireNumber }
export interface Keys { runs: number; metrics: KeyInfo[]; params: KeyInfo[]; tags: KeyInfo[] }

export interface Curve {
  run_id: string;
  key: string;
  points: number;
  /** Steps of a bucket; 0: every point is given. */
  width: number;
  step: number[];
  timestamp: number[];
  last: WireNumber[];
  min?: WireNumber[];
  max?: WireNumber[];
}

/** Of one column, what it comes to in each group; count: runs that have a value. */
export interface ColumnStats { count: number[]; mean: (number | null)[]; std: (number | null)[]; min: (WireNumber | string | null)[]; max: (WireNumber | string | null)[] }

export interface Groups {
  total: number;
  /** Of each key, its value in each group. */
  values: (WireNumber | string | null)[][];
  runs: number[];
  columns: ColumnStats[];
  best?: ({ run_id: string; experiment_id: string; run_name: string } | null)[];
}

export interface GroupQuery {
  by: readonly ColumnSpec[];
  columns: readonly ColumnSpec[];
  order?: 'runs' | 'keys' | 'mean' | 'min' | 'max';
  order_column?: number;
  descending?: boolean;
  /** Which of the columns says which run of a group is its best. */
  best?: number;
  best_is_least?: boolean;
  limit?: number;
  offset?: number;
}

export interface CurveQuery {
  buckets: number;
  columns: readonly string[];
  x?: 'step' | 'time' | 'relative' | 'metric';
  x_key?: string;
  from_step?: number;
  to_step?: number;
  /** Of the axis, if it is not the step; times in ms. */
  from?: number;
  to?: number;
  /** The least and the greatest value as well, exactly. */
  extremes?: boolean;
}

export type BulkOperation =
  | { operation: 'delete' | 'restore' }
  | { operation: 'set_tag'; key: string; value: string }
  | { operation: 'delete_tag'; key: string }
  | { operation: 'move'; experiment_id: string }
  | { operation: 'set_status'; status: RunStatus };

/** What one run has of its own: the value of a tag, its status and end. Without a value there is no such tag. */
export interface OwnValue { run_id: string; value?: string; end_time?: number }

/** These runs; or all that a search finds, but not those. */
export type Selection = { run_ids: readonly string[] } | { search: Search; except: readonly string[] };

const base = 'ajax-api/cairn/1/';

/** A search as the requests have it. */
export function bodyOf(s: Search): Record<string, unknown> {
  return {
    experiment_ids: s.experimentIds.length > 0 ? s.experimentIds : undefined,
    filter: s.filter || undefined,
    run_view_type: s.view,
    order_by: s.orderBy,
  };
}

function ask<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return read<T>({ method: 'POST', base, path, body, signal });
}

export const grid = {
  query: (s: Search, q: { columns: readonly ColumnSpec[]; offset: number; limit: number; total?: boolean; tree?: boolean; parent?: string; roots?: boolean }, signal?: AbortSignal): Promise<GridPage> =>
    ask('runs/query', { ...bodyOf(s), ...q }, signal),

  /** Of the first `sample` runs that are found. */
  keys: (s: Search, signal?: AbortSignal, sample?: number): Promise<Keys> => ask('runs/keys', { ...bodyOf(s), sample }, signal),

  async facets(s: Search, kind: 'param' | 'tag', key: string, limit: number, signal?: AbortSignal): Promise<{ value: string; runs: number }[]> {
    return (await ask<{ values: { value: string; runs: number }[] }>('runs/facets', { ...bodyOf(s), kind, key, limit }, signal)).values;
  },

  groups: (s: Search, q: GroupQuery, signal?: AbortSignal): Promise<Groups> => ask('runs/groups', { ...bodyOf(s), order_by: undefined, ...q }, signal),

  changes: (s: Search, runIds: readonly string[], revisions: readonly string[], signal?: AbortSignal): Promise<{ total: number; changed: { run_id: string; revision: string }[] }> =>
    ask('runs/changes', { ...bodyOf(s), run_ids: runIds, revisions, total: true }, signal),

  async series(runIds: readonly string[], keys: readonly string[], q: { buckets: number; from?: number; to?: number }, signal?: AbortSignal): Promise<Curve[]> {
    const body = { run_ids: runIds, metric_keys: keys, buckets: q.buckets, from_step: q.from, to_step: q.to };
    return (await ask<{ series: Curve[] }>('metrics/series', body, signal)).series;
  },

  /** The same in bytes, over any axis: see charts/curves.ts. */
  curves: (runIds: readonly string[], keys: readonly string[], q: CurveQuery, signal?: AbortSignal): Promise<ArrayBuffer> =>
    readBytes({ method: 'POST', base, path: 'metrics/series', body: { run_ids: runIds, metric_keys: keys, binary: true, ...q }, signal }),

  /** Answers how many runs it was, or would be; and with keep, what they were before, unless they are too many. */
  bulk(which: Selection | { each: readonly OwnValue[] }, operation: BulkOperation, how: { dry?: boolean; keep?: boolean } = {}): Promise<{ runs: number; before?: OwnValue[] }> {
    const runs = 'search' in which ? { ...bodyOf(which.search), order_by: undefined, except_run_ids: which.except, everything: true } : which;
    return write('runs/bulk', { ...runs, ...operation, dry_run: how.dry, keep: how.keep }, base);
  },
};
