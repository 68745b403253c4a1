// The rows of a comparison: what runs were given and what came out, each with what is known of its values. Pure.
import type { Keys, KeyInfo } from '../api/grid';
import { compare, isNumeric, isSystemMetric, isSystemTag } from '../grid/columns';
import { durationOf, type Head as RunHead } from '../grid/heads';

/** Numbers are of metrics and times. */
export type Cell = number | string | null;

/** Of a metric. */
export const KINDS = ['last', 'best', 'min', 'max'] as const;
export type Kind = (typeof KINDS)[number];

export interface Head extends RunHead { commit: string }

export const GROUPS = ['info', 'params', 'metrics', 'tags'] as const;
export type Group = (typeof GROUPS)[number];

export interface DiffRow {
  id: string;
  group: Group;
  key: string;
  /** Whether the runs differ in it. */
  differs: boolean;
}

export const INFO = ['experiment', 'status', 'start', 'duration', 'user', 'source', 'commit', 'id'] as const;
export type InfoKey = (typeof INFO)[number];

export function infoCell(head: Head, key: InfoKey): Cell {
  switch (key) {
    case 'experiment':
      return head.experimentId;
    case 'duration':
      return durationOf(head);
    case 'start':
      return head.start ?? null;
    default:
      return head[key] || null;
  }
}

/** The keys of several lots of runs, as if they had been asked for at once. Values are those of the lot with most. */
export function mergeKeys(lots: readonly Keys[]): Keys {
  const merge = (lists: readonly (readonly KeyInfo[])[]): KeyInfo[] => {
    const by = new Map<string, KeyInfo>();
    for (const info of lists.flat()) {
      const old = by.get(info.key);
      if (!old) {
        by.set(info.key, { ...info });
        continue;
      }
      old.runs += info.runs;
      old.values = Math.max(old.values, info.values);
      if (info.min !== undefined) old.min = old.min === undefined ? info.min : Math.min(Number(old.min), Number(info.min));
      if (info.max !== undefined) old.max = old.max === undefined ? info.max : Math.max(Number(old.max), Number(info.max));
    }
    return [...by.values()].sort((a, b) => compare(a.key, b.key));
  };
  return {
    runs: lots.reduce((n, l) => n + l.runs, 0),
    metrics: merge(lots.map(l => l.metrics)),
    params: merge(lots.map(l => l.params)),
    tags: merge(lots.map(l => l.tags)),
  };
}

export function keyDiffers(info: KeyInfo, runs: number): boolean {
  return info.runs < runs || info.values > 1 || (info.min !== undefined && info.max !== undefined && Number(info.min) !== Number(info.max));
}

/** also: keys, as "params.x", whose values were found to differ between lots in which they do not. */
export function rowsOf(heads: readonly Head[], keys: Keys | undefined, also: ReadonlySet<string>, kind: Kind): DiffRow[] {
  const info = INFO.map((key): DiffRow => {
    const first = heads[0] ? infoCell(heads[0], key) : null;
    return { id: `info.${key}`, group: 'info', key, differs: heads.some(h => infoCell(h, key) !== first) };
  });
  if (!keys) return info;
  const rows = (group: 'params' | 'metrics' | 'tags', infos: readonly KeyInfo[], certain: boolean) =>
    infos.map((i): DiffRow => ({ id: idOf(group, i.key, kind), group, key: i.key, differs: !certain || keyDiffers(i, heads.length) || also.has(`${group}.${i.key}`) }));
  // What is known of metrics is about their last values.
  const metrics = rows('metrics', keys.metrics, kind === 'last');
  return [
    ...info,
    ...rows('params', keys.params, true),
    ...metrics.filter(r => !isSystemMetric(r.key)),
    ...metrics.filter(r => isSystemMetric(r.key)),
    ...rows('tags', keys.tags.filter(k => !isSystemTag(k.key)), true),
  ];
}

const idOf = (group: Group, key: string, kind: Kind) => (group === 'metrics' && kind !== 'last' ? `metrics.${key}@${kind}` : `${group}.${key}`);

/** What the table shows, a line each: a title over each group, and the rows that are wanted. */
export type Line = { title: Group; count: number } | DiffRow;

export function linesOf(rows: readonly DiffRow[], wanted: { all: boolean; search: string; folded: ReadonlySet<string> }): { lines: Line[]; same: number; found: DiffRow[] } {
  const text = wanted.search.trim().toLowerCase();
  const matching = rows.filter(r => !text || r.key.toLowerCase().includes(text));
  const found = matching.filter(r => wanted.all || r.differs);
  const lines: Line[] = [];
  for (const group of GROUPS) {
    const mine = found.filter(r => r.group === group);
    if (mine.length > 0) lines.push({ title: group, count: mine.length }, ...(wanted.folded.has(group) ? [] : mine));
  }
  return { lines, same: matching.filter(r => !r.differs).length, found };
}

/** A cell as a number, if it is one. */
export function numberIn(cell: Cell | undefined): number | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  return typeof cell === 'string' && isNumeric(cell) ? Number(cell) : null;
}

/** The share by which a value is above or below the one of the baseline. */
export function relativeTo(cell: Cell | undefined, base: Cell | undefined): number | null {
  const [v, b] = [numberIn(cell), numberIn(base)];
  return v === null || b === null || b === 0 ? null : (v - b) / Math.abs(b);
}

/** "+3.2 %", "×12.5" from ten times on; nothing for what is equal. */
export function relativeText(share: number): string {
  if (share === 0) return '';
  if (share >= 9) return `×${Number((share + 1).toPrecision(3))}`;
  const percent = Number((share * 100).toPrecision(Math.abs(share) < 1 ? 2 : 3));
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}

/** The best of some values; null when they are all alike, or when there is but one. */
export function bestOf(cells: readonly (Cell | undefined)[], minimized: boolean): number | null {
  const numbers = cells.map(numberIn).filter((n): n is number => n !== null);
  if (numbers.length < 2) return null;
  const [low, high] = numbers.reduce(([l, h], n) => [Math.min(l, n), Math.max(h, n)], [Infinity, -Infinity]);
  return low === high ? null : minimized ? low : high;
}

/** Runs by their values of a row; those without one at the end, equal ones as they were. */
export function sortedBy<T>(items: readonly T[], cellOf: (item: T) => Cell, descending: boolean): T[] {
  const turn = descending ? -1 : 1;
  return [...items].sort((x, y) => {
    const [a, b] = [cellOf(x), cellOf(y)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const [m, n] = [numberIn(a), numberIn(b)];
    return turn * (m !== null && n !== null ? m - n : compare(String(a), String(b)));
  });
}

/** What is newer takes the place of what was there. */
export function freshened(heads: readonly Head[], fresh: readonly Head[]): Head[] {
  const by = new Map(fresh.map(h => [h.id, h]));
  return heads.map(h => by.get(h.id) ?? h);
}

/** Of the column of a run: where few are compared they share the room, so that long values are seen, within reason. */
export const runWidth = (room: number, runs: number): number => Math.max(176, Math.min(340, Math.floor(room / Math.max(1, runs))));
