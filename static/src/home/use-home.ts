// What Home shows, and how it keeps up: running runs often, the rest when something ended, and now and then.
import { useEffect, useRef, useState } from 'preact/hooks';
import { grid } from '../api/grid';
import { type ExperimentSummary, summary } from '../api/summary';
import { sparkValues } from '../grid/spark';
import { usePoll } from '../state/clock';
import { type Loaded, useLoad } from '../state/load';
import { pins } from '../state/pins';
import { type Going, goingOf } from './activity';

export interface Runs { total: number; rows: Going[] }

const RUNNING = 8;
const ENDED = 10;
export const EXPERIMENTS = 14;
/** More than are shown, for the names beside the runs. */
const KNOWN = 60;
const DAY = 86_400_000;

export const runningFilter = "attributes.status = 'RUNNING'";
export const endedFilter = (now: number) => `attributes.status IN ('FINISHED', 'FAILED', 'KILLED') AND attributes.end_time > ${now - DAY}`;

async function runsOf(filter: string, order: string, limit: number, signal: AbortSignal): Promise<Runs> {
  const page = await grid.query({ experimentIds: [], filter, view: 'ACTIVE_ONLY', orderBy: [order] }, { columns: [], offset: 0, limit, total: true }, signal);
  return { total: page.total ?? 0, rows: goingOf(page, filter === runningFilter ? await summary.activity(page.run_id, signal) : new Map()) };
}

const running = (signal: AbortSignal) => runsOf(runningFilter, 'attributes.start_time DESC', RUNNING, signal);
const ended = (signal: AbortSignal) => runsOf(endedFilter(Date.now()), 'attributes.end_time DESC', ENDED, signal);

async function experimentsOf(signal: AbortSignal): Promise<{ total: number; items: ExperimentSummary[] }> {
  const recent = await summary.experiments({ limit: KNOWN }, signal);
  const missing = pins.value.filter(id => !recent.items.some(e => e.id === id));
  if (missing.length === 0) return recent;
  const pinned = await summary.experiments({ ids: missing, limit: missing.length }, signal);
  return { total: recent.total, items: [...recent.items, ...pinned.items] };
}

export interface HomeData {
  running: Loaded<Runs>;
  ended: Loaded<Runs>;
  experiments: Loaded<{ total: number; items: ExperimentSummary[] }>;
}

export function useHome(): HomeData {
  const going = useLoad('home running', running);
  const gone = useLoad('home ended', ended);
  const experiments = useLoad('home experiments', experimentsOf);
  const ids = useRef('');
  usePoll(going.data !== undefined, 2000, async signal => {
    const now = await running(signal);
    going.set(() => now);
    const next = `${now.total} ${now.rows.map(r => r.id).join()}`;
    if (ids.current !== '' && ids.current !== next) {
      gone.reload();
      experiments.reload();
    }
    ids.current = next;
  });
  usePoll(true, 30_000, async () => {
    gone.reload();
    experiments.reload();
  });
  return { running: going, ended: gone, experiments };
}

/** The small curves of running runs: of those that have logged since. */
export function useCurves(rows: readonly Going[]): ReadonlyMap<string, readonly number[]> {
  const kept = useRef(new Map<string, { last: number; values: readonly number[] }>());
  const [, redraw] = useState(0);
  const wanted = rows.filter(r => r.news && kept.current.get(r.id)?.last !== r.news.last);
  const question = wanted.map(r => `${r.id} ${r.news!.last}`).join();
  useEffect(() => {
    if (wanted.length === 0) return;
    const stop = new AbortController();
    const keys = [...new Set(wanted.map(r => r.news!.metric_key))];
    void grid.series(wanted.map(r => r.id), keys, { buckets: 30 }, stop.signal).then(curves => {
      for (const r of wanted) {
        const curve = curves.find(c => c.run_id === r.id && c.key === r.news!.metric_key);
        kept.current.set(r.id, { last: r.news!.last, values: curve ? sparkValues(curve) : [] });
      }
      redraw(n => n + 1);
    }, () => undefined); // the numbers beside them say the same
    return () => stop.abort();
  }, [question]);
  return new Map([...kept.current].map(([id, { values }]) => [id, values]));
}
