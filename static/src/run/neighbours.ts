// The runs before and after one: in the list that it was opened from, else by their start in the experiment.
import { grid, type Search } from '../api/grid';
import type { RunInfo } from '../api/types';

export interface Place { id: string; experimentId: string }
export interface Neighbours { previous: Place | undefined; next: Place | undefined }

/** A list of runs as a table has it: the rows it has, and what it asks for others; of a tree, whose lines no search has, null. */
export interface List { search: Search | null; total: number; at: (i: number) => Place | undefined }

let opened: List | undefined;

/** Called by a table whenever its list is another. */
export function rememberList(list: List): void {
  opened = list;
}

/** Rows in which a run is looked for; a table holds no more at a time. */
const MOST = 20_000;

export function indexIn(list: List, id: string): number {
  for (let i = 0; i < Math.min(list.total, MOST); i++) if (list.at(i)?.id === id) return i;
  return -1;
}

async function first(search: Search, offset: number, signal?: AbortSignal): Promise<Place | undefined> {
  const page = await grid.query(search, { columns: [], offset, limit: 1 }, signal);
  return page.run_id[0] === undefined ? undefined : { id: page.run_id[0], experimentId: page.experiment_id[0] ?? '' };
}

const beside = (info: RunInfo, sign: '<' | '>'): Search => ({
  experimentIds: [info.experiment_id], filter: `attributes.start_time ${sign} ${info.start_time ?? 0}`, view: 'ACTIVE_ONLY', orderBy: [`attributes.start_time ${sign === '<' ? 'DESC' : 'ASC'}`],
});

/** The run that was started last before this one. */
export const before = (info: RunInfo, signal?: AbortSignal): Promise<Place | undefined> => first(beside(info, '<'), 0, signal);

/** Of the list that the run was opened from, as far as its rows are there. */
export function knownNeighbours(info: RunInfo): Neighbours | null {
  const index = opened ? indexIn(opened, info.run_id) : -1;
  if (!opened || index < 0) return null;
  const [previous, next] = [opened.at(index - 1), opened.at(index + 1)];
  return (previous || index === 0) && (next || index === opened.total - 1) ? { previous, next } : null;
}

export async function neighboursOf(info: RunInfo, signal?: AbortSignal): Promise<Neighbours> {
  const list = opened;
  const index = list ? indexIn(list, info.run_id) : -1;
  if (list && index >= 0) {
    const at = (i: number) => (i < 0 || i >= list.total ? undefined : (list.at(i) ?? (list.search ? first(list.search, i, signal) : undefined)));
    const [previous, next] = await Promise.all([at(index - 1), at(index + 1)]);
    return { previous, next };
  }
  // The newest stands first, as in a table.
  const [previous, next] = await Promise.all([first(beside(info, '>'), 0, signal), before(info, signal)]);
  return { previous, next };
}
