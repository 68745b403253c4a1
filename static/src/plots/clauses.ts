// A range that is marked in a chart, as a clause of the filter, and back. Pure.
import { columnOf } from '../grid/columns';
import { type Clause, clausesOf, joined, quotedName, quotedText } from '../query/clauses';
import type { Field } from './fields';

/** What is marked of one field: values between two ends, or some of its categories. */
export type Mark = { from: number; to: number } | { some: readonly string[] };

/** The name of a field in the query language; null where it has none. */
export function nameOf(id: string): string | null {
  const c = columnOf(id);
  if (!c || c.value === 'spark') return null;
  if (c.group === 'info') return c.key === 'experiment_id' ? 'experiment.name' : c.key;
  const name = quotedName(c.group, c.key);
  return c.value ? `${name}@${c.value === 'at' ? c.step : c.value === 'points' ? 'count' : c.value}` : name;
}

/** As few digits as tell the ends apart from what lies beside them; rounded outward, so that nothing marked is lost. */
export function roundedRange(from: number, to: number, logarithmic: boolean): [number, number] {
  const [a, b] = from <= to ? [from, to] : [to, from];
  const size = (v: number) => (logarithmic ? Math.abs(v) / 10 : Math.max(b - a, 1e-12 * Math.abs(v), Number.MIN_VALUE));
  const round = (v: number, up: boolean) => {
    if (v === 0) return 0;
    const digits = Math.min(15, Math.max(1, Math.ceil(Math.log10(Math.abs(v) / size(v))) + 2));
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(v))) - digits + 1);
    const near = Number(((up ? Math.ceil(v / unit - 1e-9) : Math.floor(v / unit + 1e-9)) * unit).toPrecision(digits + 1));
    return near;
  };
  return [round(a, false), round(b, true)];
}

/** null: the language cannot say it. */
export function clauseOf(f: Pick<Field, 'id' | 'kind' | 'unit'>, mark: Mark, logarithmic = false): string | null {
  const name = nameOf(f.id);
  if (!name) return null;
  if ('some' in mark) {
    const texts = mark.some.map(quotedText);
    return texts.includes(null) || texts.length === 0 ? null : `${name} IN (${texts.join(', ')})`;
  }
  if (f.kind === 'time') return `${name} BETWEEN ${Math.floor(mark.from)} AND ${Math.ceil(mark.to)}`;
  if (f.unit) return `${name} BETWEEN ${Math.max(0, Math.floor(mark.from * f.unit.ms))}ms AND ${Math.max(0, Math.ceil(mark.to * f.unit.ms))}ms`;
  const [a, b] = roundedRange(mark.from, mark.to, logarithmic);
  return `${name} BETWEEN ${a} AND ${b}`;
}

function markOf(clause: Clause, name: string): Mark | null {
  const c = clause.condition;
  if (c?.name !== name) return null;
  if (c.operator === 'BETWEEN') {
    const ends = /^(\S+?)(?:ms)?\s+and\s+(\S+?)(?:ms)?$/i.exec(c.value);
    const [from, to] = [Number(ends?.[1]), Number(ends?.[2])];
    return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : null;
  }
  if (c.operator !== 'IN') return null;
  return { some: [...c.value.matchAll(/'([^']*)'|"([^"]*)"/g)].map(m => m[1] ?? m[2] ?? '') };
}

/** A filter without the marks of these fields, and the marks. */
export function peeled(filter: string, ids: readonly string[]): { rest: string; marks: Map<string, Mark> } {
  const marks = new Map<string, Mark>();
  const rest: string[] = [];
  for (const clause of clausesOf(filter)) {
    const of = ids.map(id => ({ id, name: nameOf(id) })).find(f => f.name !== null && !marks.has(f.id) && markOf(clause, f.name) !== null);
    if (of) marks.set(of.id, markOf(clause, of.name!)!);
    else rest.push(clause.text);
  }
  return { rest: marks.size > 0 ? joined(rest) : filter, marks };
}

/** The filter with this mark of a field instead of another one; null takes it away. */
export function marked(filter: string, id: string, clause: string | null): string {
  const { rest } = peeled(filter, [id]);
  return clause === null ? rest : joined([...clausesOf(rest).map(c => c.text), clause]);
}

/** Whether the server would find a run with this value. */
export function isMarked(f: Field, mark: Mark, value: number): boolean {
  if (Number.isNaN(value)) return false;
  if ('some' in mark) return mark.some.includes(f.categories[value] ?? '');
  const v = f.unit ? value * f.unit.ms : value;
  return v >= mark.from && v <= mark.to;
}

/** Runs in a filter: no more than an address has room for. */
export const RUNS_MOST = 200;

export const runsClause = (ids: readonly string[]) => `run_id IN (${ids.map(id => `'${id}'`).join(', ')})`;
