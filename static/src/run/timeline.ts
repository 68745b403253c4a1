// When a run did what: its start and end, its metrics, and the times in which it was silent. Pure.
import type { Metric } from '../api/types';

export interface Gap { from: number; to: number }
export interface Timeline {
  start: number;
  /** Of a run that is going on: now. */
  end: number;
  first: number | null;
  last: number | null;
  /** The longest ones, in order of time. */
  gaps: Gap[];
}

/** Shorter silences are no event, in ms. */
const LEAST = 60_000;
/** So many times the usual interval is a gap. */
const TIMES = 10;
const MOST = 5;

const LONGEST = 3;

/** Metrics that tell when a run was at work: those with most steps, and the one that was logged last. */
export function tellingOf(metrics: readonly Metric[]): Metric[] {
  const long = [...metrics].sort((a, b) => (b.step ?? 0) - (a.step ?? 0)).slice(0, LONGEST);
  const last = metrics.reduce<Metric | null>((found, m) => ((m.timestamp ?? 0) > (found?.timestamp ?? -1) ? m : found), null);
  return last && !long.includes(last) ? [...long, last] : long;
}

export function gapsIn(times: readonly number[], most = MOST): Gap[] {
  const between = times.slice(1).map((to, i): Gap => ({ from: times[i]!, to }));
  const lengths = between.map(g => g.to - g.from).filter(n => n > 0).sort((a, b) => a - b);
  const usual = lengths[Math.floor((lengths.length - 1) / 2)] ?? 0;
  const limit = Math.max(LEAST, TIMES * usual);
  return between
    .filter(g => g.to - g.from >= limit)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, most)
    .sort((a, b) => a.from - b.from);
}

/** times: when points were logged, of several metrics, in any order. */
export function timelineOf(start: number, end: number, times: readonly number[]): Timeline {
  const sorted = [...new Set(times)].filter(t => t > 0).sort((a, b) => a - b);
  const [first, last] = [sorted[0] ?? null, sorted.at(-1) ?? null];
  return { start: Math.min(start, first ?? start), end: Math.max(end, last ?? end), first, last, gaps: gapsIn(sorted) };
}

/** Where a moment is, in percent of the whole. */
export function placeOf(line: Timeline, moment: number): number {
  const whole = line.end - line.start;
  return whole > 0 ? Math.max(0, Math.min(100, ((moment - line.start) / whole) * 100)) : 0;
}
