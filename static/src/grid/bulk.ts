// Changes to many runs, and how each is taken back.
import { type BulkOperation, grid, type OwnValue, type Search, type Selection } from '../api/grid';
import { MOST_NAMED, searchOf } from './select';
import type { Column } from './columns';
import { type Row, rowsOf, specsOf } from './rows';

/** The server takes so many runs at once by their ids. */
const AT_ONCE = 10_000;
const PAGE = 500;

export function chunks<T>(items: readonly T[], size = AT_ONCE): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}

export interface Change { selection: Selection | { each: readonly OwnValue[] }; operation: BulkOperation }

/** What puts back what was: the requests that do it. Pure. */
export function inverseOf(operation: BulkOperation, before: readonly OwnValue[]): Change[] {
  const to = (runs: readonly OwnValue[], op: BulkOperation): Change[] => chunks(runs.map(r => r.run_id)).map(run_ids => ({ selection: { run_ids }, operation: op }));
  switch (operation.operation) {
    case 'delete':
      return to(before, { operation: 'restore' });
    case 'restore':
      return to(before, { operation: 'delete' });
    case 'set_tag':
    case 'delete_tag':
      return chunks(before).map(each => ({ selection: { each }, operation: { operation: 'set_tag', key: operation.key, value: '' } }));
    case 'set_status':
      return chunks(before).map(each => ({ selection: { each }, operation }));
    case 'move': {
      const homes = [...new Set(before.map(b => b.value))];
      return homes.flatMap(home => (home === undefined ? [] : to(before.filter(b => b.value === home), { operation: 'move', experiment_id: home })));
    }
  }
}

/** Does it, and says how many runs it was and how to take it back; no way back where there were too many to remember. */
export async function change(changes: readonly Change[]): Promise<{ runs: number; undo: Change[] | null }> {
  let runs = 0;
  let undo: Change[] | null = [];
  for (const c of changes) {
    const answer = await grid.bulk(c.selection, c.operation, { keep: true });
    runs += answer.runs;
    if (!answer.before && answer.runs > 0) undo = null;
    undo &&= [...inverseOf(c.operation, answer.before ?? []), ...undo];
  }
  return { runs, undo: undo && undo.length > 0 ? undo : null };
}

/** A selection as searches, each of which has a filter that is not too long. */
export function selectionSearches(selection: Selection, within: Search): Search[] {
  return 'run_ids' in selection ? chunks(selection.run_ids, MOST_NAMED).map(run_ids => searchOf({ run_ids }, within)) : [searchOf(selection, within)];
}

/** The selected runs, in the order of the table, a page at a time. */
export async function* selectedRows(selection: Selection, within: Search, columns: readonly Column[], most = Infinity, signal?: AbortSignal): AsyncGenerator<Row[]> {
  let given = 0;
  for (const search of selectionSearches(selection, within))
    for (let offset = 0; given < most; offset += PAGE) {
      const limit = Math.min(PAGE, most - given);
      const page = await grid.query({ ...search, orderBy: within.orderBy ?? [] }, { columns: specsOf(columns), offset, limit }, signal);
      given += page.run_id.length;
      if (page.run_id.length > 0) yield rowsOf(page, columns);
      if (page.run_id.length < limit) break;
    }
}
