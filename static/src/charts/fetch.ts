// The curves of a chart: fetched while it is in sight, in as many buckets as it has pixels, finer where the reader zoomed
// in. Of runs that go on only what is new is asked for.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';
import type { CurveQuery } from '../api/grid';
import { COLUMNS, type Curve, withTail } from './curves';
import type { DrawnRun, Settings } from './settings';
import { curvesOf } from './shared';

/** More of the axis than is seen, so that lines go on to the edges, and averages do not begin there. */
const MARGIN = 0.05;
const SMOOTH_MARGIN = 0.3;
/** Who has moved the chart so shortly ago, in ms, may be turning the wheel still. */
const CALM = 120;
const LEAST_BUCKETS = 100;
const MOST_BUCKETS = 2000;

/** A few sizes only: a chart that grows by some pixels is not fetched again. */
export function bucketsFor(width: number): number {
  return Math.max(LEAST_BUCKETS, Math.min(MOST_BUCKETS, Math.ceil(width / 100) * 100));
}

export function queryOf(s: Settings, buckets: number): CurveQuery {
  const x = s.axis === 'wall' ? 'time' : s.axis;
  const q: CurveQuery = { buckets, columns: x === 'step' ? COLUMNS.filter(c => c !== 'step') : COLUMNS, ...(x !== 'step' && { x }), ...(x === 'metric' && { x_key: s.axisKey }) };
  if (!s.zoom) return q;
  const room = (s.zoom[1] - s.zoom[0]) * (s.smooth > 0 ? SMOOTH_MARGIN : MARGIN);
  const [from, to] = [s.zoom[0] - room, s.zoom[1] + room];
  if (x === 'step') return { ...q, from_step: Math.floor(from), to_step: Math.ceil(to) };
  const unit = x === 'metric' ? 1 : 1000;
  return { ...q, from: from * unit, to: to * unit };
}

/** Answers that are kept: the way back from a zoom needs none. */
const KEPT = 6;

interface State { what: string; version: string; curves: Curve[]; running: ReadonlySet<string> }

/** Which runs are asked for what when there is something new: the ends of those that go on, all of those without a curve. */
export function tailsOf(curves: readonly Curve[], runs: readonly DrawnRun[], wasRunning: ReadonlySet<string>): { from: number | undefined; runs: number[] }[] {
  const byRun = new Map(curves.map(c => [c.run, c]));
  const moving = runs.flatMap((r, i) => (r.live !== false || wasRunning.has(r.id) ? [i] : []));
  const known = moving.filter(i => byRun.has(i));
  const fresh = moving.filter(i => !byRun.has(i));
  const ends = known.map(i => byRun.get(i)!.x.at(-1)! + 1);
  return [...(known.length > 0 ? [{ from: Math.min(...ends), runs: known }] : []), ...(fresh.length > 0 ? [{ from: undefined, runs: fresh }] : [])];
}

export function useCurves(o: { runs: readonly DrawnRun[]; metric: string; settings: Settings; buckets: number; version: string; visible: boolean; turn: number }): { curves: Curve[] | null; error: unknown } {
  const { runs, metric, settings, buckets, visible, turn } = o;
  const state = useRef<State | null>(null);
  const kept = useRef(new Map<string, State>());
  const moved = useRef(-Infinity);
  const [, redraw] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const ids = runs.map(r => r.id);
  const line = `${ids.join(' ')} ${metric} ${settings.axis} ${settings.axisKey}`;
  const what = `${line} ${settings.zoom ? `${settings.zoom.join('~')} ${settings.smooth > 0}` : ''} ${buckets} ${turn}`;
  // What is under way is waited for, though there are newer points by now: runs may log faster than a server answers.
  const underway = useRef<string | null>(null);
  const held = useRef(o.version);
  if (underway.current !== what) held.current = o.version;
  const version = held.current;
  useLayoutEffect(() => { // not a frame later
    const old = state.current;
    if (!visible || buckets === 0 || (old?.what === what && old.version === version)) return;
    const last = moved.current;
    moved.current = performance.now();
    const known = kept.current.get(`${version} ${what}`);
    if (known) {
      state.current = known;
      setError(null);
      redraw(n => n + 1);
      return;
    }
    const stop = new AbortController();
    const running = new Set(runs.filter(r => r.live !== false).map(r => r.id));
    const tail = old?.what === what && settings.axis === 'step' && !settings.zoom && old.curves.every(c => c.x.length <= 2 * buckets);
    const read = async (of: readonly number[], q: CurveQuery) => (await curvesOf(of.map(i => ids[i]!), metric, version, q, stop.signal)).map(c => ({ ...c, run: of[c.run]! }));
    const everything = ids.map((_, i) => i);
    const whole = () => read(everything, queryOf(settings, buckets));
    const ends = async () => {
      const parts = tailsOf(old!.curves, runs, old!.running);
      const found = (await Promise.all(parts.map(p => read(p.runs, { ...queryOf(settings, buckets), ...(p.from !== undefined && { from_step: p.from }) })))).flat();
      const tails = new Map(found.map(c => [c.run, c]));
      const grown = old!.curves.map(c => (tails.has(c.run) ? withTail(c, tails.get(c.run)!) : c));
      return [...grown, ...found.filter(c => !old!.curves.some(known => known.run === c.run))];
    };
    underway.current = what;
    const timer = setTimeout(() => {
      (tail ? ends() : whole()).then(
        curves => {
          state.current = { what, version, curves, running };
          kept.current.set(`${version} ${what}`, state.current);
          for (const far of kept.current.keys()) if (kept.current.size > KEPT) kept.current.delete(far);
          underway.current = null;
          setError(null);
          redraw(n => n + 1);
        },
        (e: unknown) => {
          if (isAbort(e)) return;
          underway.current = null;
          setError(e);
        },
      );
    }, old && old.what.startsWith(line) && old.version === version && moved.current - last < CALM ? CALM : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
      underway.current = null;
    };
  }, [visible, what, version]);
  // What was there before is drawn until the answer comes, unless it is of other runs or over another axis.
  const shown = state.current?.what.startsWith(`${line} `) ? state.current.curves : null;
  return { curves: shown, error };
}
