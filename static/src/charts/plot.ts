// uPlot, fetched when the first chart is drawn: its axes, its cursor and its drag. The lines are drawn by us, each over
// its own places: many of them need no common column, and a million points no objects.
import uPlot from 'uplot';
import { isDate } from '../format';
import { type Frame, marksOf, trace, traceBand } from './draw';
import type { Label } from './labels';
import type { Line } from './lines';
import { paddedRange, roomyRange } from './maths';
import type { Axis, Settings } from './settings';
import { heightOf, spanOf } from './lines';
import { hugeSteps, logTicks, relativeLabel, tickLabels, type TimeUnit, wallLabel } from './ticks';

export interface PlotOptions {
  box: HTMLElement;
  height: number;
  lines: readonly Line[];
  /** Of the runs, to stand at the ends of their lines. */
  names: readonly string[];
  /** What puts them there; null: of one run alone they would say nothing. */
  naming: typeof import('./labels') | null;
  settings: Settings;
  language: string;
  unit: (u: TimeUnit) => string;
  /** Where the cursor is, here or on another chart of the same axis. */
  onCursor: (x: number | null) => void;
  /** The reader chose a part of the axis, or wants all of it again. */
  onZoom: (from: number, to: number) => void;
  onWhole: () => void;
  onPick: (x: number) => void;
}

export interface Tick { at: number; label: string }
/** What a file of the chart needs to know. */
export interface Picture { frame: Frame; xTicks: Tick[]; yTicks: Tick[]; labels: readonly Label[]; width: number; height: number; canvas: HTMLCanvasElement }

export interface Plot {
  destroy: () => void;
  resize: (width: number, height: number) => void;
  update: (lines: readonly Line[], names: readonly string[], settings: Settings) => void;
  picture: () => Picture;
}

/** How much a turn of the wheel takes away from an axis. */
const WHEEL = 0.8;
const FAINT = 0.28;
const BAND = 0.16;
const LEAST_WIDTH = 120;
const EDGE = 4;
/** At the right of a chart without names. */
const MARGIN = 12;
const LABEL = { height: 12, gap: 7 };
/** Distances between labels of a time that is counted, in seconds. */
const TIMES = [1, 2, 5].map(n => n / 1000).concat([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map(d => d * 86_400));

const timed = (axis: Axis) => axis === 'relative' || axis === 'wall';
const groups = new Map<string, uPlot.SyncPubSub>();

function groupOf(s: Settings): string {
  const name = `${s.axis} ${s.axisKey}`;
  if (!groups.has(name)) groups.set(name, uPlot.sync(name));
  return groups.get(name)!.key;
}

export function plot(o: PlotOptions): Plot {
  const style = getComputedStyle(o.box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const accent = color('--accent');
  const background = color('--panel');
  let { lines, names } = o;
  let settings = o.settings;
  let pressed: number | null = null;

  const axis = (extra: uPlot.Axis): uPlot.Axis => ({
    stroke: color('--muted'), font, grid: { stroke: color('--grid'), width: 1 }, ticks: { stroke: color('--grid'), width: 1, size: 4 }, gap: 4, ...extra,
  });
  const labelsOf = (u: uPlot, splits: (number | null)[], step: number): string[] => {
    if (settings.axis === 'wall') return splits.map(v => (v === null ? '' : wallLabel(v, step)));
    if (settings.axis === 'step') return tickLabels(splits.map(v => (Number.isInteger(v) ? v : null)), o.language);
    if (settings.axis === 'metric') return tickLabels(splits, o.language);
    const extent = u.scales.x!.max! - u.scales.x!.min!;
    return splits.map(v => {
      if (v === null) return '';
      const label = relativeLabel(v, extent);
      return `${label.value} ${o.unit(label.unit)}`;
    });
  };
  // uPlot begins at the end of the axis, whatever number that is.
  const ticksOf = (on: boolean, room: number): uPlot.Axis =>
    on ? { splits: (u, i, min, max) => logTicks(min, max, Math.max(2, Math.floor((i === 0 ? u.over.clientWidth : u.over.clientHeight) / room))), filter: (_u, splits) => splits } : {};
  const frameOf = (u: uPlot): Frame => ({
    left: u.bbox.left, top: u.bbox.top, width: u.bbox.width, height: u.bbox.height,
    x: [u.scales.x!.min!, u.scales.x!.max!], y: [u.scales.y!.min!, u.scales.y!.max!], logX: settings.logX, logY: settings.logY,
  });
  /** In pixels of the page. */
  const measured = (u: uPlot) => (text: string): number => {
    u.ctx.font = font;
    return u.ctx.measureText(text).width;
  };
  const marginOf = (u: uPlot): number => (o.naming === null ? MARGIN : Math.max(MARGIN, o.naming.roomFor(lines.map(l => names[l.run] ?? ''), u.width, measured(u))));
  const labelsIn = (u: uPlot, f: Frame, ratio: number): Label[] => {
    if (o.naming === null || marginOf(u) <= MARGIN) return [];
    const measure = measured(u);
    return o.naming.placedLabels(o.naming.endsOf(f, lines, names, accent), f, u.width * ratio, LABEL.height * ratio, LABEL.gap * ratio, text => measure(text) * ratio);
  };
  const ranges = (): { x: [number, number]; y: [number, number] } => {
    const span = spanOf(lines, settings.logX);
    const x = settings.zoom ? ([...settings.zoom] as [number, number]) : settings.logX && span[0] < span[1] ? span : paddedRange(...span);
    return { x: settings.logX ? [Math.max(x[0], Number.MIN_VALUE), x[1]] : x, y: roomyRange(heightOf(lines, x[0], x[1], settings), settings.logY) };
  };
  const draw = (u: uPlot) => {
    const { ctx } = u;
    const f = frameOf(u);
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.beginPath();
    const room = settings.zoom ? 0 : EDGE * ratio; // for the marks at the ends
    ctx.rect(f.left - room, f.top - ratio, f.width + 2 * room, f.height + 2 * ratio);
    ctx.clip();
    ctx.lineJoin = 'round';
    const order = [...lines].reverse(); // the first on top
    for (const line of order) {
      if (!line.low || !line.high) continue;
      ctx.beginPath();
      traceBand(ctx, f, line.x, line.low, line.high);
      ctx.globalAlpha = BAND;
      ctx.fillStyle = line.color || accent;
      ctx.fill();
    }
    for (const line of order) {
      ctx.strokeStyle = ctx.fillStyle = line.color || accent;
      if (line.raw) {
        ctx.globalAlpha = FAINT;
        ctx.lineWidth = ratio;
        ctx.setLineDash([]);
        ctx.beginPath();
        trace(ctx, f, line.raw.x, line.raw.y);
        ctx.stroke();
      }
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1.5 * ratio;
      ctx.setLineDash(line.dash.map(d => d * ratio));
      ctx.beginPath();
      trace(ctx, f, line.x, line.y);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.globalAlpha = line.raw ? FAINT : 1;
      for (const m of marksOf(f, line)) {
        ctx.beginPath();
        ctx.arc(m.x, m.y, m.r * ratio, 0, 2 * Math.PI);
        ctx.fill();
      }
      ctx.globalAlpha = 1;
    }
    if (settings.at !== null) {
      const x = u.valToPos(settings.at, 'x', true);
      ctx.strokeStyle = color('--text');
      ctx.lineWidth = ratio;
      ctx.setLineDash([4 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, f.top);
      ctx.lineTo(x, f.top + f.height);
      ctx.stroke();
    }
    ctx.restore();
    ctx.save();
    const labels = labelsIn(u, f, ratio);
    o.box.dataset.labels = String(labels.length); // uPlot draws once more what was just taken away
    ctx.font = `${11 * ratio}px ${style.fontFamily}`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = background;
    for (const label of labels) {
      ctx.fillStyle = label.color;
      ctx.strokeText(label.text, label.x, label.y); // other lines do not run through it
      ctx.fillText(label.text, label.x, label.y);
    }
    ctx.restore();
  };
  const start = ranges();
  const huge = hugeSteps(start.y[1] - start.y[0]);
  const log = (on: boolean): uPlot.Scale => ({ auto: false, ...(on ? { distr: 3, log: 10 } : {}), range: (_u, min, max) => [min, max] });
  const u = new uPlot(
    {
      width: Math.max(LEAST_WIDTH, o.box.clientWidth),
      height: o.height,
      padding: [6, marginOf, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: groupOf(settings), setSeries: false, filters: { pub: type => type === 'mousemove' || type === 'mouseleave' } },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        bind: { dblclick: () => null },
      },
      scales: { x: { ...log(settings.logX), time: settings.axis === 'wall' && isDate(start.x[1] * 1000), ...start.x && { min: start.x[0], max: start.x[1] } }, y: { ...log(settings.logY), min: start.y[0], max: start.y[1] } },
      axes: [
        axis({ ...ticksOf(settings.logX, 56), size: 26, space: timed(settings.axis) ? 68 : 56, ...(settings.axis === 'relative' && { incrs: TIMES }), values: (self, splits, _i, _space, step) => labelsOf(self, splits, step) }),
        axis({
          ...ticksOf(settings.logY, 30), ...(huge && !settings.logY && { incrs: huge }),
          size: (_u, values) => (values ? 14 + Math.ceil(6.4 * Math.max(2, ...values.map(v => (v ?? '').length))) : 40),
          values: (_u, splits) => tickLabels(splits, o.language),
        }),
      ],
      series: [{}, { scale: 'y', show: false }],
      hooks: {
        drawSeries: [],
        draw: [draw],
        setCursor: [self => o.onCursor((self.cursor.left ?? -1) >= 0 ? self.posToVal(self.cursor.left!, 'x') : null)],
        setSelect: [
          self => {
            const { left, width } = self.select;
            if (width < 4) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            o.onZoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'));
          },
        ],
      },
    },
    [start.x, [null, null]] as uPlot.AlignedData,
    o.box,
  );
  const place = () => {
    const { x, y } = ranges();
    u.batch(() => {
      u.setScale('x', { min: x[0], max: x[1] });
      u.setScale('y', { min: y[0], max: y[1] });
    });
  };
  place();
  u.over.addEventListener('dblclick', () => o.onWhole());
  u.over.addEventListener('mousedown', e => (pressed = e.clientX));
  u.over.addEventListener('click', e => {
    if (pressed !== null && Math.abs(e.clientX - pressed) < 4 && e.detail === 1) o.onPick(u.posToVal(e.clientX - u.over.getBoundingClientRect().left, 'x'));
    pressed = null;
  });
  u.over.addEventListener('wheel', e => {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    const share = (e.clientX - u.over.getBoundingClientRect().left) / u.over.clientWidth;
    const k = e.deltaY < 0 ? WHEEL : 1 / WHEEL;
    const edge = (to: number) => u.posToVal(u.over.clientWidth * (share + (to - share) * k), 'x');
    const [from, to] = [edge(0), edge(1)];
    const span = spanOf(lines, settings.logX);
    if (k > 1 && from <= span[0] && to >= span[1]) o.onWhole();
    else o.onZoom(from, to);
  }, { passive: false });
  return {
    destroy: () => u.destroy(),
    resize: (width, height) => u.setSize({ width: Math.max(LEAST_WIDTH, width), height }),
    update(next, called, how) {
      lines = next;
      names = called;
      settings = how;
      place();
      u.redraw(false, true);
    },
    picture() {
      const ratio = uPlot.pxRatio;
      const f = frameOf(u);
      const page = { ...f, left: f.left / ratio, top: f.top / ratio, width: f.width / ratio, height: f.height / ratio };
      type Drawn = uPlot.Axis & { _splits?: number[]; _values?: (string | null)[] };
      const ticks = (i: number, scale: string): Tick[] => {
        const a = u.axes[i] as Drawn;
        return (a._splits ?? []).map((v, k) => ({ at: u.valToPos(v, scale, true) / ratio, label: a._values?.[k] ?? '' })).filter(t => t.label !== '');
      };
      return {
        frame: page, labels: labelsIn(u, page, 1),
        xTicks: ticks(0, 'x'), yTicks: ticks(1, 'y'), width: u.width, height: u.height, canvas: u.ctx.canvas,
      };
    },
  };
}
