// What is computed before a curve is drawn. NaN is a gap: it stays one, and nothing is computed from it. Pure.
import { lowerBound } from './curves';
import type { Method } from './methods';

type Values = Float64Array;

/** How wide a strength between 0 and 1 smooths, in points: the mean age of what an average of that weight has seen. */
export const reachOf = (strength: number) => strength / (1 - strength);

/** An exponential moving average, as TensorBoard has it: its beginning is not drawn towards zero. */
export function ema(y: Values, weight: number): Values {
  const out = new Float64Array(y.length);
  let sum = 0;
  let rest = 1;
  for (let i = 0; i < y.length; i++) {
    const v = y[i]!;
    if (Number.isNaN(v)) {
      out[i] = NaN;
      continue;
    }
    sum = sum * weight + (1 - weight) * v;
    rest *= weight;
    out[i] = sum / (1 - rest);
  }
  return out;
}

export function gaussian(y: Values, sigma: number): Values {
  const radius = Math.ceil(3 * sigma);
  const kernel = new Float64Array(radius + 1);
  for (let k = 0; k <= radius; k++) kernel[k] = Math.exp(-0.5 * (k / sigma) ** 2);
  const out = new Float64Array(y.length);
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    let weights = 0;
    for (let j = Math.max(0, i - radius), end = Math.min(y.length - 1, i + radius); j <= end; j++) {
      const v = y[j]!;
      if (Number.isNaN(v)) continue;
      const w = kernel[Math.abs(j - i)]!;
      sum += w * v;
      weights += w;
    }
    out[i] = Number.isNaN(y[i]!) ? NaN : sum / weights;
  }
  return out;
}

/** The median of the points up to so many places away. */
export function median(y: Values, radius: number): Values {
  const out = new Float64Array(y.length);
  const window: number[] = []; // sorted
  const place = (v: number) => {
    let low = 0;
    let high = window.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (window[mid]! < v) low = mid + 1;
      else high = mid;
    }
    return low;
  };
  const enter = (v: number | undefined) => v !== undefined && !Number.isNaN(v) && window.splice(place(v), 0, v);
  const leave = (v: number | undefined) => v !== undefined && !Number.isNaN(v) && window.splice(place(v), 1);
  for (let i = 0; i < radius && i < y.length; i++) enter(y[i]);
  for (let i = 0; i < y.length; i++) {
    enter(y[i + radius]);
    leave(y[i - radius - 1]);
    const half = window.length >> 1;
    out[i] = Number.isNaN(y[i]!) ? NaN : window.length % 2 ? window[half]! : (window[half - 1]! + window[half]!) / 2;
  }
  return out;
}

export function smoothed(y: Values, method: Method, strength: number): Values {
  if (method === 'ema') return ema(y, strength);
  if (method === 'gauss') return gaussian(y, Math.max(0.3, reachOf(strength)));
  return median(y, Math.max(1, Math.round(reachOf(strength))));
}

/** The value of a curve at a place: between two points, on the straight line; outside, none. */
export function interpolated(x: Values, y: Values, at: number): number {
  const i = lowerBound(x, at);
  if (i === x.length) return NaN;
  if (x[i] === at) return y[i]!;
  if (i === 0) return NaN;
  const share = (at - x[i - 1]!) / (x[i]! - x[i - 1]!);
  return y[i - 1]! + share * (y[i]! - y[i - 1]!);
}

/** What values are above a baseline. */
export function difference(x: Values, y: Values, baseX: Values, baseY: Values): Values {
  return y.map((v, i) => v - interpolated(baseX, baseY, x[i]!));
}

/** The index of the last point at or before a place that is no gap; -1: none. */
export function indexAt(x: Values, y: Values, at: number): number {
  let i = lowerBound(x, at);
  if (x[i] !== at) i--;
  while (i >= 0 && Number.isNaN(y[i]!)) i--;
  return i;
}

/** A line through the least and the greatest value of each bucket: what stands out stands out. */
export function zigzag(x: Values, low: Values, high: Values): { x: Values; y: Values } {
  const out = { x: new Float64Array(2 * x.length), y: new Float64Array(2 * x.length) };
  for (let i = 0; i < x.length; i++) {
    out.x[2 * i] = out.x[2 * i + 1] = x[i]!;
    const up = i > 0 && low[i]! + high[i]! < low[i - 1]! + high[i - 1]!;
    out.y[2 * i] = up ? high[i]! : low[i]!;
    out.y[2 * i + 1] = up ? low[i]! : high[i]!;
  }
  return out;
}

export interface Extent { min: number; max: number }
const NONE: Extent = { min: Infinity, max: -Infinity };

/** The least and the greatest of what lies between two places. */
export function extentOf(x: Values, y: Values, from: number, to: number, positive: boolean, so: Extent = NONE): Extent {
  let { min, max } = so;
  for (let i = lowerBound(x, from); i < x.length && x[i]! <= to; i++) {
    const v = y[i]!;
    if (positive && v <= 0) continue;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}

/** Values that a few others make invisible are given the room: the middle nine tenths, and half as much around. */
export function clipped(values: readonly { x: Values; y: Values }[], from: number, to: number, positive: boolean): Extent {
  const all: number[] = [];
  for (const { x, y } of values) for (let i = lowerBound(x, from); i < x.length && x[i]! <= to; i++) if (!Number.isNaN(y[i]!) && (!positive || y[i]! > 0)) all.push(y[i]!);
  if (all.length === 0) return NONE;
  const sorted = Float64Array.from(all).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.05), at(0.95)];
  const room = positive ? 0 : (high - low) * 0.25;
  return { min: Math.max(sorted[0]!, low - room), max: Math.min(sorted[sorted.length - 1]!, high + room) };
}

/** Nothing is drawn on an axis without extent, so a single value gets some room around it. */
export function paddedRange(min: number, max: number): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  if (min === max) {
    const room = min === 0 ? 1 : Math.abs(min) * 0.1;
    return [min - room, max + room];
  }
  return [min, max];
}

/** The same for values: some room above and below, whole powers on a log scale. */
export function roomyRange(e: Extent, log: boolean): [number, number] {
  if (!Number.isFinite(e.min)) return log ? [0.1, 10] : [0, 1];
  if (log) {
    const [a, b] = [Math.log10(e.min), Math.log10(e.max)];
    const room = Math.max(0.05, (b - a) * 0.05);
    return [10 ** (a - room), 10 ** (b + room)];
  }
  const [min, max] = paddedRange(e.min, e.max);
  const room = (max - min) * 0.06;
  return [min - room, max + room];
}
