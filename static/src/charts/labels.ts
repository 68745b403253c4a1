// The names of lines, where they end: as many as have room, none over another. Pure.
import { lowerBound } from './curves';
import { type Frame, placesOf } from './draw';
import type { Line } from './lines';

export interface Label { text: string; color: string; /** Left edge and middle of the text. */ x: number; y: number }
export interface End { text: string; color: string; x: number; y: number }

/** How wide a text is, in the pixels of the frame. */
export type Measure = (text: string) => number;

/** Of the chart's width, no more goes to names. */
const SHARE = 0.24;
const WIDEST = 120;
/** Fewer pixels say nothing of a name. */
const NARROWEST = 44;
/** Lines that can still be told apart by their names. */
const MOST = 20;
const GAP = 7;

/** Pixels at the right of a chart for the names of its lines; 0: it has none. */
export function roomFor(names: readonly string[], width: number, measure: Measure): number {
  if (names.length < 2 || names.length > MOST) return 0;
  const most = Math.min(WIDEST, width * SHARE);
  return most < NARROWEST ? 0 : Math.min(most, Math.max(...names.map(measure)) + GAP + 2);
}

/** Where each line leaves the frame, or ends within it; first the first. */
export function endsOf(f: Frame, lines: readonly Line[], names: readonly string[], fallback: string): End[] {
  const { px, py } = placesOf(f);
  return lines.flatMap(line => {
    const { x, y } = line;
    const behind = lowerBound(x, f.x[1]);
    let last = Math.min(x.length - 1, x[behind] === f.x[1] ? behind : behind - 1);
    while (last >= 0 && Number.isNaN(y[last]!)) last--;
    if (last < 0 || x[last]! < f.x[0] || (f.logX && x[last]! <= 0)) return [];
    const [x0, y0] = [px(x[last]!), py(y[last]!)];
    const next = y[last + 1] ?? NaN;
    // On its way to a point out of sight, it ends at the edge.
    const edge = f.left + f.width;
    const goesOn = !Number.isNaN(next) && px(x[last + 1]!) > edge;
    const at = goesOn ? { x: edge, y: y0 + ((py(next) - y0) * (edge - x0)) / (px(x[last + 1]!) - x0) } : { x: x0, y: y0 };
    const seen = at.y >= f.top && at.y <= f.top + f.height;
    return seen ? [{ text: names[line.run] ?? '', color: line.color || fallback, ...at }] : [];
  });
}

/** The longest beginning of a text that fits. */
function fitted(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  let n = text.length;
  while (n > 0 && measure(`${text.slice(0, n)}…`) > room) n--;
  return n > 2 ? `${text.slice(0, n)}…` : '';
}

/** right: where the picture ends. height: of a line of text; a name may stand half of it beside the end that it belongs to. */
export function placedLabels(ends: readonly End[], f: Frame, right: number, height: number, gap: number, measure: Measure): Label[] {
  const taken: { x: number; y: number; width: number }[] = [];
  return ends.flatMap(end => {
    const x = end.x + gap;
    const text = fitted(end.text, right - x, measure);
    if (!text) return [];
    const width = measure(text);
    const free = (y: number) => y >= f.top && y <= f.top + f.height && !taken.some(t => Math.abs(t.y - y) < height && x < t.x + t.width && t.x < x + width);
    const y = [0, height / 4, -height / 4, height / 2, -height / 2].map(by => end.y + by).find(free);
    if (y === undefined) return [];
    taken.push({ x, y, width });
    return [{ text, color: end.color, x, y }];
  });
}
