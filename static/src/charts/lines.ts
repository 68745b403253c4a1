// Curves of runs as the lines of one chart, under the settings of the reader. Pure.
import type { Curve } from './curves';
import { clipped, difference, type Extent, extentOf, smoothed, zigzag } from './maths';
import type { Settings } from './settings';

export interface Line {
  /** Which of the runs that are drawn. */
  run: number;
  color: string;
  dash: readonly number[];
  x: Float64Array;
  y: Float64Array;
  /** Under a smoothed line, faintly: what was logged. */
  raw?: { x: Float64Array; y: Float64Array };
  /** What lies between two drawn points; absent when all of them are drawn, or the band is off. */
  low?: Float64Array;
  high?: Float64Array;
  /** What a table says: of each place the value that was logged last, and its step. */
  exact: Float64Array;
  at: Float64Array;
  step: Float64Array;
}

export interface Told { points: number; drawn: number; skipped: number; notPositive: number; buckets: boolean }
export interface Chart { lines: Line[]; told: Told; empty: boolean }
export interface Look { color: string; dash: readonly number[] }



/** Time comes in ms, and is drawn in seconds. */
const scaled = (x: Float64Array, s: Settings) => (s.axis === 'relative' || s.axis === 'wall' ? x.map(v => v / 1000) : x);

const positive = (y: Float64Array) => y.map(v => (v > 0 ? v : NaN));

interface Base { run: number; x: Float64Array; mean: Float64Array; last: Float64Array }

function lineOf(c: Curve, x: Float64Array, look: Look, s: Settings, base: Base | null): Line {
  const less = (y: Float64Array) => (base ? difference(x, y, base.x, base.mean) : y);
  const shown = (y: Float64Array) => (s.logY ? positive(less(y)) : less(y));
  const mean = shown(c.mean);
  const buckets = c.width > 0 && c.run !== base?.run; // the baseline itself is nothing but zero
  const zig = buckets && !s.band ? zigzag(x, shown(c.min), shown(c.max)) : null;
  const line: Line = { run: c.run, ...look, x, y: mean, exact: base ? difference(x, c.last, base.x, base.last) : c.last, at: x, step: c.step };
  if (s.smooth > 0) {
    line.y = smoothed(mean, s.method, s.smooth);
    line.raw = zig ?? { x, y: mean };
  } else if (zig) Object.assign(line, zig);
  if (buckets && s.band) {
    line.low = less(c.min);
    line.high = shown(c.max);
  }
  return line;
}

const countOf = (y: Float64Array, wanted: (v: number) => boolean) => y.reduce((n, v) => n + Number(wanted(v)), 0);

/** looks: of each run, how it is drawn. base: which of the runs the others are held against; -1: none. */
export function chartOf(curves: readonly Curve[], looks: readonly Look[], base: number, s: Settings): Chart {
  const xs = new Map(curves.map(c => [c, scaled(c.x, s)]));
  const against = curves.find(c => c.run === base);
  const baseLine = against ? { run: base, x: xs.get(against)!, mean: against.mean, last: against.last } : null;
  const lines = base >= 0 && !baseLine ? [] : curves.map(c => lineOf(c, xs.get(c)!, looks[c.run]!, s, baseLine));
  const told: Told = { points: 0, drawn: 0, skipped: 0, notPositive: 0, buckets: false };
  for (const c of curves) {
    told.points += c.points;
    told.drawn += c.x.length;
    told.skipped += c.nans + c.infinite;
    told.buckets ||= c.width > 0;
    if (s.logY) told.notPositive += countOf(c.min, v => v <= 0);
  }
  return { lines, told, empty: !lines.some(l => l.y.some(v => !Number.isNaN(v))) };
}

/** From the first point that is drawn to the last. */
export function spanOf(lines: readonly Line[], logX: boolean): [number, number] {
  let { min, max }: Extent = { min: Infinity, max: -Infinity };
  for (const { x, y } of lines) {
    const first = x.find((v, i) => !Number.isNaN(y[i]!) && (!logX || v > 0));
    let last = x.length - 1;
    while (last >= 0 && Number.isNaN(y[last]!)) last--;
    if (first !== undefined && first < min) min = first;
    if (last >= 0 && x[last]! > max) max = x[last]!;
  }
  return [min, max];
}

/** What the values of a part of the axis need. A faint line gives way to the outliers it has only if they are clipped. */
export function heightOf(lines: readonly Line[], from: number, to: number, s: Settings): Extent {
  if (s.clip) return clipped(lines.map(l => l.raw ?? l), from, to, s.logY);
  let extent: Extent | undefined;
  for (const l of lines) {
    extent = extentOf(l.x, l.y, from, to, s.logY, extent);
    if (l.raw) extent = extentOf(l.raw.x, l.raw.y, from, to, s.logY, extent);
    if (l.low) extent = extentOf(l.x, l.low, from, to, s.logY, extent);
    if (l.high) extent = extentOf(l.x, l.high, from, to, s.logY, extent);
  }
  return extent ?? { min: Infinity, max: -Infinity };
}
