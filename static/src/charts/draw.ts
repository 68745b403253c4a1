// From values to strokes: for a canvas, and for a file. Of a pixel's width no more is drawn than can be seen. Pure.
import { lowerBound } from './curves';
import type { Line } from './lines';

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: readonly [number, number];
  y: readonly [number, number];
  logX: boolean;
  logY: boolean;
}

/** What a canvas can, and a writer of SVG paths. */
export interface Pen { moveTo: (x: number, y: number) => void; lineTo: (x: number, y: number) => void }

type Values = Float64Array;

/** Where a value is between the ends of an axis; a place far outside stands for what has no logarithm. */
function scale(from: number, to: number, log: boolean, at: number, length: number): (v: number) => number {
  if (!log) {
    const k = length / (to - from);
    return v => at + (v - from) * k;
  }
  const low = Math.log(from);
  const k = length / (Math.log(to) - low);
  return v => (v > 0 ? at + (Math.log(v) - low) * k : at - Math.sign(length) * 1e4);
}

export const placesOf = (f: Frame) => ({
  px: scale(f.x[0], f.x[1], f.logX, f.left, f.width),
  py: scale(f.y[0], f.y[1], f.logY, f.top + f.height, -f.height),
});

/** The points in sight, and one more at either side. */
function sight(f: Frame, x: Values): [number, number] {
  const from = Math.max(0, lowerBound(x, f.logX ? Math.max(f.x[0], Number.MIN_VALUE) : f.x[0]) - 1);
  let to = lowerBound(x, f.x[1]);
  while (to < x.length - 1 && x[to]! <= f.x[1]) to++;
  return [f.logX && x[from]! <= 0 ? from + 1 : from, Math.min(to, x.length - 1)];
}

/** The line through the points; a gap where one is no number. All that share a column of pixels are one stroke. */
export function trace(pen: Pen, f: Frame, x: Values, y: Values): void {
  const { px, py } = placesOf(f);
  const [from, to] = sight(f, x);
  let column = NaN;
  let down = false;
  let [low, high, last] = [0, 0, 0];
  const finish = () => {
    if (low < last) pen.lineTo(column, low);
    if (high > last) pen.lineTo(column, high);
    if (low < last || high > last) pen.lineTo(column, last);
  };
  for (let i = from; i <= to; i++) {
    const v = y[i]!;
    if (Number.isNaN(v)) {
      if (down) finish();
      down = false;
      continue;
    }
    const X = px(x[i]!);
    const Y = py(v);
    const at = Math.round(X);
    if (down && at === column) {
      if (Y < low) low = Y;
      if (Y > high) high = Y;
      last = Y;
      continue;
    }
    if (down) finish();
    if (down) pen.lineTo(X, Y);
    else pen.moveTo(X, Y);
    down = true;
    column = at;
    low = high = last = Y;
  }
  if (down) finish();
}

/** Around what lies between low and high; one shape for each stretch without a gap. */
export function traceBand(pen: Pen, f: Frame, x: Values, low: Values, high: Values): void {
  const { px, py } = placesOf(f);
  const [from, to] = sight(f, x);
  for (let start = from; start <= to; start++) {
    if (Number.isNaN(high[start]!)) continue;
    let end = start;
    while (end < to && !Number.isNaN(high[end + 1]!)) end++;
    pen.moveTo(px(x[start]!), py(high[start]!));
    for (let i = start + 1; i <= end; i++) pen.lineTo(px(x[i]!), py(high[i]!));
    for (let i = end; i >= start; i--) pen.lineTo(px(x[i]!), py(low[i]!));
    start = end;
  }
}

/** Few points are marked each; a lonely one must be seen without a line. */
const MARKED = 60;

export function marksOf(f: Frame, line: Line): { x: number; y: number; r: number }[] {
  const { x, y } = line.raw ?? line;
  const [from, to] = sight(f, x);
  if (line.low || to - from >= MARKED) return [];
  const { px, py } = placesOf(f);
  const marks = [];
  for (let i = from; i <= to; i++) {
    const at = px(x[i]!);
    if (!Number.isNaN(y[i]!) && at >= f.left - 1 && at <= f.left + f.width + 1) marks.push({ x: at, y: py(y[i]!), r: 2.2 });
  }
  return marks.length === 1 ? [{ ...marks[0]!, r: 4 }] : marks;
}
