// What is going on: experiments with the numbers of their runs, and when runs were last heard of.
import { read } from './client';
import type { Tag, ViewType, WireNumber } from './types';

/** An experiment and its runs; activity: when one of them last started or ended, or the experiment was changed. */
export interface ExperimentSummary {
  id: string;
  name: string;
  created: number;
  runs: number;
  running: number;
  failed: number;
  activity: number;
  /** Those of people, and of MLflow's own the notes, cut; only when asked for. */
  tags?: Tag[];
}

export interface Activity { run_id: string; metric_key: string; value: WireNumber; step: number; last: number }

interface Answer {
  total: number;
  experiment_id: string[];
  name: string[];
  creation_time: number[];
  runs: number[];
  running: number[];
  failed: number[];
  activity: number[];
  tags?: Tag[][];
}

const base = 'ajax-api/cairn/1/';

export const summary = {
  /** The last active first. */
  async experiments(q: { ids?: readonly string[]; view?: ViewType; limit?: number; tags?: boolean }, signal?: AbortSignal): Promise<{ total: number; items: ExperimentSummary[] }> {
    const a = await read<Answer>({ method: 'POST', base, path: 'experiments/summary', signal, body: { experiment_ids: q.ids, view_type: q.view, limit: q.limit, tags: q.tags } });
    const items = a.experiment_id.map((id, i): ExperimentSummary => ({
      id, name: a.name[i]!, created: a.creation_time[i]!, runs: a.runs[i]!, running: a.running[i]!, failed: a.failed[i]!, activity: a.activity[i]!, ...(a.tags && { tags: a.tags[i]! }),
    }));
    return { total: a.total, items };
  },

  async activity(runIds: readonly string[], signal?: AbortSignal): Promise<Map<string, Activity>> {
    if (runIds.length === 0) return new Map();
    const a = await read<{ runs: Activity[] }>({ method: 'POST', base, path: 'runs/activity', signal, body: { run_ids: runIds } });
    return new Map(a.runs.map(r => [r.run_id, r]));
  },
};
