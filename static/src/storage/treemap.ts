// A map of what is stored: areas as large as sizes, and squarish, so that they can be compared and named (squarified
// treemaps: Bruls, Huizing, van Wijk). Pure.
import { type Row, sizeOf } from './rows';
import type { Size } from '../api/shelf';

export interface Box { x: number; y: number; w: number; h: number }

export type Way = 'left' | 'right' | 'up' | 'down';

/** More would be dust, and so would smaller ones. */
const MOST = 150;
const LEAST = 1 / 2500;

/** How far the worst of some areas is from a square when they lie in one row along a side. */
function worst(sum: number, least: number, most: number, side: number): number {
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

/** A box for each size, in their order: largest first gives the best ones. All sizes are above zero. */
export function squarify(sizes: readonly number[], width: number, height: number): Box[] {
  const scale = (width * height) / sizes.reduce((a, b) => a + b, 0);
  const boxes: Box[] = [];
  let free: Box = { x: 0, y: 0, w: width, h: height };
  for (let first = 0; first < sizes.length;) {
    const side = Math.min(free.w, free.h);
    let end = first;
    let sum = 0;
    for (let least = Infinity, most = 0, before = Infinity; end < sizes.length; end++) {
      const area = sizes[end]! * scale;
      const now = worst(sum + area, Math.min(least, area), Math.max(most, area), side);
      if (end > first && now > before) break;
      before = now;
      sum += area;
      least = Math.min(least, area);
      most = Math.max(most, area);
    }
    const across = free.w < free.h; // the row lies across the top, or stands at the left
    const depth = end === sizes.length ? (across ? free.h : free.w) : sum / side;
    for (let at = across ? free.x : free.y; first < end; first++) {
      const length = (sizes[first]! * scale * side) / sum;
      boxes.push(across ? { x: at, y: free.y, w: length, h: depth } : { x: free.x, y: at, w: depth, h: length });
      at += length;
    }
    free = across ? { ...free, y: free.y + depth, h: free.h - depth } : { ...free, x: free.x + depth, w: free.w - depth };
  }
  return boxes;
}

/** What the map shows of the rows, largest first, and what it leaves out for being too small. */
export function shownOf(rows: readonly Row[]): { shown: Row[]; others: (Size & { count: number }) | null } {
  const inOrder = rows.filter(r => r.bytes > 0 && !r.elsewhere).sort((a, b) => b.bytes - a.bytes);
  const enough = sizeOf(inOrder).bytes * LEAST;
  let n = inOrder.findIndex((r, i) => i >= MOST || r.bytes < enough);
  if (n < 0 || n === inOrder.length - 1) n = inOrder.length; // one alone is not worth a name for it
  const left = inOrder.slice(n);
  return { shown: inOrder.slice(0, n), others: left.length > 0 ? { ...sizeOf(left), count: left.length } : null };
}

/** How much of two stretches is common to both. */
const overlap = (a: number, aw: number, b: number, bw: number) => Math.min(a + aw, b + bw) - Math.max(a, b);

/** The box that a step from one of them leads to: of those beside it that way, the one that shares most of its edge. */
export function neighbour(boxes: readonly Box[], from: number, way: Way): number {
  const b = boxes[from]!;
  const flat = way === 'left' || way === 'right';
  const edge = { left: b.x, right: b.x + b.w, up: b.y, down: b.y + b.h }[way];
  let best = from;
  let most = 0;
  boxes.forEach((c, i) => {
    const facing = { left: c.x + c.w, right: c.x, up: c.y + c.h, down: c.y }[way];
    const shared = flat ? overlap(b.y, b.h, c.y, c.h) : overlap(b.x, b.w, c.x, c.w);
    if (i !== from && Math.abs(facing - edge) < 0.01 && shared > most + 0.01) [best, most] = [i, shared];
  });
  return best;
}

/** Names that do not fit lose their middle: what tells runs of a sweep apart is at their end. */
export function shortened(name: string, room: number, widthOf: (letter: string) => number): string {
  const letters = [...name];
  if (letters.reduce((sum, c) => sum + widthOf(c), 0) <= room) return name;
  let left = room - widthOf('…');
  let [head, tail] = [0, 0];
  for (;;) {
    const atEnd = tail < head;
    left -= widthOf(letters[atEnd ? letters.length - 1 - tail : head]!);
    if (left < 0) break;
    if (atEnd) tail++;
    else head++;
  }
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
