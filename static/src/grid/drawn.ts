// Which runs are drawn one by one in charts, and which stand at the top of the table: as the address says it. Pure.
import type { Row } from './rows';

/** hide: ids, "status:FINISHED" and "all"; eye: ids that are drawn all the same, the one asked for last at the end. */
export interface Eyes { hide: readonly string[]; eye: readonly string[] }

/** Runs that can stand at the top. */
export const MOST_ON_TOP = 10;

const ALL = 'all';
export const statusPredicate = (status: string) => `status:${status}`;

function isHidden(row: Pick<Row, 'id' | 'status'>, { hide, eye }: Eyes): boolean {
  if (eye.includes(row.id)) return false;
  return hide.includes(row.id) || hide.includes(statusPredicate(row.status)) || hide.includes(ALL);
}

/** Those at the top and those asked for, then the selected ones or else the first of the table; never more than can be told apart. */
export function drawnRows(top: readonly Row[], asked: readonly Row[], rows: readonly Row[], picked: readonly Row[], eyes: Eyes, most: number): Row[] {
  const drawn = new Map<string, Row>();
  for (const row of [...top, ...asked, ...(picked.length > 0 ? picked : rows)]) {
    if (drawn.size >= most) break;
    if (!drawn.has(row.id) && !isHidden(row, eyes)) drawn.set(row.id, row);
  }
  return [...drawn.values()];
}

const without = (list: readonly string[], id: string) => list.filter(x => x !== id);

/** The eye of one run is closed or opened. An open eye is named where the run would not be drawn by itself. */
export function toggledEye(row: Pick<Row, 'id' | 'status'>, drawn: boolean, eyes: Eyes, most: number): Eyes {
  const eye = without(eyes.eye, row.id);
  const hide = without(eyes.hide, row.id);
  if (!drawn) return { hide, eye: [...eye, row.id].slice(-most) };
  return isHidden(row, { hide, eye }) ? { hide, eye } : { hide: [...hide, row.id], eye };
}

/** All runs of a status, or all runs, are hidden or no longer so. */
export function toggledPredicate(predicate: string, eyes: Eyes): Eyes {
  return { ...eyes, hide: eyes.hide.includes(predicate) ? without(eyes.hide, predicate) : [...eyes.hide, predicate] };
}

export const allHidden = (eyes: Eyes) => eyes.hide.includes(ALL);
export const hideAll: Eyes = { hide: [ALL], eye: [] };
export const showAll: Eyes = { hide: [], eye: [] };

export function toggledTop(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? without(ids, id) : [...ids, id].slice(-MOST_ON_TOP);
}
