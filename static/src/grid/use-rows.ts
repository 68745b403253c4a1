// The rows of the table: a page of them at a time, with the columns that are shown; as a list, or as a tree.
import { useEffect, useRef, useState } from 'preact/hooks';
import { grid, type Search } from '../api/grid';
import { useLoad } from '../state/load';
import { PAGE, Pages, usePages, type Window } from '../state/rows';
import { type Column, orderBy, type Sort } from './columns';
import { type Row, rowsOf, specsOf } from './rows';
import { searchOf } from './select';
import { type Level, linesOf, partsOf, type Spot, spotOf } from './tree';

/** What the lines of the table are. */
export interface Lines extends Window<Row> {
  /** Runs that are found, whether they have a line or not; undefined until the first answer. */
  found: number | undefined;
  /** Of a tree; null where no run that is found is below another one. */
  spot: ((line: number) => Spot) | null;
  /** The milliseconds of the last answer that counted all runs. */
  took: number;
  /** Asks for these runs alone, and leaves them where they are. */
  refresh: (ids: readonly string[], signal: AbortSignal) => Promise<void>;
}

/** Of so many runs under a key, how many are on the outermost level; as far as is known. */
interface Tops { key: string; all: number; n: number }

/** open: of a tree, the runs whose parts are shown; null: a list. Nothing is asked for until ready. */
export function useRunRows(ready: boolean, search: Search, found: string, sorts: readonly Sort[], columns: readonly Column[], open: readonly string[] | null): Lines {
  const counted = useRef({ found: 0, took: 0 });
  const asked = columns.filter(c => c.value !== 'spark');
  const order = orderBy(sorts);
  const tops = useRef<Tops | undefined>(undefined);
  const key = ready ? `${open ? 'tree' : ''} ${found} ${order.join()} ${asked.map(c => c.id).join(',')}` : '';
  const ask = (parent?: string) => async (page: number, total: boolean, signal: AbortSignal) => {
    if (!ready) return { rows: [] };
    const begun = performance.now();
    const answer = await grid.query({ ...search, orderBy: order }, { columns: specsOf(asked), offset: page * PAGE, limit: PAGE, total, ...(open && (parent ? { tree: true, parent } : { tree: true, roots: total })) }, signal);
    if (answer.total !== undefined && !parent) counted.current = { found: answer.total, took: Math.round(performance.now() - begun) };
    const rows = rowsOf(answer, asked);
    if (answer.total === undefined) return { rows };
    return { rows, total: open && !parent ? (answer.roots ?? topsOf(page * PAGE + rows.length, rows.length < PAGE, answer.total)) : answer.total };
  };
  const roots = usePages<Row>(key, ask());
  /** How many lines the outermost level of a large tree has: known where a page ends it, else counted meanwhile, once for as many runs. */
  const topsOf = (seen: number, end: boolean, all: number): number => {
    const known = tops.current?.key === key && tops.current.all === all ? tops.current : undefined;
    if (end || known) return end ? seen : known!.n;
    const mine: Tops = { key, all, n: Math.max(seen, tops.current?.key === key ? tops.current.n : 0) };
    tops.current = mine;
    void grid.query(search, { columns: [], offset: 0, limit: 0, tree: true, roots: true }).then(
      answer => {
        mine.n = answer.roots ?? mine.n;
        if (tops.current === mine) roots.resize(key, mine.n);
      },
      () => {
        if (tops.current === mine) tops.current = undefined; // the next answer asks again
      },
    );
    return mine.n;
  };
  const lines = useTree(roots, open, key, ask);
  const keyNow = useRef(key);
  keyNow.current = key;
  const refresh = async (ids: readonly string[], signal: AbortSignal) => {
    const answer = await grid.query(searchOf({ run_ids: ids }, { ...search, view: 'ALL' }), { columns: specsOf(asked), offset: 0, limit: ids.length }, signal);
    if (keyNow.current !== key) return;
    const known = new Map(rowsOf(answer, asked).map(row => [row.id, row]));
    lines.amend(row => {
      const now = known.get(row.id);
      return now ? { ...now, children: row.children } : row;
    });
  };
  const all = roots.total === undefined ? undefined : counted.current.found;
  return { ...lines, spot: roots.total === all ? null : lines.spot, found: all, took: counted.current.took, refresh };
}

type Branch = Level & { pages: Pages<Row> };

/** The lists below the open runs of a list, and all of them as one. */
function useTree(roots: Pages<Row>, open: readonly string[] | null, key: string, ask: (parent: string) => Parameters<Pages<Row>['ask']>[1]): Window<Row> & Pick<Lines, 'spot'> {
  const [, redraw] = useState(0);
  const below = useRef(new Map<string, Pages<Row>>());
  const view = useRef<[number, number]>([0, 0]);
  const shown = new Set(open);
  const used = new Set<string>();

  const pagesBelow = (id: string): Pages<Row> => {
    let pages = below.current.get(id);
    if (!pages) below.current.set(id, (pages = new Pages<Row>(() => redraw(n => n + 1))));
    pages.ask(`${key} ${id}`, ask(id));
    used.add(id);
    return pages;
  };
  const branchOf = (pages: Pages<Row>, total: number, depth: number): Branch => ({
    depth, total, pages, at: pages.at,
    show: (from, to) => {
      pages.begin();
      pages.show(from, to);
    },
    open: shown.size === 0 ? [] : pages.placed().filter(([, row]) => row.children > 0 && shown.has(row.id)).map(([index, row]) => {
      const its = pagesBelow(row.id);
      return { index, level: branchOf(its, its.total ?? row.children, depth + 1) };
    }),
  });
  const top = branchOf(roots, roots.total ?? 0, 0);
  const show = (from: number, to: number) => {
    view.current = [from, to];
    if (top.open.length === 0 || roots.stale) roots.show(from, to);
    else for (const [level, part] of partsOf(top, from, to)) level.show(...part);
  };
  // What has come may have moved other lines to where the reader looks.
  useEffect(() => {
    if (top.open.length > 0) show(...view.current);
    for (const [id, pages] of below.current) {
      if (used.has(id)) continue;
      pages.stop();
      below.current.delete(id);
    }
  });
  useEffect(() => () => below.current.forEach(pages => pages.stop()), []);

  const inOrder = (level: Level): Row[] => {
    const { pages, open: branches } = level as Branch;
    const inner = new Map(branches.map(b => [b.index, b.level]));
    return pages.placed().flatMap(([i, row]) => (inner.has(i) ? [row, ...inOrder(inner.get(i)!)] : [row]));
  };
  const reload = () => {
    const seen = top.open.length === 0 ? new Map() : partsOf(top, ...view.current);
    const pages = new Set([...seen.keys()].map(level => (level as Branch).pages));
    roots.reload();
    for (const [id, its] of below.current) {
      if (pages.has(its)) its.reload();
      else below.current.delete(id); // out of sight: fetched as it is when it is seen
    }
  };
  return {
    total: roots.total === undefined ? undefined : linesOf(top),
    at: line => {
      const spot = spotOf(top, line);
      return spot.level.at(spot.index);
    },
    loaded: () => inOrder(top),
    error: roots.error ?? [...below.current.values()].map(p => p.error).find(e => e !== null) ?? null,
    stale: roots.stale,
    show, reload,
    amend: change => {
      roots.amend(change);
      for (const its of below.current.values()) its.amend(change);
    },
    spot: open && (line => spotOf(top, line)),
  };
}

/** The first runs as a list has them: those of a tree may be out of sight, below one that says nothing itself. */
export function useFirstRows(wanted: boolean, search: Search, sorts: readonly Sort[], most: number, found: number | undefined): Row[] {
  const order = orderBy(sorts);
  const load = useLoad(wanted ? `first ${most} of ${found} ${search.experimentIds.join(',')} ${search.filter} ${search.view} ${order.join()}` : 'first', async signal =>
    (wanted ? rowsOf(await grid.query({ ...search, orderBy: order }, { columns: specsOf([]), offset: 0, limit: most }, signal), []) : []));
  const last = useRef<Row[]>([]);
  if (load.data) last.current = load.data;
  return wanted ? last.current : [];
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
