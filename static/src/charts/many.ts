// Curves of several runs as the columns of one chart. Pure.
import type { Curve } from '../api/grid';
import { isInfinite } from '../format';
import type { XAxis } from './series';

export interface Line {
  y: (number | null)[];
  /** What lies between two drawn points; absent when all of them are drawn. */
  low?: (number | null)[];
  high?: (number | null)[];
  color?: string;
}

/** Told apart by people who see colours differently, on light and on dark. */
export const COLORS = ['#2a7fb8', '#d1652b', '#3a9a5b', '#a861b3', '#c2952b', '#c94f6d', '#5f7fd6', '#7d8b3a', '#3aa3a3', '#8a6d5a'] as const;
export const MOST_RUNS = COLORS.length;

export interface Chart { x: number[]; lines: Line[] }

function placeOf(curve: Curve, axis: XAxis, start: number): number[] {
  if (axis === 'step') return curve.step;
  return curve.timestamp.map(ms => (axis === 'wall' ? ms : ms - start) / 1000);
}

function value(v: Curve['last'][number] | undefined, logY: boolean): number | null {
  const n = Number(v);
  return v === undefined || !Number.isFinite(n) || isInfinite(n) || (logY && n <= 0) ? null : n;
}

/** One row for each place where any curve has a point. starts: when the runs began, in ms. */
export function toChart(curves: readonly (Curve | undefined)[], starts: readonly number[], axis: XAxis, logY: boolean): Chart {
  const places = curves.map((c, i) => (c ? placeOf(c, axis, starts[i] ?? 0) : []));
  const x = [...new Set(places.flat())].sort((a, b) => a - b);
  const row = new Map(x.map((v, i) => [v, i]));
  const lines = curves.map((curve, i): Line => {
    const column = (values: Curve['last'] | undefined) => {
      const y: (number | null)[] = new Array<number | null>(x.length).fill(null);
      places[i]!.forEach((at, k) => (y[row.get(at)!] = value(values?.[k], logY)));
      return y;
    };
    const line: Line = { y: column(curve?.last), color: COLORS[i % COLORS.length]! };
    return curve?.min && curve.max ? { ...line, low: column(curve.min), high: column(curve.max) } : line;
  });
  return { x, lines };
}

/** The last value at or before a row: what a reader sees above the cursor. */
export function valueAt(y: readonly (number | null)[], row: number): number | null {
  for (let i = Math.min(row, y.length - 1); i >= 0; i--) if (y[i] !== null && y[i] !== undefined) return y[i]!;
  return null;
}

const drawnPoints = (y: readonly (number | null)[]) => y.reduce<number>((n, v) => n + Number(v !== null), 0);

/** The values of the line with most points. */
export function longest(lines: readonly Line[]): readonly (number | null)[] {
  return lines.map(l => l.y).sort((a, b) => drawnPoints(b) - drawnPoints(a))[0] ?? [];
}

/** Metrics by their prefix, as people name them: "train/loss" stands under "train", unless it would stand there alone. */
export function sectionsOf(keys: readonly string[]): [string, string[]][] {
  const prefixOf = (key: string) => (key.indexOf('/') > 0 ? key.slice(0, key.indexOf('/')) : '');
  const members = new Map<string, number>();
  for (const key of keys) members.set(prefixOf(key), (members.get(prefixOf(key)) ?? 0) + 1);
  const sections = new Map<string, string[]>();
  for (const key of keys) {
    const name = (members.get(prefixOf(key)) ?? 0) > 1 ? prefixOf(key) : '';
    sections.set(name, [...(sections.get(name) ?? []), key]);
  }
  return [...sections].sort((a, b) => Number(a[0] === 'system') - Number(b[0] === 'system') || (a[0] < b[0] ? -1 : 1));
}
