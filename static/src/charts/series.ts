// Points of a metric as the two columns a chart draws. Pure.
import { numberOf } from '../api';
import type { MetricPoint } from '../api/types';
import { isInfinite } from '../format';

export type XAxis = 'step' | 'relative' | 'wall';

export interface Series {
  x: number[];
  y: (number | null)[];
  /** Points that cannot be drawn are counted, not hidden. */
  notNumbers: number;
  infinite: number;
  notPositive: number;
  min: number;
  max: number;
  last: number;
}

export function toSeries(points: readonly MetricPoint[], axis: XAxis, start: number, logY: boolean): Series {
  const at = (p: MetricPoint) => (axis === 'step' ? (p.step ?? 0) : axis === 'wall' ? (p.timestamp ?? 0) / 1000 : ((p.timestamp ?? 0) - start) / 1000);
  const sorted = [...points].sort((a, b) => at(a) - at(b) || (a.timestamp ?? 0) - (b.timestamp ?? 0));
  const s: Series = { x: [], y: [], notNumbers: 0, infinite: 0, notPositive: 0, min: NaN, max: NaN, last: NaN };
  for (const p of sorted) {
    const v = numberOf(p.value);
    s.x.push(at(p));
    s.last = v;
    if (Number.isNaN(v)) s.notNumbers++;
    else if (isInfinite(v)) s.infinite++;
    else {
      if (!(s.min <= v)) s.min = v;
      if (!(s.max >= v)) s.max = v;
      if (logY && v <= 0) s.notPositive++;
      else {
        s.y.push(v);
        continue;
      }
    }
    s.y.push(null);
  }
  return s;
}

/** Nothing is drawn on an axis without extent, so a single value gets some room around it. */
export function paddedRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  if (min === max) {
    const room = min === 0 ? 1 : Math.abs(min) * 0.1;
    return [min - room, max + room];
  }
  return [min, max];
}

/** Labels of a relative time axis: one unit for the whole axis, chosen by its extent. */
export function relativeLabel(seconds: number, extent: number): { value: number; unit: 's' | 'min' | 'h' | 'd' } {
  const [unit, size] = extent < 180 ? (['s', 1] as const) : extent < 3 * 3600 ? (['min', 60] as const) : extent < 3 * 86_400 ? (['h', 3600] as const) : (['d', 86_400] as const);
  return { value: Number((seconds / size).toFixed(2)), unit };
}

/** Few points are marked each; a lonely one must be seen without a line. */
export type Points = false | 'one' | 'few';

export function pointsOf(y: readonly (number | null)[]): Points {
  const n = y.reduce<number>((sum, v) => sum + Number(v !== null), 0);
  return n > 60 ? false : n === 1 ? 'one' : 'few';
}
