// What charts say about numbers. Pure; a value that is none is NaN and does not count.

export interface Summary { n: number; mean: number; /** Of a sample; NaN with one value. */ std: number; min: number; max: number }

export function summaryOf(values: readonly number[]): Summary {
  let n = 0;
  let mean = 0;
  let squares = 0;
  let min = NaN;
  let max = NaN;
  for (const v of values) {
    if (Number.isNaN(v)) continue;
    n++;
    const away = v - mean;
    mean += away / n;
    squares += away * (v - mean);
    if (!(min <= v)) min = v;
    if (!(max >= v)) max = v;
  }
  return { n, mean: n > 0 ? mean : NaN, std: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN, min, max };
}

const ascending = (values: readonly number[]) => Float64Array.from(values.filter(v => !Number.isNaN(v))).sort();

/** Between two values in proportion, as numpy and R (type 7) have it. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const a = sorted[low]!;
  const b = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return a === b ? a : a + (b - a) * (at - low);
}

export interface Box { n: number; q1: number; median: number; q3: number; /** The last values within one and a half boxes. */ low: number; high: number; outside: number[] }

export function boxOf(values: readonly number[]): Box {
  const sorted = ascending(values);
  const q1 = quantile(sorted, 0.25);
  const q3 = quantile(sorted, 0.75);
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter(v => v >= q1 - reach && v <= q3 + reach);
  const outside = [...sorted.filter(v => v < q1 - reach || v > q3 + reach)];
  return { n: sorted.length, q1, median: quantile(sorted, 0.5), q3, low: inside[0] ?? NaN, high: inside[inside.length - 1] ?? NaN, outside };
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const rank = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let i = from; i <= to; i++) rank[order[i]!] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return rank;
}

export function pearson(x: readonly number[], y: readonly number[]): number {
  const mx = summaryOf(x).mean;
  const my = summaryOf(y).mean;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((v, i) => {
    xy += (v - mx) * (y[i]! - my);
    xx += (v - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  });
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : NaN;
}

function pairs(x: ArrayLike<number>, y: ArrayLike<number>): [number[], number[]] {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < x.length; i++)
    if (Number.isFinite(x[i]!) && Number.isFinite(y[i]!)) {
      a.push(x[i]!);
      b.push(y[i]!);
    }
  return [a, b];
}

export interface Relation { value: number; n: number }

/** Whether one goes up as the other does, whatever the shape: −1 to 1. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Relation {
  const [a, b] = pairs(x, y);
  return { value: a.length < 3 ? NaN : pearson(ranks(a), ranks(b)), n: a.length };
}

/** How much of the ranks of y the groups explain: 0 to 1, the root of eta squared, comparable with |Spearman|. */
export function correlationRatio(groups: ArrayLike<number>, y: ArrayLike<number>): Relation {
  const [g, v] = pairs(groups, y);
  if (v.length < 3) return { value: NaN, n: v.length };
  const r = ranks(v);
  const mean = summaryOf(r).mean;
  const sums = new Map<number, { n: number; sum: number }>();
  g.forEach((group, i) => {
    const s = sums.get(group) ?? { n: 0, sum: 0 };
    sums.set(group, { n: s.n + 1, sum: s.sum + r[i]! });
  });
  const whole = r.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  let between = 0;
  for (const s of sums.values()) between += s.n * (s.sum / s.n - mean) ** 2;
  // A group for each run explains everything and says nothing.
  return { value: whole > 0 && sums.size > 1 && sums.size < v.length ? Math.sqrt(between / whole) : NaN, n: v.length };
}

/** The straight line through the points, by least squares, and how much of y it explains. */
export function lineThrough(x: ArrayLike<number>, y: ArrayLike<number>): { slope: number; start: number; r2: number } | null {
  const [a, b] = pairs(x, y);
  const mx = summaryOf(a).mean;
  const my = summaryOf(b).mean;
  let xy = 0;
  let xx = 0;
  a.forEach((v, i) => {
    xy += (v - mx) * (b[i]! - my);
    xx += (v - mx) ** 2;
  });
  if (a.length < 3 || !(xx > 0)) return null;
  const slope = xy / xx;
  return { slope, start: my - slope * mx, r2: pearson(a, b) ** 2 };
}
