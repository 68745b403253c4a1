// The rows of the table: a page of them at a time, with the columns that are shown.
import { useRef } from 'preact/hooks';
import { grid, type Search } from '../api/grid';
import { useLoad } from '../state/load';
import { PAGE, useRows, type Window } from '../state/rows';
import { type Column, orderBy, type Sort } from './columns';
import { type Row, rowsOf, specsOf } from './rows';
import { searchOf } from './select';

/** took: the milliseconds of the last answer that counted all runs. Nothing is asked for until ready. */
export function useRunRows(ready: boolean, search: Search, found: string, sorts: readonly Sort[], columns: readonly Column[]): { rows: Window<Row>; took: number } {
  const took = useRef(0);
  const asked = columns.filter(c => c.value !== 'spark');
  const order = orderBy(sorts);
  const rows = useRows<Row>(ready ? `${found} ${order.join()} ${asked.map(c => c.id).join(',')}` : '', async (page, total, signal) => {
    if (!ready) return { rows: [] };
    const begun = performance.now();
    const answer = await grid.query({ ...search, orderBy: order }, { columns: specsOf(asked), offset: page * PAGE, limit: PAGE, total }, signal);
    if (total) took.current = Math.round(performance.now() - begun);
    return answer.total === undefined ? { rows: rowsOf(answer, asked) } : { total: answer.total, rows: rowsOf(answer, asked) };
  });
  return { rows, took: took.current };
}

/** Rows of these runs, in this order, wherever they are in the list; those at hand are not asked for. */
export function useNamedRows(ids: readonly string[], search: Search, columns: readonly Column[], version: number): Row[] {
  const asked = columns.filter(c => c.value !== 'spark');
  const wanted = ids.filter(id => /^[0-9a-zA-Z_-]{1,64}$/.test(id));
  const load = useLoad(wanted.length > 0 ? `named ${wanted.join(',')} ${search.experimentIds.join(',')} ${asked.map(c => c.id).join(',')} ${version}` : 'named', async signal =>
    (wanted.length > 0 ? rowsOf(await grid.query(searchOf({ run_ids: wanted }, { ...search, view: 'ALL' }), { columns: specsOf(asked), offset: 0, limit: wanted.length }, signal), asked) : []));
  const last = useRef<Row[]>([]);
  if (load.data) last.current = load.data;
  return wanted.flatMap(id => last.current.find(r => r.id === id) ?? []);
}
