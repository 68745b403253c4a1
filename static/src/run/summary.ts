// What is known of a metric as a whole, from its curve; a curve that goes on is added to it. Pure.
import { numberOf } from '../api';
import type { Curve } from '../api/grid';
import { isInfinite } from '../format';
import { sparkValues } from '../grid/spark';

/** A value and the steps among which it was logged: one step, unless the curve is long. */
export interface Extreme { value: number; from: number; to: number }

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

export const BUCKETS = 60;
/** Values of a small curve that went on; more of them and it is read as a whole again. */
export const MOST_VALUES = 4 * BUCKETS;

const usable = (v: number) => Number.isFinite(v) && !isInfinite(v);

function extreme(curve: Curve, side: 'min' | 'max'): Extreme | null {
  const values = curve[side] ?? curve.last;
  let found: Extreme | null = null;
  values.forEach((wire, i) => {
    const value = numberOf(wire);
    if (!usable(value) || (found && (side === 'min' ? value >= found.value : value <= found.value))) return;
    const to = curve.step[i]!;
    // A bucket holds the steps of one width: those after the last one of the bucket before it.
    const known = curve.width <= 1 || numberOf(curve.last[i]) === value;
    const from = known ? to : i > 0 ? Math.max(curve.step[i - 1]! + 1, to - curve.width + 1) : to - curve.width + 1;
    found = { value, from, to };
  });
  return found;
}

export function summaryOf(curve: Curve): Summary {
  return { points: curve.points, min: extreme(curve, 'min'), max: extreme(curve, 'max'), values: sparkValues(curve), lastStep: curve.step.at(-1) ?? 0, times: curve.timestamp };
}

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
