// uPlot, fetched when the first chart is drawn, dressed in our colours.
import uPlot from 'uplot';
import { formatNumber } from '../format';
import type { Line } from './many';
import { paddedRange, type Points, relativeLabel, type XAxis } from './series';

export interface PlotOptions {
  box: HTMLElement;
  x: number[];
  /** One without a colour has that of the page. */
  lines: readonly Line[];
  axis: XAxis;
  logY: boolean;
  unit: (u: 's' | 'min' | 'h' | 'd') => string;
  points: Points;
  onCursor: (index: number | null) => void;
  /** The reader chose a part of the axis, or wants all of it again. */
  onZoom?: (from: number, to: number) => void;
  onWhole?: () => void;
  /** A part of the axis to begin with. */
  keep?: readonly [number, number] | null;
}

export interface Plot {
  destroy: () => void;
  resize: (width: number) => void;
  update: (x: number[], lines: readonly Line[]) => void;
}

const two = (n: number) => String(n).padStart(2, '0');

function wallLabel(seconds: number, step: number): string {
  const d = new Date(seconds * 1000);
  const time = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (step >= 86_400) return `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return step < 60 ? `${time}:${two(d.getSeconds())}` : time;
}

const HEIGHT = 190;

/** The columns of the chart: of each line its values and, where there are some between, the least and the greatest. */
function columns(x: number[], lines: readonly Line[]): uPlot.AlignedData {
  return [x, ...lines.flatMap(l => (l.low && l.high ? [l.y, l.high, l.low] : [l.y]))] as uPlot.AlignedData;
}

function series(lines: readonly Line[], fallback: string, points: Points): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const made: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  const alone = lines.length === 1;
  for (const line of lines) {
    const stroke = line.color ?? fallback;
    made.push({ stroke, width: 1.5, spanGaps: !alone, points: { show: points !== false, size: points === 'one' ? 8 : 5, fill: stroke } });
    if (!line.low || !line.high) continue;
    bands.push({ series: [made.length, made.length + 1], fill: `${stroke}26` });
    for (let edge = 0; edge < 2; edge++) made.push({ stroke: `${stroke}00`, width: 0, spanGaps: true, points: { show: false } });
  }
  return { series: made, bands };
}
const sync = { step: uPlot.sync('step'), relative: uPlot.sync('relative'), wall: uPlot.sync('wall') };

export function plot(o: PlotOptions): Plot {
  const style = getComputedStyle(o.box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const extent = () => (chart ? (chart.scales.x!.max ?? 0) - (chart.scales.x!.min ?? 0) : 0);
  const axis = (extra: uPlot.Axis): uPlot.Axis => ({
    stroke: color('--muted'), font, grid: { stroke: color('--grid'), width: 1 }, ticks: { stroke: color('--grid'), width: 1, size: 4 }, gap: 4, ...extra,
  });
  const drawn = series(o.lines, color('--accent'), o.points);
  const whole = (u: uPlot) => {
    const x = u.data[0];
    return paddedRange(x[0] ?? null, x[x.length - 1] ?? null);
  };
  let chart: uPlot | undefined;
  let settled = false; // what the chart does by itself is no choice of the reader
  chart = new uPlot(
    {
      width: Math.max(120, o.box.clientWidth),
      height: HEIGHT,
      padding: [6, 10, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: sync[o.axis].key, setSeries: false },
        drag: { x: true, y: false },
        points: { size: 7 },
      },
      scales: {
        // With one point uPlot would ask for an extent of its own invention.
        x: { time: o.axis === 'wall', range: (u, min, max) => (u.data[0].length === 1 ? paddedRange(u.data[0][0]!, u.data[0][0]!) : paddedRange(min, max)) },
        y: o.logY ? { distr: 3, range: (_u, min, max) => uPlot.rangeLog(min || 1e-6, max || 1, 10, false) } : { range: (_u, min, max) => widened(min, max) },
      },
      axes: [
        axis({
          size: 26,
          values: (_u, splits, _i, _space, step) =>
            splits.map(v => {
              if (o.axis === 'wall') return wallLabel(v, step);
              if (o.axis === 'step') return Number.isInteger(v) ? formatNumber(v) : '';
              const label = relativeLabel(v, extent());
              return `${label.value} ${o.unit(label.unit)}`;
            }),
          ...(o.axis === 'relative' ? { space: 64 } : {}),
        }),
        axis({ size: 58, values: (_u, splits) => splits.map(v => (v === null ? '' : formatNumber(v))) }),
      ],
      ...drawn,
      hooks: {
        setCursor: [u => o.onCursor(u.cursor.idx ?? null)],
        setSelect: [u => u.select.width > 0 && o.onZoom?.(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'))],
      },
    },
    columns(o.x, o.lines),
    o.box,
  );
  const made = chart;
  if (o.keep) made.setScale('x', { min: o.keep[0], max: o.keep[1] });
  made.over.addEventListener('dblclick', () => settled && o.onWhole?.());
  settled = true;
  return {
    destroy: () => made.destroy(),
    resize: width => made.setSize({ width: Math.max(120, width), height: HEIGHT }),
    update: (x, lines) => {
      // A reader who zoomed in stays there; otherwise the axes follow the data.
      const [min, max] = whole(made);
      const zoomed = made.data[0].length > 1 && (made.scales.x!.min !== min || made.scales.x!.max !== max);
      made.setData(columns(x, lines), !zoomed);
      if (zoomed) made.redraw();
    },
  };
}

function widened(min: number | null, max: number | null): [number, number] {
  const [lo, hi] = paddedRange(min, max);
  const room = (hi - lo) * 0.06;
  return [lo - room, hi + room];
}
