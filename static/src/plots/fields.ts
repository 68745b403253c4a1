// What a chart can show of runs, and what it shows of itself when nobody has chosen. Pure.
import type { Keys, KeyInfo } from '../api/grid';
import type { Values, WholeColumn } from '../api/columns';
import { formatNumber, INFINITE } from '../format';
import { columnOf, compare, isNumeric, isSystemMetric, isSystemTag } from '../grid/columns';
import { categoryScale, numberScale, type Scale, type ScaleKind, wantsLog } from './scales';

export type Unit = 'ms' | 's' | 'min' | 'h' | 'd';

/** A column of runs as a chart has it. The ids are those of the table's columns: metrics.loss@min, params.lr, info.duration. */
export interface Field {
  id: string;
  kind: 'number' | 'time' | 'category';
  /** NaN: no value. Of a category its place in `categories`. */
  values: Float64Array;
  categories: readonly string[];
  low: number;
  high: number;
  /** Runs that have no value. */
  missing: number;
  /** Of a duration: what the values count. */
  unit?: { name: Unit; ms: number };
}

export function columnFor(id: string): WholeColumn | null {
  const c = columnOf(id);
  if (!c || c.value === 'spark') return null;
  if (c.group === 'info') return { kind: 'attribute', key: c.key };
  if (c.group === 'params') return { kind: 'param', key: c.key };
  if (c.group === 'tags') return { kind: 'tag', key: c.key };
  return c.value === 'at' ? { kind: 'metric', key: c.key, value: 'at', step: c.step! } : { kind: 'metric', key: c.key, value: c.value ?? 'latest' };
}

const natural = new Intl.Collator('en', { numeric: true });
/** Names beyond which the order of people takes too long to find. */
const NATURAL_MOST = 5000;

/** names: what texts are called to the reader, such as experiments. */
export function fieldOf(id: string, column: Values, names?: ReadonlyMap<string, string>): Field {
  if (column.kind === 'numbers') {
    if (id === 'info.duration') return durationOf(id, column.values);
    return bounded({ id, kind: id === 'info.start_time' || id === 'info.end_time' ? 'time' : 'number', values: column.values.map(drawable), categories: [] });
  }
  const { codes, texts } = column.codes();
  if (texts.length > 0 && texts.every(isNumeric) && !id.startsWith('info.')) {
    const numbers = texts.map(text => drawable(Number(text)));
    return bounded({ id, kind: 'number', values: Float64Array.from(codes, c => (c < 0 ? NaN : numbers[c]!)), categories: [] });
  }
  const order = texts.map((text, code) => ({ text: names?.get(text) ?? text, code })).sort((a, b) => (texts.length > NATURAL_MOST ? 0 : natural.compare(a.text, b.text)) || compare(a.text, b.text));
  const place = new Float64Array(texts.length);
  order.forEach((o, i) => (place[o.code] = i));
  return bounded({ id, kind: 'category', values: Float64Array.from(codes, c => (c < 0 ? NaN : place[c]!)), categories: order.map(o => o.text) });
}

/** The server keeps an infinite metric as the largest number: it has no place on an axis. */
const drawable = (v: number) => (Math.abs(v) >= INFINITE ? NaN : v);

function bounded(f: Omit<Field, 'low' | 'high' | 'missing'>): Field {
  let low = NaN;
  let high = NaN;
  let missing = 0;
  for (const v of f.values) {
    if (Number.isNaN(v)) missing++;
    if (!(low <= v) && !Number.isNaN(v)) low = v;
    if (!(high >= v) && !Number.isNaN(v)) high = v;
  }
  return { ...f, low, high, missing };
}

/** The field as the runs have it that have the other one too: an axis is for what is drawn. A category keeps its places. */
export function where(f: Field, other: Field): Field {
  return f.kind === 'category' ? f : bounded({ ...f, values: f.values.map((v, row) => (Number.isNaN(other.values[row]!) ? NaN : v)) });
}

const units: readonly [Unit, number][] = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000], ['ms', 1]];

function durationOf(id: string, ms: Float64Array): Field {
  const most = bounded({ id, kind: 'number', values: ms, categories: [] }).high;
  const [name, size] = units.find(u => most >= 2 * u[1]) ?? units[4]!;
  return { ...bounded({ id, kind: 'number', values: ms.map(v => v / size), categories: [] }), unit: { name, ms: size } };
}

/** chosen: by the reader, where it can be had. */
export function scaleOf(f: Field, chosen: ScaleKind | undefined, padding = 0): Scale {
  if (f.kind === 'category') return categoryScale(f.categories);
  if (f.kind === 'time') return numberScale('time', f.low, f.high, padding);
  const log = f.high > 0 && (chosen === 'log' || (chosen !== 'linear' && wantsLog(f.low, f.high, f.values)));
  const scale = numberScale(log ? 'log' : 'linear', positiveLow(f, log), f.high, padding);
  const few = fewValues(f);
  if (!few) return scale;
  // Batch sizes are 32, 64 and 128: the marks of their axis say so.
  const ticks = few.map(v => ({ at: scale.at(v), text: formatNumber(v) })).filter(tick => !Number.isNaN(tick.at));
  return { ...scale, ticks: most => (ticks.length <= most ? ticks : scale.ticks(most)) };
}

const FEW = 8;

/** The different values, where they are few and the runs are not. */
function fewValues(f: Field): number[] | null {
  const different = new Set<number>();
  for (const v of f.values) if (!Number.isNaN(v) && different.add(v).size > FEW) return null;
  return different.size > 1 && different.size * 3 <= f.values.length - f.missing ? [...different].sort((a, b) => a - b) : null;
}

function positiveLow(f: Field, log: boolean): number {
  if (!log || f.low > 0) return f.low;
  let low = f.high;
  for (const v of f.values) if (v > 0 && v < low) low = v;
  return low;
}

/** Rows from the greatest value to the least; those without one last. */
export function descending(f: Field, rows: number): number[] {
  const v = f.values;
  return Array.from({ length: rows }, (_, i) => i).sort((a, b) => (Number.isNaN(v[a]!) ? 1 : 0) - (Number.isNaN(v[b]!) ? 1 : 0) || v[b]! - v[a]! || a - b);
}

/** "metrics.loss:log,params.lr:linear" */
export function scalesFromText(text: string | null): Map<string, ScaleKind> {
  const scales = new Map<string, ScaleKind>();
  for (const m of (text ?? '').matchAll(/([^,]+):(log|linear)(?:,|$)/g)) scales.set(m[1]!, m[2] as ScaleKind);
  return scales;
}

export const scalesToText = (scales: ReadonlyMap<string, ScaleKind>) => [...scales].map(([id, s]) => `${id}:${s}`).join(',') || null;

/* ------------------------------------------------------------------ what is shown when nobody has chosen */

const byRuns = (a: KeyInfo, b: KeyInfo) => b.runs - a.runs || compare(a.key, b.key);

/** Metrics in the order of interest: the one the experiment names, then those that most runs have. */
export function metricsByInterest(keys: Keys, primary: string): string[] {
  return [...keys.metrics]
    .sort((a, b) => Number(b.key === primary) - Number(a.key === primary) || Number(isSystemMetric(a.key)) - Number(isSystemMetric(b.key)) || byRuns(a, b))
    .map(k => `metrics.${k.key}`);
}

/** With more different texts than that, a param names runs and does not tell them apart. */
export const MANY_VALUES = 30;

/** Params that tell runs apart, first those that most runs have; of equals those with fewer values, which group them.
    texts: those with many values that are no numbers. */
export function paramsByInterest(keys: Keys, texts: ReadonlySet<string>): string[] {
  const varying = keys.params.filter(k => k.values > 1 && !texts.has(`params.${k.key}`));
  return varying.sort((a, b) => b.runs - a.runs || a.values - b.values || compare(a.key, b.key)).map(k => `params.${k.key}`);
}

/** Most axes that are shown unasked. */
const AXES = 6;

export function defaultAxes(keys: Keys, primary: string, texts: ReadonlySet<string>): string[] {
  const metrics = metricsByInterest(keys, primary);
  const params = paramsByInterest(keys, texts).slice(0, AXES - 1);
  const rest = metrics.slice(1, Math.max(1, AXES - params.length)).filter(id => !isSystemMetric(id.slice(8)));
  const axes = [...params, ...rest.reverse(), ...metrics.slice(0, 1)];
  return axes.length >= 2 ? axes : [...axes, 'info.start_time', 'info.duration'].slice(0, 2);
}

/** What to group by: the param with the fewest values that has several runs in a group. */
export function defaultGroup(keys: Keys): string | null {
  const some = keys.params.filter(k => k.values > 1 && k.values <= MANY_VALUES && k.values < k.runs);
  some.sort((a, b) => b.runs - a.runs || a.values - b.values || compare(a.key, b.key));
  return some[0] ? `params.${some[0].key}` : null;
}

/** What to hold a metric against, the best first: params with most values, other metrics, when runs began. */
export function xByInterest(keys: Keys, y: string, texts: ReadonlySet<string>): string[] {
  const params = keys.params.filter(k => k.values > 1 && !texts.has(`params.${k.key}`)).sort((a, b) => b.runs - a.runs || b.values - a.values || compare(a.key, b.key)).map(k => `params.${k.key}`);
  const metrics = metricsByInterest(keys, '').filter(id => !isSystemMetric(id.slice(8)));
  return [...params, ...metrics, 'info.start_time', 'info.duration'].filter(id => id !== y);
}

/** Names and other texts have no place on an axis of their own accord: numbers first, as soon as it is known which are. */
export function numbersFirst(ids: readonly string[], fields: ReadonlyMap<string, Field> | undefined): string[] {
  const isText = (id: string) => (fields?.get(id)?.kind === 'category' ? 1 : 0);
  return [...ids].sort((a, b) => isText(a) - isText(b));
}

/** A choice in a list of what can be shown. */
export interface Choice { id: string; label: string; group: 'metrics' | 'params' | 'tags' | 'info' }

export function choicesOf(keys: Keys, several: boolean): Choice[] {
  const info = ['start_time', 'duration', 'status', ...(several ? ['experiment_id'] : [])];
  return [
    ...keys.metrics.map(k => ({ id: `metrics.${k.key}`, label: k.key, group: 'metrics' as const })).sort((a, b) => Number(isSystemMetric(a.label)) - Number(isSystemMetric(b.label)) || compare(a.label, b.label)),
    ...keys.params.map(k => ({ id: `params.${k.key}`, label: k.key, group: 'params' as const })).sort((a, b) => compare(a.label, b.label)),
    ...keys.tags.filter(k => !isSystemTag(k.key) && k.values > 1 && k.values <= 200).map(k => ({ id: `tags.${k.key}`, label: k.key, group: 'tags' as const })).sort((a, b) => compare(a.label, b.label)),
    ...info.map(key => ({ id: `info.${key}`, label: key, group: 'info' as const })),
  ];
}
