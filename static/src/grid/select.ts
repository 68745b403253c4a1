// Which runs are selected: some of a list, or all of it but some. Pure.
import type { Search, Selection } from '../api/grid';
import { joined } from '../query/clauses';

/** All that the search finds but some, or some. */
export interface Picked { all: boolean; ids: ReadonlySet<string> }
export const nothingPicked: Picked = { all: false, ids: new Set() };
export const isPicked = (p: Picked, id: string) => p.all !== p.ids.has(id);
export const pickedCount = (p: Picked, total: number) => (p.all ? total - p.ids.size : p.ids.size);

export const selectionOf = (picked: Picked, search: Search): Selection => (picked.all ? { search, except: [...picked.ids] } : { run_ids: [...picked.ids] });

/** Runs that a filter can name one by one. */
export const MOST_NAMED = 500;

const named = (ids: readonly string[], not: string) => `attributes.run_id ${not}IN (${ids.map(id => `'${id}'`).join(', ')})`;

/** A selection as a search of its own, within the search that it was made in. */
export function searchOf(selection: Selection, within: Search): Search {
  if (!('search' in selection)) return { ...within, filter: named(selection.run_ids, '') };
  const { search, except } = selection;
  return except.length === 0 ? search : { ...search, filter: joined([search.filter, named(except, 'NOT ')]) };
}
