// Labels of axes: as short as tells them apart, in the habits of the language. Pure.
import { isDate } from '../format';

/** "100K", "10万": the same number of digits on the whole axis, more of them where labels would be the same. */
export function tickLabels(values: readonly (number | null)[], language: string): string[] {
  for (let digits = 3; digits <= 15; digits += 2) {
    const plain = new Intl.NumberFormat(language, { maximumSignificantDigits: digits, useGrouping: false });
    const large = new Intl.NumberFormat(language, { maximumSignificantDigits: digits, notation: 'compact' });
    const tiny = new Intl.NumberFormat('en', { maximumSignificantDigits: digits, notation: 'scientific' });
    const label = (v: number | null): string => {
      if (v === null) return '';
      const abs = Math.abs(v);
      if (abs >= 1e15 || (abs < 1e-4 && v !== 0)) return tiny.format(v).toLowerCase();
      return abs >= 10_000 ? large.format(v) : plain.format(v);
    };
    const labels = values.map(label);
    const said = labels.filter(Boolean);
    if (new Set(said).size === said.length || digits >= 15) return labels;
  }
  return [];
}

/** Distances between ticks where numbers are beyond what uPlot has any for (a loss that diverged); undefined elsewhere. */
export function hugeSteps(extent: number): number[] | undefined {
  if (!(extent >= 1e15)) return undefined;
  const top = Math.min(307, Math.floor(Math.log10(extent)));
  return Array.from({ length: top + 1 }, (_, power) => [1, 2, 5].map(n => Number(`${n}e${power}`))).flat();
}

const roundSteps = [1, 2, 5, 10];

/** Ticks of a log axis: powers of ten, with 2 and 5 between them where they are few; on less than that, as on a linear one. */
export function logTicks(min: number, max: number, most: number): number[] {
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const powers = Array.from({ length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) }, (_, i) => Math.ceil(low) + i);
  if (powers.length > 2) {
    const every = Math.ceil(powers.length / most);
    return powers.filter(p => p % every === 0).map(p => Number(`1e${p}`));
  }
  const fine: number[] = [];
  for (let p = Math.floor(low); p <= high; p++) for (const n of [1, 2, 5]) fine.push(Number(`${n}e${p}`));
  const inside = fine.filter(v => v >= min && v <= max);
  if (inside.length > 2) return inside.length > most ? inside.filter(v => /^1/.test(v.toExponential())) : inside;
  const rough = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = roundSteps.find(n => n * power >= rough)! * power;
  return Array.from({ length: Math.floor(max / step) - Math.ceil(min / step) + 1 }, (_, i) => Number(((Math.ceil(min / step) + i) * step).toPrecision(12)));
}

const two = (n: number) => String(n).padStart(2, '0');

/** A time of the reader's zone; the day where days pass. step: from one label to the next, in seconds. */
export function wallLabel(seconds: number, step: number): string {
  if (!isDate(seconds * 1000)) return seconds.toExponential(3);
  const d = new Date(seconds * 1000);
  const time = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (step >= 86_400) return `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  if (step < 60) return `${time}:${two(d.getSeconds())}`;
  return d.getHours() === 0 && d.getMinutes() === 0 ? `${two(d.getMonth() + 1)}-${two(d.getDate())}` : time;
}

export type TimeUnit = 's' | 'min' | 'h' | 'd';

/** Labels of a relative time axis: one unit for the whole axis, chosen by its extent. */
export function relativeLabel(seconds: number, extent: number): { value: number; unit: TimeUnit } {
  const [unit, size] = extent < 180 ? (['s', 1] as const) : extent < 3 * 3600 ? (['min', 60] as const) : extent < 3 * 86_400 ? (['h', 3600] as const) : (['d', 86_400] as const);
  return { value: Number((seconds / size).toFixed(2)), unit };
}
