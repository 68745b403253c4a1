// Charts that have a lane for each run or group: names to the left, the axis above, as high as there are lanes.
import type { Look, Stage } from './canvas';
import type { Pen } from './pen';
import { type Scale, shortened, spaced } from './scales';

export interface Lanes { left: number; right: number; top: number; lane: number; height: number; x: (v: number) => number; /** The middle of a lane. */ y: (i: number) => number; /** -1: none. */ at: (y: number) => number }

const TOP = 44;

/** Few lanes are wider. */
const FEW = 8;

export function lanesOf(stage: Stage, names: readonly string[], scale: Scale, narrow: number): Lanes {
  const lane = names.length > FEW ? narrow : Math.round(narrow * 1.6);
  const widest = names.reduce((w, name) => Math.max(w, stage.sizeOf(name)), 0);
  const left = Math.ceil(Math.min(widest, stage.width * 0.34, 260)) + 16;
  const right = stage.width - 64;
  return {
    left, right, top: TOP, lane, height: TOP + names.length * lane + 8,
    x: v => left + Math.max(0, Math.min(1, scale.at(v))) * (right - left),
    y: i => TOP + (i + 0.5) * lane,
    at: y => (y < TOP || y >= TOP + names.length * lane ? -1 : Math.floor((y - TOP) / lane)),
  };
}

export function drawLanes(pen: Pen, stage: Stage, l: Lanes, names: readonly string[], scale: Scale, title: string): void {
  const { look, sizeOf } = stage;
  const width = l.right - l.left;
  pen.text((l.left + l.right) / 2, 10, shortened(title, width, sizeOf), { colour: look.text, align: 'center', bold: true });
  for (const tick of spaced(scale.ticks(Math.max(2, Math.floor(width / 60))), width, sizeOf, 10)) {
    const x = l.left + tick.at * width;
    pen.lines([x, TOP - 6, x, l.height - 6], { colour: look.grid });
    pen.text(x, TOP - 16, tick.text, { colour: look.muted, align: 'center' });
  }
  names.forEach((name, i) => pen.text(l.left - 8, l.y(i), shortened(name, l.left - 16, sizeOf), { colour: look.text, align: 'end' }));
}

export const laneBand = (pen: Pen, look: Look, l: Lanes, i: number): void => pen.rect(0, l.y(i) - l.lane / 2, l.right + 64, l.lane, { colour: look.accent, alpha: 0.12 });
