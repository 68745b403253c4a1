// How wide the columns of the table are, and which of them stay when it is scrolled sideways. Pure.
import type { Column } from './columns';

export const CHECK = 34;
/** The eye of a run, in its colour. */
export const LOOK = 26;
export const STATUS = 30;
export const NAME: Column = { id: 'info.run_name', group: 'info', key: 'run_name' };
const LEAST = 48;
const MOST = 900;

export type Widths = ReadonlyMap<string, number>;

/** "metrics.loss:120,params.lr:80" of the address. */
export function widthsFromText(text: string | null): Map<string, number> {
  const widths = new Map<string, number>();
  for (const m of (text ?? '').matchAll(/([^,]+):(\d{1,4})(?:,|$)/g)) widths.set(m[1]!, clampWidth(Number(m[2])));
  return widths;
}

export function widthsToText(widths: Widths): string | null {
  return widths.size === 0 ? null : [...widths].map(([id, w]) => `${id}:${Math.round(w)}`).join(',');
}

export const clampWidth = (w: number) => Math.max(LEAST, Math.min(MOST, Math.round(w)));

/** Letters of East Asia are twice as wide. */
const letters = (text: string) => [...text].reduce((n, c) => n + (c > '⺀' ? 1.9 : 1), 0);

/** Wide enough for these texts, within reason. */
export function contentWidth(texts: readonly string[]): number {
  return Math.min(230, Math.ceil(Math.max(0, ...texts.map(text => letters(text.slice(0, 60)))) * 6.8) + 24);
}

/** Wide enough for the title with the sign of its order and its menu, within reason, and for what such a column holds, or usually holds. */
export function naturalWidth(column: Column, title: string, content = 0): number {
  if (column.id === NAME.id) return Math.max(190, content);
  const head = Math.min(190, Math.ceil(letters(title) * 6.6) + 54);
  const floor = column.value === 'spark' ? 124 : column.key === 'run_id' && column.group === 'info' ? 270 : column.group === 'tags' ? 110 : column.group === 'info' ? 112 : 84;
  return Math.max(floor, head, content);
}

export interface Placed { column: Column; width: number; /** From the left edge, of a column that stays; else undefined. */ left: number | undefined }

/** Pinned columns first, in their order; each with its place. */
export function placed(columns: readonly Column[], pins: readonly string[], widths: Widths, titleOf: (c: Column) => string, nameWidth: number, contents: Widths = new Map()): Placed[] {
  const pinned = pins.flatMap(id => columns.find(c => c.id === id) ?? []);
  const rest = columns.filter(c => !pins.includes(c.id));
  let left = CHECK + LOOK + STATUS + nameWidth;
  return [...pinned, ...rest].map((column, i) => {
    const width = widths.get(column.id) ?? naturalWidth(column, titleOf(column), contents.get(column.id));
    const at = left;
    left += width;
    return { column, width, left: i < pinned.length ? at : undefined };
  });
}
