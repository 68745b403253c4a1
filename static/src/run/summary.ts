// What is known of a metric as a whole, from its curve; a curve that goes on is added to it. Pure.
import type { CurveQuery } from '../api/grid';
import { COLUMNS, type Curve, type Extreme } from '../charts/curves';

export interface Summary {
  points: number;
  min: Extreme | null;
  max: Extreme | null;
  /** What a small curve goes through. */
  values: readonly number[];
  lastStep: number;
  /** When the points of the curve were logged, in order; of a long curve those of some. */
  times: readonly number[];
}

/** As fine as the charts of one run ask, so that they need not ask again. */
const BUCKETS = 200;
/** Places of a small curve. */
const PLACES = 60;
/** Values of a small curve that went on; more of them and it is read as a whole again. */
export const MOST_VALUES = 4 * PLACES;

export const summaryQuery = (after?: number): CurveQuery => ({
  buckets: BUCKETS, columns: [...COLUMNS.filter(c => c !== 'step'), 'timestamp'], extremes: true, ...(after !== undefined && { from_step: after + 1 }),
});

/** Of each place the extreme values, so that no spike is lost. */
function valuesOf({ min, max }: Curve): number[] {
  const at = Math.ceil(min.length / PLACES);
  const values: number[] = [];
  for (let i = 0; i < min.length; i += at) {
    const [low, high] = [least(min.subarray(i, i + at)), -least(max.subarray(i, i + at).map(v => -v))];
    values.push(low);
    if (high !== low && !Number.isNaN(high)) values.push(high);
  }
  return values;
}

/** NaN if there are no numbers. */
const least = (values: Float64Array) => values.reduce((a, b) => (b < a || Number.isNaN(a) ? b : a), NaN);

const known = (e: Extreme | undefined) => (e && !Number.isNaN(e.value) ? e : null);

export function summaryOf(curve: Curve): Summary {
  return { points: curve.points, min: known(curve.least), max: known(curve.greatest), values: valuesOf(curve), lastStep: curve.x.at(-1) ?? 0, times: [...(curve.time ?? [])] };
}

export const NOTHING: Summary = { points: 0, min: null, max: null, values: [], lastStep: 0, times: [] };

/** tail: what came after the last step. */
export function extended(now: Summary, tail: Curve): Summary {
  const more = summaryOf(tail);
  const better = (a: Extreme | null, b: Extreme | null, sign: number) => (a && b ? (sign * b.value > sign * a.value ? b : a) : (a ?? b));
  return {
    points: now.points + more.points,
    min: better(now.min, more.min, -1),
    max: better(now.max, more.max, 1),
    values: [...now.values, ...more.values],
    lastStep: Math.max(now.lastStep, more.lastStep),
    times: [...now.times, ...more.times],
  };
}

/** How to bring a summary up to date with a metric of which the last step is known. */
export function nextRead(now: Summary | undefined, lastStep: number): 'whole' | 'tail' {
  return now && lastStep > now.lastStep && now.values.length <= MOST_VALUES ? 'tail' : 'whole';
}
