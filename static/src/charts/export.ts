// A chart as a file: SVG and CSV as text. Pure.
import { toCsv } from '../compare/copy';
import { marksOf, type Pen, trace, traceBand } from './draw';
import type { Curve } from './curves';
import type { Line } from './lines';
import type { Picture } from './plot';

export const escaped = (text: string) => text.replace(/[<>&"]/g, c => `&#${c.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');

const round = (n: number) => String(Math.round(n * 10) / 10);

/** The commands of a path. */
function path(work: (pen: Pen) => void): string {
  let d = '';
  work({ moveTo: (x, y) => (d += `M${round(x)} ${round(y)}`), lineTo: (x, y) => (d += `L${round(x)} ${round(y)}`) });
  return d;
}

export interface Colours { background: string; text: string; muted: string; grid: string; line: string; font: string }

const ROW = 16;
const HEAD = 26;

export function svgOf(title: string, xTitle: string, p: Omit<Picture, 'canvas'>, lines: readonly Line[], names: readonly string[], c: Colours): string {
  const f = p.frame;
  const bottom = f.top + f.height;
  const legend = lines.map(l => ({ name: names[l.run] ?? '', color: l.color || c.line, dash: l.dash }));
  const height = HEAD + p.height + ROW + legend.length * ROW + 8;
  const text = (x: number, y: number, s: string, anchor = 'start', fill = c.muted) => `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}">${escaped(s)}</text>`;
  const dash = (d: readonly number[]) => (d.length > 0 ? ` stroke-dasharray="${d.join(' ')}"` : '');
  const stroke = (d: string, color: string, more: string) => (d ? `<path d="${d}" fill="none" stroke="${color}" ${more}/>` : '');
  const shapes = [...lines].reverse().flatMap(l => {
    const color = l.color || c.line;
    return [
      l.low && l.high ? `<path d="${path(pen => traceBand(pen, f, l.x, l.low!, l.high!))}" fill="${color}" fill-opacity=".16"/>` : '',
      l.raw ? stroke(path(pen => trace(pen, f, l.raw!.x, l.raw!.y)), color, 'stroke-opacity=".28"') : '',
      stroke(path(pen => trace(pen, f, l.x, l.y)), color, `stroke-width="1.5" stroke-linejoin="round"${dash(l.dash)}`),
      ...marksOf(f, l).map(m => `<circle cx="${round(m.x)}" cy="${round(m.y)}" r="${m.r}" fill="${color}"${l.raw ? ' fill-opacity=".28"' : ''}/>`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${p.width}" height="${height}" viewBox="0 0 ${p.width} ${height}" font-family="${escaped(c.font)}" font-size="11">`,
    `<rect width="100%" height="100%" fill="${c.background}"/>`,
    `<text x="10" y="18" font-size="13" font-weight="600" fill="${c.text}">${escaped(title)}</text>`,
    `<clipPath id="plot"><rect x="${round(f.left)}" y="${round(f.top - 1)}" width="${round(f.width)}" height="${round(f.height + 2)}"/></clipPath>`,
    `<g transform="translate(0 ${HEAD})">`,
    ...p.xTicks.flatMap(t => [stroke(`M${round(t.at)} ${round(f.top)}V${round(bottom)}`, c.grid, ''), text(t.at, bottom + 16, t.label, 'middle')]),
    ...p.yTicks.flatMap(t => [stroke(`M${round(f.left)} ${round(t.at)}H${round(f.left + f.width)}`, c.grid, ''), text(f.left - 8, t.at + 4, t.label, 'end')]),
    `<g clip-path="url(#plot)">`, ...shapes, '</g>',
    ...p.labels.map(l => text(l.x, l.y + 4, l.text, 'start', l.color)),
    text(f.left + f.width, p.height + 10, xTitle, 'end'),
    ...legend.flatMap((l, i) => {
      const y = p.height + ROW + i * ROW + 4;
      return [stroke(`M10 ${y}h22`, l.color, `stroke-width="2"${dash(l.dash)}`), text(38, y + 4, l.name, 'start', c.text)];
    }),
    '</g></svg>',
  ].filter(Boolean).join('\n');
}

/** What was fetched for the chart, a line for each point or bucket. */
export function csvOf(metric: string, curves: readonly Curve[], runs: readonly { id: string; name: string }[], axis: string): string {
  const buckets = curves.some(c => c.width > 0);
  const number = (v: number) => (Number.isNaN(v) ? '' : String(v));
  const rows = curves.flatMap(c =>
    Array.from(c.x, (x, i) => [
      runs[c.run]!.id, runs[c.run]!.name, metric, number(c.step[i]!), ...(axis === 'step' ? [] : [number(x)]), number(c.last[i]!),
      ...(buckets ? [number(c.min[i]!), number(c.max[i]!), number(c.mean[i]!)] : []),
    ]));
  return toCsv({ head: ['run_id', 'run', 'metric', 'step', ...(axis === 'step' ? [] : [axis]), 'value', ...(buckets ? ['min', 'max', 'mean'] : [])], rows });
}
