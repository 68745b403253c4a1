// The lines of a table in which runs stand below the runs that they are parts of: lists within a list, each of them read
// page by page, so that a line is found without those above it. Pure.
import type { Row } from './rows';

/** Runs right below one run, or below none. */
export interface Level {
  /** Below a run, 1 more than where that run is. */
  depth: number;
  total: number;
  at: (i: number) => Row | undefined;
  /** Called with the part that is on the screen. */
  show: (from: number, to: number) => void;
  /** The open runs of those at hand, by their places. */
  open: readonly { index: number; level: Level }[];
}

/** Where a line is: its place in its level, and the line of the run above it; -1 for none. */
export interface Spot { level: Level; index: number; above: number }

export const linesOf = (level: Level): number => level.open.reduce((n, o) => n + linesOf(o.level), level.total);

export function spotOf(level: Level, line: number): Spot {
  let inner = 0; // lines of the open runs so far
  for (const o of level.open) {
    const its = o.index + inner;
    if (line <= its) break;
    const lines = linesOf(o.level);
    if (line <= its + lines) {
      const spot = spotOf(o.level, line - its - 1);
      return { ...spot, above: spot.above < 0 ? its : its + 1 + spot.above };
    }
    inner += lines;
  }
  return { level, index: line - inner, above: -1 };
}

/** Which part of each level is on these lines. */
export function partsOf(level: Level, from: number, to: number): Map<Level, [number, number]> {
  const parts = new Map<Level, [number, number]>();
  for (let line = from; line <= to; line++) {
    const spot = spotOf(level, line);
    const part = parts.get(spot.level);
    if (part) part[1] = spot.index;
    else parts.set(spot.level, [spot.index, spot.index]);
  }
  return parts;
}

/** Runs that can be open at a time: their ids stand in the address. */
export const MOST_OPEN = 40;

export function toggledOpen(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter(x => x !== id) : [...ids, id].slice(-MOST_OPEN);
}
