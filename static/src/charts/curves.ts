// Curves as the server sends them: bytes, read into typed arrays (`cairn describe` tells the format). Pure.
import { isInfinite } from '../format';

export interface Curve {
  /** Which of the runs, and which of the metrics, that were asked for. */
  run: number;
  metric: number;
  points: number;
  nans: number;
  infinite: number;
  /** Of a bucket, on the axis; 0: every point is given. */
  width: number;
  x: Float64Array;
  step: Float64Array;
  last: Float64Array;
  /** Of the points of each bucket; those of single points are their values. */
  min: Float64Array;
  max: Float64Array;
  mean: Float64Array;
  /** When the last point of each bucket was logged, in ms; if it was asked for. */
  time?: Float64Array;
  /** Exactly, with the first step that has it; if it was asked for. */
  least?: Extreme;
  greatest?: Extreme;
}

/** value: NaN if there is no number. */
export interface Extreme { value: number; step: number }

const MAGIC = 'CRNSER1\n';
export const COLUMNS = ['step', 'last', 'min', 'max', 'mean'] as const;
const STEP = 1;
const TIME = 2;
const LAST = 4;
const MIN = 8;
const MAX = 16;
const MEAN = 128;
const EXTREMES = 256;

export function readCurves(bytes: ArrayBuffer): Curve[] {
  const view = new DataView(bytes);
  if (new TextDecoder().decode(new Uint8Array(bytes, 0, Math.min(8, bytes.byteLength))) !== MAGIC) throw new Error('not a curve');
  let at = 8;
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const f64 = () => view.getFloat64((at += 8) - 8, true);
  const doubles = (n: number) => {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = f64();
    return values;
  };
  const near = (last: Float64Array) => {
    const values = new Float64Array(last.length);
    for (let i = 0; i < values.length; i++, at += 4) values[i] = last[i]! + view.getFloat32(at, true);
    return values;
  };
  const curves: Curve[] = [];
  for (let run = u32(); run !== 0; run = u32()) {
    const metric = u32();
    const n = u32();
    const columns = u32();
    const curve = { run: run - 1, metric, points: f64(), nans: f64(), infinite: f64(), width: f64() } as Curve;
    if (columns & EXTREMES) {
      curve.least = { value: f64(), step: f64() };
      curve.greatest = { value: f64(), step: f64() };
    }
    curve.x = doubles(n);
    curve.step = columns & STEP ? doubles(n) : curve.x;
    if (columns & TIME) curve.time = doubles(n);
    curve.last = columns & LAST ? doubles(n) : new Float64Array(n).fill(NaN);
    const values = curve.last.map(v => (isInfinite(v) ? NaN : v));
    curve.min = columns & MIN ? near(curve.last) : values;
    curve.max = columns & MAX ? near(curve.last) : values;
    curve.mean = columns & MEAN ? near(curve.last) : values;
    curves.push(curve);
  }
  return curves;
}

function joined(a: Float64Array, b: Float64Array, from: number): Float64Array {
  const all = new Float64Array(a.length + b.length - from);
  all.set(a);
  all.set(b.subarray(from), a.length);
  return all;
}

/** The first index of a sorted array whose value is not below v. */
export function lowerBound(x: Float64Array, v: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (x[mid]! < v) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** A curve and what has been logged behind its end; points of steps that it has already are left out. */
export function withTail(curve: Curve, tail: Curve): Curve {
  const end = curve.x[curve.x.length - 1] ?? -Infinity;
  let from = lowerBound(tail.x, end);
  while (from < tail.x.length && tail.x[from]! <= end) from++;
  if (from === tail.x.length) return curve;
  const known = tail.width > 0 ? 0 : from; // of single points it is known how many are new
  const join = (name: 'x' | 'step' | 'last' | 'min' | 'max' | 'mean') => joined(curve[name], tail[name], from);
  return {
    ...curve, points: curve.points + tail.points - known, nans: curve.nans + tail.nans, infinite: curve.infinite + tail.infinite, width: Math.max(curve.width, tail.width),
    x: join('x'), step: join('step'), last: join('last'), min: join('min'), max: join('max'), mean: join('mean'),
  };
}
