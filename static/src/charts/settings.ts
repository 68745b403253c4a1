// How charts are drawn, as the address has it. Pure; the workspace needs it before any chart is fetched.
import { type Method, METHODS } from './methods';

export type Axis = 'step' | 'relative' | 'wall' | 'metric';

export interface Settings {
  axis: Axis;
  /** Of axis metric: which one. */
  axisKey: string;
  logX: boolean;
  logY: boolean;
  /** 0: not at all; below 1. */
  smooth: number;
  method: Method;
  clip: boolean;
  band: boolean;
  /** The part of the axis that is shown, as it is drawn (times in seconds). */
  zoom: readonly [number, number] | null;
  /** The place that is locked. */
  at: number | null;
  /** The run that others are held against. */
  minus: string;
}

export const MOST_SMOOTH = 0.99;
/** How many lines there may be in a chart. */
export const LINES = [5, 10, 20, 50, 100] as const;
export const DEFAULT_LINES = 10;

const metricAxis = /^metrics\.(.+)$/;

function numbers(text: string | null): number[] {
  return (text ?? '').split('~').map(Number);
}

/** prefix: sets of charts on one page have addresses of their own. */
export function settingsOf(query: URLSearchParams, prefix = '', fallback: Axis = 'step'): Settings {
  const get = (name: string) => query.get(prefix + name);
  const x = get('x');
  const key = metricAxis.exec(x ?? '')?.[1] ?? '';
  const smooth = Number(get('smooth'));
  const zoom = numbers(get('zoom'));
  const at = get('at');
  return {
    axis: key ? 'metric' : x === 'step' || x === 'relative' || x === 'wall' ? x : fallback,
    axisKey: key,
    logX: get('xlog') === '1' && x !== 'wall',
    logY: get('ylog') === '1',
    smooth: smooth > 0 ? Math.min(MOST_SMOOTH, smooth) : 0,
    method: METHODS.find(m => m === get('method')) ?? 'ema',
    clip: get('clip') === '1',
    band: get('band') !== '0',
    zoom: zoom.length === 2 && zoom[0]! < zoom[1]! ? [zoom[0]!, zoom[1]!] : null,
    at: at !== null && at !== '' && Number.isFinite(Number(at)) ? Number(at) : null,
    minus: get('minus') ?? '',
  };
}

export function linesOf(query: URLSearchParams): number {
  const n = Math.round(Number(query.get('lines') ?? NaN));
  return n >= 1 ? Math.min(n, LINES[LINES.length - 1]!) : DEFAULT_LINES;
}

/** As few digits as say where it is. */
const short = (v: number, span: number) => String(Number(v.toPrecision(Math.max(1, Math.ceil(Math.log10(Math.max(1, Math.abs(v)) / span)) + 5))));

export function zoomText(from: number, to: number): string {
  return `${short(from, to - from)}~${short(to, to - from)}`;
}

/** Lists of names in an address: they may have commas. */
export const namesOf = (text: string | null): string[] => (text ? text.split(',').map(decodeURIComponent) : []);
export const namesText = (names: readonly string[]): string | null => names.map(n => encodeURIComponent(n)).join(',') || null;

/** A search over charts: a pattern, or, while it is none, a text. Either in any case. */
export function matcher(text: string): (key: string) => boolean {
  try {
    const pattern = new RegExp(text, 'i');
    return key => pattern.test(key);
  } catch {
    return key => key.toLowerCase().includes(text.toLowerCase());
  }
}

/** A run whose curves are drawn. */
export interface DrawnRun {
  id: string;
  name: string;
  start: number;
  href: string;
  /** Whether there may be more points soon; if it is not known, there may. */
  live?: boolean;
}
