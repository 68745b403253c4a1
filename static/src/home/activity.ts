// What Home decides without the DOM.
import type { Activity } from '../api/summary';
import type { ExperimentSummary } from '../api/summary';
import type { GridPage } from '../api/grid';
import type { RunStatus } from '../api/types';

export interface Going {
  id: string;
  experimentId: string;
  name: string;
  status: RunStatus;
  start: number;
  end: number;
  /** The metric that says most of it, and when anything was last logged; absent without metrics. */
  news?: Activity;
}

/** Of a run that says it is running, after so long without a metric one may doubt it. */
export const STALE = 15 * 60_000;

export const heardOf = (run: Going): number => Math.max(run.start, run.news?.last ?? 0);
export const isStale = (run: Going, now: number): boolean => run.status === 'RUNNING' && now - heardOf(run) > STALE;

export function goingOf(page: GridPage, news: ReadonlyMap<string, Activity>): Going[] {
  return page.run_id.map((id, i): Going => ({
    id, experimentId: page.experiment_id[i]!, name: page.run_name[i] || id, status: page.status[i] ?? 'FINISHED', start: page.start_time[i] ?? 0, end: page.end_time[i] ?? 0,
    ...(news.has(id) && { news: news.get(id)! }),
  }));
}

/** The pinned ones in the order in which they were pinned, then the last active, each once. */
export function pinnedFirst(list: readonly ExperimentSummary[], pins: readonly string[], most: number): ExperimentSummary[] {
  const by = new Map(list.map(e => [e.id, e]));
  const first = pins.flatMap(id => by.get(id) ?? []);
  const rest = list.filter(e => !pins.includes(e.id)).sort((a, b) => b.activity - a.activity);
  return [...first, ...rest].slice(0, Math.max(most, first.length));
}

/** "team/vision/exp" as its folder and its own name. */
export function splitName(name: string): [string, string] {
  const cut = name.replace(/\/+$/, '').lastIndexOf('/');
  return cut < 0 ? ['', name] : [name.slice(0, cut + 1), name.slice(cut + 1)];
}
