// Numbers, sizes and times as people read them. Pure: no DOM, no language.

/** The server stores an infinite metric as the largest double; that is how it comes back. */
export const INFINITE = 1.7976931348623157e308;

export function isInfinite(v: number): boolean {
  return v >= INFINITE || v <= -INFINITE;
}

/** Four significant digits, whole numbers in full: what a table cell shows. The full value belongs in the tooltip. */
export function formatNumber(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  if (isInfinite(v)) return v > 0 ? '∞' : '−∞';
  const abs = Math.abs(v);
  if (Number.isInteger(v) && abs < 1e9) return String(v);
  if (abs >= 1e7 || abs < 1e-4) return trimExponent(v.toExponential(3));
  if (abs >= 1000) return String(Number(v.toFixed(1)));
  return String(Number(v.toPrecision(4)));
}

export function fullNumber(v: number): string {
  return isInfinite(v) ? formatNumber(v) : String(v);
}

function trimExponent(s: string): string {
  const [mantissa = '', exponent = ''] = s.split('e');
  return `${Number(mantissa)}e${exponent.replace('+', '')}`;
}

export function formatBytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let v = n / 1024;
  let unit = 0;
  while (v >= 1024 && unit < units.length - 1) {
    v /= 1024;
    unit++;
  }
  return `${v < 10 ? v.toFixed(1) : Math.round(v)} ${units[unit]}`;
}

export type TimeUnit = 'ms' | 's' | 'min' | 'h' | 'd';

/** A duration as at most two parts, the larger unit first. */
export function durationParts(ms: number): [number, TimeUnit][] {
  const v = Math.max(0, Math.round(ms));
  if (v < 1000) return [[v, 'ms']];
  if (v < 60_000) return [[Math.floor(v / 100) / 10, 's']];
  const s = Math.floor(v / 1000);
  if (s < 3600) return parts(Math.floor(s / 60), 'min', s % 60, 's');
  const min = Math.floor(s / 60);
  if (min < 24 * 60) return parts(Math.floor(min / 60), 'h', min % 60, 'min');
  const h = Math.floor(min / 60);
  return parts(Math.floor(h / 24), 'd', h % 24, 'h');
}

function parts(a: number, unitA: TimeUnit, b: number, unitB: TimeUnit): [number, TimeUnit][] {
  return b === 0 ? [[a, unitA]] : [[a, unitA], [b, unitB]];
}

const two = (n: number) => String(n).padStart(2, '0');

/** What a client calls a time may lie beyond all dates: nanoseconds that were taken for milliseconds. */
export const isDate = (ms: number): boolean => Math.abs(ms) <= 8.64e15;

/** 2026-11-23 18:04:05 in the zone of the reader; what is no date, as it stands. */
export function exactTime(ms: number): string {
  if (!isDate(ms)) return String(ms);
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** For other programs. */
export const isoTime = (ms: number): string => (isDate(ms) ? new Date(ms).toISOString() : String(ms));

export function utcTime(ms: number): string {
  return isDate(ms) ? `${isoTime(ms).replace(/\.\d+Z$/, '').replace('T', ' ')} UTC` : String(ms);
}

/** How long ago, as a number and a unit for Intl.RelativeTimeFormat. */
export function relativeParts(ms: number, now: number): [number, 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'] {
  const s = Math.round((ms - now) / 1000);
  const abs = Math.abs(s);
  if (abs < 60) return [s, 'second'];
  if (abs < 3600) return [Math.trunc(s / 60), 'minute'];
  if (abs < 86_400) return [Math.trunc(s / 3600), 'hour'];
  if (abs < 30 * 86_400) return [Math.trunc(s / 86_400), 'day'];
  if (abs < 365 * 86_400) return [Math.trunc(s / (30 * 86_400)), 'month'];
  return [Math.trunc(s / (365 * 86_400)), 'year'];
}
