// Axes and legends, drawn alike in every chart.
import type { Hit, Look, Stage } from './canvas';
import { fieldTitle, valueText } from './choices';
import type { Field } from './fields';
import { categoryColour, colourAt, SHADES, shadeAt, shadeOf } from './palette';
import type { Pen } from './pen';
import { type Scale, shortened, spaced } from './scales';

/** Where the marks of a chart are. */
export interface Area { left: number; top: number; right: number; bottom: number }

export const xOf = (a: Area, s: Scale, v: number) => a.left + s.at(v) * (a.right - a.left);
export const yOf = (a: Area, s: Scale, v: number) => a.bottom - s.at(v) * (a.bottom - a.top);

/** Room for the labels of a vertical axis. */
export function gutter(stage: Stage, scale: Scale, most: number): number {
  const widest = scale.ticks(12).reduce((w, tick) => Math.max(w, stage.sizeOf(tick.text)), 0);
  return Math.min(most, Math.ceil(widest)) + 10;
}

export function drawYAxis(pen: Pen, stage: Stage, area: Area, scale: Scale, title: string): void {
  const { look, sizeOf } = stage;
  const height = area.bottom - area.top;
  for (const tick of spaced(scale.ticks(Math.max(2, Math.floor(height / 34))), height, () => 12, 2)) {
    const y = area.bottom - tick.at * height;
    pen.lines([area.left, y, area.right, y], { colour: look.grid });
    pen.text(area.left - 6, y, shortened(tick.text, area.left - 22, sizeOf), { colour: look.muted, align: 'end' });
  }
  pen.text(12, (area.top + area.bottom) / 2, shortened(title, height, sizeOf), { colour: look.text, align: 'center', turn: -90 });
}

export function drawXAxis(pen: Pen, stage: Stage, area: Area, scale: Scale, title: string): void {
  const { look, sizeOf } = stage;
  const width = area.right - area.left;
  const ticks = scale.ticks(Math.max(2, Math.floor(width / 64)));
  const band = scale.kind === 'category' ? Math.max(24, width / Math.max(1, ticks.length) - 6) : 120;
  const label = (text: string) => shortened(text, band, sizeOf);
  for (const tick of spaced(ticks, width, text => sizeOf(label(text)), 8)) {
    const x = area.left + tick.at * width;
    pen.lines([x, area.top, x, area.bottom], { colour: look.grid });
    pen.text(x, area.bottom + 6, label(tick.text), { colour: look.muted, align: 'center', base: 'top' });
  }
  pen.text((area.left + area.right) / 2, area.bottom + 22, shortened(title, width, sizeOf), { colour: look.text, align: 'center', base: 'top' });
}

/** The whole name of a category that is shortened on its axis; at is a place on the axis, 0 to 1. */
export function categoryHit(f: Field, s: Scale, at: number, x: number, y: number): Hit | null {
  if (f.kind !== 'category' || at < 0 || at > 1) return null;
  const code = s.value(at);
  return { index: -1 - code, x, y, title: f.categories[code] ?? '', facts: [] };
}

/** Which colour a run has, by the value of a field: 24 shades, or the colours of categories. */
export interface Colouring { field: Field; scale: Scale; count: number; codeOf: (row: number) => number; colourOf: (code: number) => string }

export function colouring(field: Field, scale: Scale, look: Look): Colouring {
  const category = field.kind === 'category';
  return {
    field,
    scale,
    count: category ? Math.max(1, field.categories.length) : SHADES,
    codeOf(row) {
      const v = field.values[row]!;
      if (category) return Number.isNaN(v) ? -1 : v;
      const place = scale.at(v);
      return Number.isNaN(place) ? -1 : shadeOf(place);
    },
    colourOf: code => (code < 0 ? look.line : category ? categoryColour(code) : shadeAt(code, look.theme)),
  };
}

const RAMP = 110;

/** In one line: a ramp with its ends, or the categories that there is room for. */
export function drawLegend(pen: Pen, stage: Stage, c: Colouring, x: number, y: number, right: number): void {
  const { look, sizeOf } = stage;
  const title = shortened(fieldTitle(c.field), Math.max(60, (right - x) / 3), sizeOf);
  pen.text(x, y, title, { colour: look.text });
  let at = x + sizeOf(title) + 10;
  if (c.field.kind !== 'category') {
    const low = valueText(c.field, c.scale.low);
    const high = valueText(c.field, c.scale.high);
    pen.text(at, y, low, { colour: look.muted });
    at += sizeOf(low) + 6;
    const width = Math.max(30, Math.min(RAMP, right - at - sizeOf(high) - 8));
    for (let i = 0; i < width; i += 2) pen.rect(at + i, y - 4, Math.min(2, width - i), 8, { colour: colourAt(i / width, look.theme) });
    pen.text(at + width + 6, y, high, { colour: look.muted });
    return;
  }
  for (const [code, name] of c.field.categories.entries()) {
    const label = shortened(name, 120, sizeOf);
    const rest = c.field.categories.length - code;
    const more = `+${rest}`;
    if (at + 12 + sizeOf(label) + (rest > 1 ? sizeOf(more) + 10 : 0) > right) {
      pen.text(at, y, more, { colour: look.muted });
      return;
    }
    pen.dots([at + 4, y, 4], { colour: c.colourOf(code) });
    pen.text(at + 12, y, label, { colour: look.muted });
    at += 12 + sizeOf(label) + 12;
  }
}
