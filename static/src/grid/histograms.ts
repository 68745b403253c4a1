// How the values of a column are spread over all runs that are found. Pure, but for what is fetched.
import { COLUMNS_MOST, readColumns } from '../api/columns';
import type { Search } from '../api/grid';
import { isInfinite } from '../format';
import { chunks } from './bulk';
import type { Column } from './columns';
import { specOf } from './rows';

export interface Histogram { low: number; high: number; /** Equal steps of the logarithm. */ log: boolean; counts: number[] }

export const BINS = 20;
/** Values over more than so many times the least one are spread by their logarithms. */
const LOG_FROM = 1000;

export function histogramOf(values: ArrayLike<number>, bins = BINS): Histogram | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (!Number.isFinite(v) || isInfinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low >= high || high - low === Infinity) return null; // none, all the same, or further apart than a number
  const log = low > 0 && high / low > LOG_FROM;
  const place = log ? Math.log : (v: number) => v;
  const [from, span] = [place(low), place(high) - place(low)];
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (Number.isFinite(v) && !isInfinite(v)) counts[Math.min(bins - 1, Math.floor(((place(v) - from) / span) * bins))]!++;
  }
  return { low, high, log, counts };
}

/** Where a bin begins; that of the number of bins, where the last one ends. In few digits, as one would write it. */
export function edgeOf({ low, high, log, counts }: Histogram, bin: number): number {
  if (bin <= 0) return low;
  if (bin >= counts.length) return high;
  const part = bin / counts.length;
  return Number((log ? low * (high / low) ** part : low + (high - low) * part).toPrecision(6));
}

/** A condition for the values from one bin to another, by the name of the column in the query. */
export function clauseOfBins(name: string, h: Histogram, from: number, to: number): string {
  const [a, b] = from <= to ? [from, to] : [to, from];
  const last = b >= h.counts.length - 1;
  const parts = [a > 0 ? `${name} >= ${edgeOf(h, a)}` : '', last ? '' : `${name} < ${edgeOf(h, b + 1)}`].filter(Boolean);
  return parts.length > 0 ? parts.join(' AND ') : `${name} >= ${h.low}`;
}

export async function loadHistograms(search: Search, columns: readonly Column[], signal: AbortSignal): Promise<Map<string, Histogram>> {
  const found = new Map<string, Histogram>();
  for (const part of chunks(columns, COLUMNS_MOST)) {
    const answer = await readColumns(search, part.map(c => (c.group === 'metrics' ? specOf(c) : { ...specOf(c), numeric: true })), signal);
    part.forEach((c, i) => {
      const values = answer.columns[i]!;
      const histogram = values.kind === 'numbers' ? histogramOf(values.values) : null;
      if (histogram) found.set(c.id, histogram);
    });
  }
  return found;
}
