// Cairn's own routes for what is kept: saved views, the trash, what is stored.
import { read, write } from './client';
import type { RunStatus } from './types';

export interface SavedView { view_id: string; experiment_id?: string; name?: string; state: string; creation_time: number; last_update_time: number }

/** partial: there is more than was counted; elsewhere: not in a store of this server. */
export interface Size { bytes: number; files: number; partial?: boolean; elsewhere?: boolean }

export interface TrashedRun extends Partial<Size> { run_id: string; run_name?: string; experiment_id: string; experiment_name: string; user_id?: string; status?: RunStatus; start_time?: number; deleted_time?: number }
export interface TrashedExperiment extends Partial<Size> { experiment_id: string; name: string; deleted_time?: number; runs: number; active_runs: number }

/** What of the trash: some of it by id, or all. */
export type Which = { run_ids: readonly string[] } | { experiment_ids: readonly string[] } | { everything: true };

export interface Purge extends Size { runs: number; logged_models: number; experiments: number; staying_experiments: number }

export interface StoredExperiment extends Size { experiment_id: string; name?: string; lifecycle_stage: string; runs: number; deleted_bytes: number; deleted_files: number; deleted_partial?: boolean; counted_time?: number }
export interface StoredRun extends Size { run_id: string; run_name?: string; lifecycle_stage: string; start_time?: number }
export interface StoredEntry extends Size { name: string; is_dir: boolean }

/** next: where the following page begins; none: it was the last. */
export interface Counted<T> { items: T[]; total: number; next?: string }

const base = 'ajax-api/cairn/1/';
const ask = <T>(path: string, query: Record<string, string | number | undefined>, signal?: AbortSignal) => read<T>({ method: 'GET', base, path, query, signal });
const view = (answer: { view: SavedView }) => answer.view;

/** Of an experiment; undefined: views of no experiment. */
type Scope = string | undefined;

export const views = {
  list: (experiment: Scope, signal?: AbortSignal) => ask<{ views: SavedView[]; default_view_id?: string }>('views/list', { experiment_id: experiment }, signal),
  get: (experiment: Scope, id: string, signal?: AbortSignal) => ask<{ view: SavedView }>('views/get', { experiment_id: experiment, view_id: id }, signal).then(view),
  create: (experiment: Scope, name: string, state: string) => write<{ view: SavedView }>('views/create', { experiment_id: experiment, name, state }, base).then(view),
  update: (experiment: Scope, id: string, change: { name?: string; state?: string }) => write<{ view: SavedView }>('views/update', { experiment_id: experiment, view_id: id, ...change }, base).then(view),
  remove: (experiment: Scope, id: string) => write<unknown>('views/delete', { experiment_id: experiment, view_id: id }, base),
  /** The view that the experiment opens with; undefined: none. */
  setDefault: (experiment: string, id: string | undefined) => write<unknown>('views/set-default', { experiment_id: experiment, view_id: id }, base),
  link: (state: string) => write<{ view: SavedView }>('views/link', { state }, base).then(view),
};

export const trash = {
  async runs(offset: number, limit: number, sizes: boolean, signal?: AbortSignal): Promise<{ total: number; items: TrashedRun[] }> {
    const r = await ask<{ total: number; runs: TrashedRun[] }>('trash/runs', { offset, limit, sizes: String(sizes) }, signal);
    return { total: r.total, items: r.runs };
  },
  async experiments(offset: number, limit: number, sizes: boolean, signal?: AbortSignal): Promise<{ total: number; items: TrashedExperiment[] }> {
    const r = await ask<{ total: number; experiments: TrashedExperiment[] }>('trash/experiments', { offset, limit, sizes: String(sizes) }, signal);
    return { total: r.total, items: r.experiments };
  },
  restore: (which: Which) => write<{ runs: number; experiments: number }>('trash/restore', which, base),
  wouldPurge: (which: Which) => write<Purge>('trash/purge', { ...which, dry_run: true }, base),
  /** Some of it: `left` says how much there still is. */
  purge: (which: Which) => write<Purge & { left: number }>('trash/purge', which, base),
};

export const storage = {
  async experiments(after: string | undefined, limit: number, signal?: AbortSignal): Promise<Counted<StoredExperiment>> {
    const { experiments, ...rest } = await ask<{ experiments: StoredExperiment[]; total: number; next?: string }>('storage/experiments', { after, limit }, signal);
    return { items: experiments, ...rest };
  },
  async runs(experiment: string, after: string | undefined, limit: number, signal?: AbortSignal): Promise<Counted<StoredRun>> {
    const { runs, ...rest } = await ask<{ runs: StoredRun[]; total: number; next?: string }>('storage/runs', { experiment_id: experiment, after, limit }, signal);
    return { items: runs, ...rest };
  },
  folder: (run: string, path: string, signal?: AbortSignal) =>
    ask<{ run_name: string; experiment_id: string; entries: StoredEntry[]; rest?: Size & { entries: number } }>('storage/folders', { run_id: run, path: path || undefined }, signal),
  metrics: (run: string, signal?: AbortSignal) => ask<{ points: number; metrics: { key: string; points: number }[] }>('storage/metrics', { run_id: run }, signal),
};
