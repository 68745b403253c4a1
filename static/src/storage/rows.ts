// What the storage page shows, in order. Pure.
import type { Size, StoredExperiment, StoredRun } from '../api/shelf';

export type SortKey = 'size' | 'name' | 'files' | 'runs' | 'deleted';
export interface Order { key: SortKey; descending: boolean }

export interface Row extends Size { id: string; name: string; runs?: number; deleted?: number; gone?: boolean }

const naturally: Record<SortKey, boolean> = { size: true, files: true, runs: true, deleted: true, name: false };

export function orderOf(query: URLSearchParams): Order {
  const key = (query.get('sort') ?? 'size') as SortKey;
  const known = key in naturally ? key : 'size';
  const dir = query.get('dir');
  return { key: known, descending: dir === null ? naturally[known] : dir === 'desc' };
}

/** What a click on a head asks for. */
export function nextOrder(now: Order, key: SortKey): Order {
  return { key, descending: now.key === key ? !now.descending : naturally[key] };
}

const valueOf = (row: Row, key: SortKey): number => (key === 'files' ? row.files : key === 'runs' ? (row.runs ?? 0) : key === 'deleted' ? (row.deleted ?? 0) : row.bytes);

export function sorted(rows: readonly Row[], order: Order, compareNames: (a: string, b: string) => number): Row[] {
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * (order.key === 'name' ? compareNames(a.name, b.name) : valueOf(a, order.key) - valueOf(b, order.key)) || compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

export function sizeOf(rows: readonly Size[]): Size {
  const sum: Size = { bytes: 0, files: 0 };
  for (const r of rows) {
    sum.bytes += r.bytes;
    sum.files += r.files;
    if (r.partial) sum.partial = true;
  }
  return sum;
}

export const deletedOf = (rows: readonly StoredExperiment[]): Size => sizeOf(rows.map(e => ({ bytes: e.deleted_bytes, files: e.deleted_files, ...(e.deleted_partial && { partial: true }) })));

export const experimentRow = (e: StoredExperiment): Row => ({ ...sized(e), id: e.experiment_id, name: e.name ?? e.experiment_id, runs: e.runs, deleted: e.deleted_bytes, gone: e.lifecycle_stage === 'deleted' });
export const runRow = (r: StoredRun): Row => ({ ...sized(r), id: r.run_id, name: r.run_name || r.run_id, deleted: r.lifecycle_stage === 'deleted' ? r.bytes : 0, gone: r.lifecycle_stage === 'deleted' });

function sized(s: Size): Size {
  return { bytes: s.bytes, files: s.files, ...(s.partial && { partial: true }), ...(s.elsewhere && { elsewhere: true }) };
}

/** What lies in the directory of an experiment beside its runs: models, traces; unknown where something is. */
export function besideRuns(experiment: Size | undefined, runs: Size, complete: boolean): Size | null {
  if (!experiment || !complete || experiment.partial || experiment.elsewhere || runs.partial) return null;
  const beside = { bytes: experiment.bytes - runs.bytes, files: experiment.files - runs.files };
  return beside.files > 0 && beside.bytes >= 0 ? beside : null;
}
