// uPlot, fetched when the first chart is drawn, dressed in our colours.
import uPlot from 'uplot';
import { formatNumber } from '../format';
import { paddedRange, type Points, relativeLabel, type XAxis } from './series';

export interface PlotOptions {
  box: HTMLElement;
  x: number[];
  y: (number | null)[];
  axis: XAxis;
  logY: boolean;
  unit: (u: 's' | 'min' | 'h' | 'd') => string;
  points: Points;
  onCursor: (index: number | null) => void;
}

export interface Plot {
  destroy: () => void;
  resize: (width: number) => void;
  update: (x: number[], y: (number | null)[]) => void;
}

const two = (n: number) => String(n).padStart(2, '0');

function wallLabel(seconds: number, step: number): string {
  const d = new Date(seconds * 1000);
  const time = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (step >= 86_400) return `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return step < 60 ? `${time}:${two(d.getSeconds())}` : time;
}

const HEIGHT = 190;
const sync = { step: uPlot.sync('step'), relative: uPlot.sync('relative'), wall: uPlot.sync('wall') };

export function plot(o: PlotOptions): Plot {
  const style = getComputedStyle(o.box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const extent = () => (chart ? (chart.scales.x!.max ?? 0) - (chart.scales.x!.min ?? 0) : 0);
  const axis = (extra: uPlot.Axis): uPlot.Axis => ({
    stroke: color('--muted'), font, grid: { stroke: color('--grid'), width: 1 }, ticks: { stroke: color('--grid'), width: 1, size: 4 }, gap: 4, ...extra,
  });
  let chart: uPlot | undefined;
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
      series: [{}, { stroke: color('--accent'), width: 1.5, spanGaps: false, points: { show: o.points !== false, size: o.points === 'one' ? 8 : 5, fill: color('--accent') } }],
      hooks: { setCursor: [u => o.onCursor(u.cursor.idx ?? null)] },
    },
    [o.x, o.y] as uPlot.AlignedData,
    o.box,
  );
  const made = chart;
  return {
    destroy: () => made.destroy(),
    resize: width => made.setSize({ width: Math.max(120, width), height: HEIGHT }),
    update: (x, y) => {
      // A reader who zoomed in stays there; otherwise the axes follow the data.
      const before = made.data[0];
      const zoomed = before.length > 1 && (made.scales.x!.min !== before[0] || made.scales.x!.max !== before[before.length - 1]);
      made.setData([x, y] as uPlot.AlignedData, !zoomed);
      if (zoomed) made.redraw();
    },
  };
}

function widened(min: number | null, max: number | null): [number, number] {
  const [lo, hi] = paddedRange(min, max);
  const room = (hi - lo) * 0.06;
  return [lo - room, hi + room];
}
