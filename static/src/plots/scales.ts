// From values to places on an axis and back, and the marks an axis has. Pure.
import { formatNumber, isDate } from '../format';

export type ScaleKind = 'linear' | 'log' | 'time' | 'category';

export interface Tick { /** Place on the axis, from 0 to 1. */ at: number; text: string }

export interface Scale {
  kind: ScaleKind;
  low: number;
  high: number;
  /** 0 to 1 for what is within; NaN for what has no place: no value, or none above zero on a logarithmic axis. */
  at: (value: number) => number;
  value: (at: number) => number;
  ticks: (most: number) => Tick[];
}

/** A ratio from which values may be easier to tell apart on a logarithmic axis, */
const LOG_RATIO = 100;
/** and how low on a plain one two fifths of them must lie for that. */
const LOG_CROWD = 0.15;
const LOG_SAMPLE = 2000;

export function wantsLog(low: number, high: number, values: Float64Array): boolean {
  if (!(low > 0 && high / low >= LOG_RATIO)) return false;
  const every = Math.max(1, Math.floor(values.length / LOG_SAMPLE));
  const sorted = values.filter((v, i) => i % every === 0 && !Number.isNaN(v)).sort();
  return sorted[Math.floor((sorted.length - 1) * 0.4)]! - low <= LOG_CROWD * (high - low);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = rough / power;
  return (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10) * power;
}

/** Round values between two ends, about as many as asked for and never more. */
export function linearTicks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  let step = niceStep((high - low) / Math.max(1, most));
  if (Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1 > most) step = niceStep(step * 1.01);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten; with two and five between where there is room; plain round values within less than a decade. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const decades = last - first + 1;
  if (decades < 2) {
    const fine = within([1, 2, 3, 5], first - 1, last + 1, low, high);
    return fine.length >= 2 && fine.length <= most ? fine : linearTicks(low, high, Math.min(most, 4)).filter(v => v > 0);
  }
  const middling = within([1, 2, 5], first - 1, last, low, high);
  if (middling.length <= most) return middling;
  const every = Math.max(1, Math.ceil(decades / most));
  const ticks: number[] = [];
  for (let p = first; p <= last; p += every) ticks.push(Number(`1e${p}`));
  return ticks;
}

function within(units: readonly number[], from: number, to: number, low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let p = from; p <= to; p++)
    for (const u of units) {
      const v = Number(`${u}e${p}`);
      if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9)) ticks.push(v);
    }
  return ticks;
}

const S = 1000;
const DAY = 86_400 * S;
const timeSteps = [S, 5 * S, 15 * S, 60 * S, 300 * S, 900 * S, 3600 * S, 3 * 3600 * S, 6 * 3600 * S, 12 * 3600 * S, DAY, 2 * DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY];

/** Round times of the reader's day, in ms. */
export function timeTicks(low: number, high: number, most: number): { values: number[]; step: number } {
  const step = timeSteps.find(s => (high - low) / s <= most) ?? Math.ceil((high - low) / most / (365 * DAY)) * 365 * DAY;
  const zone = isDate(low) ? new Date(low).getTimezoneOffset() * 60 * S : 0;
  const values: number[] = [];
  for (let v = Math.ceil((low - zone) / step) * step + zone; v <= high; v += step) values.push(v);
  return { values, step };
}

const two = (n: number) => String(n).padStart(2, '0');

export function timeLabel(ms: number, step: number): string {
  if (!isDate(ms)) return ms.toExponential(3);
  const d = new Date(ms);
  const day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  if (step >= 300 * DAY) return String(d.getFullYear());
  if (step >= 28 * DAY) return `${d.getFullYear()}-${day}`;
  if (step >= DAY) return day;
  const time = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (step < 60 * S) return `${time}:${two(d.getSeconds())}`;
  return step >= 3 * 3600 * S ? `${day} ${time}` : time;
}

/** An axis without extent gets some room around its one value. */
function room(low: number, high: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low < high) return [low, high];
  const some = low === 0 ? 1 : Math.abs(low) * 0.1;
  return [low - some, high + some];
}

export function numberScale(kind: 'linear' | 'log' | 'time', lowest: number, highest: number, padding = 0): Scale {
  const log = kind === 'log' && highest > 0;
  const to = log ? Math.log10 : (v: number) => v;
  const back = log ? (p: number) => 10 ** p : (p: number) => p;
  let [a, b] = log && !(lowest > 0) ? room(to(highest) - 3, to(highest)) : room(to(lowest), to(highest));
  const some = (b - a) * padding;
  a -= some;
  b += some;
  const at = (v: number) => (log && !(v > 0) ? NaN : (to(v) - a) / (b - a));
  return {
    kind: log ? 'log' : kind === 'log' ? 'linear' : kind,
    low: back(a),
    high: back(b),
    at,
    value: p => back(a + p * (b - a)),
    ticks(most) {
      if (kind === 'time') {
        const { values, step } = timeTicks(a, b, most);
        return values.map(v => ({ at: at(v), text: timeLabel(v, step) }));
      }
      const values = log ? logTicks(back(a), back(b), most) : linearTicks(a, b, most);
      return values.map(v => ({ at: at(v), text: formatNumber(v) }));
    },
  };
}

/** Each category has a band of the same width, and stands in its middle. */
export function categoryScale(categories: readonly string[]): Scale {
  const n = Math.max(1, categories.length);
  return {
    kind: 'category',
    low: 0,
    high: n - 1,
    at: v => (v + 0.5) / n,
    value: p => Math.min(n - 1, Math.max(0, Math.floor(p * n))),
    ticks(most) {
      const every = Math.ceil(n / Math.max(1, most));
      return categories.flatMap((text, i) => (i % every === 0 ? [{ at: (i + 0.5) / n, text }] : []));
    },
  };
}

/** The ticks that stand beside each other without touching: every one, or every second, third … */
export function spaced(ticks: readonly Tick[], length: number, sizeOf: (text: string) => number, gap: number): Tick[] {
  for (let every = 1; every < ticks.length; every++) {
    const some = ticks.filter((_, i) => i % every === 0);
    const free = some.every((t, i) => i === 0 || Math.abs(t.at - some[i - 1]!.at) * length >= (sizeOf(t.text) + sizeOf(some[i - 1]!.text)) / 2 + gap);
    if (free) return some;
  }
  return ticks.slice(0, 1);
}

/** The text, or as much of its beginning as there is room for. */
export function shortened(text: string, width: number, sizeOf: (text: string) => number): string {
  if (sizeOf(text) <= width) return text;
  const letters = [...text];
  let low = 0;
  for (let high = letters.length; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (sizeOf(`${letters.slice(0, middle).join('')}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('')}…`;
}
