// The data of a comparison as it is needed: runs and keys at first, values of the rows that come into view, all of it
// kept up to date while a run is going on.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { grid, type Keys } from '../api/grid';
import { usePoll } from '../state/clock';
import { useLoad } from '../state/load';
import { type Cells, fetchCells, fetchHeads, fetchKeys, searchOf } from './data';
import { type DiffRow, type Head, type Kind, rowsOf } from './rows';

/** How often a comparison that moves is looked at for new keys, in ms. */
const KEYS_EVERY = 5000;
/** The server is asked about so many running runs at once. */
const WATCHED = 200;

export interface Comparison {
  heads: readonly Head[];
  rows: readonly DiffRow[];
  cells: Cells;
  keys: Keys | undefined;
  error: unknown;
  retry: () => void;
  /** Goes up when a run has moved on. */
  version: number;
  /** Values of these rows are wanted now, or by whoever waits. */
  want: (rows: readonly DiffRow[]) => void;
  whole: (rows: readonly DiffRow[]) => Promise<Cells>;
}

export function useComparison(heads: readonly Head[], kind: Kind, update: (fresh: readonly Head[]) => void): Comparison {
  const ids = heads.map(h => h.id);
  const name = ids.join(' ');
  const keys = useLoad(`compared ${name}`, signal => fetchKeys(ids, signal));
  const rows = useMemo(() => rowsOf(heads, keys.data?.keys, keys.data?.also ?? new Set(), kind), [heads, keys.data, kind]);
  const store = useRef<{ name: string; cells: Cells }>({ name, cells: new Map() });
  if (store.current.name !== name) store.current = { name, cells: new Map() };
  const cells = store.current.cells;
  const [, redraw] = useState(0);
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [wanted, setWanted] = useState<readonly DiffRow[]>([]);

  const missing = wanted.filter(r => r.group !== 'info' && !cells.has(r.id));
  const question = missing.map(r => r.id).join(' ');
  useEffect(() => {
    if (missing.length === 0) return;
    const stop = new AbortController();
    // While one scrolls fast, nothing is asked for.
    const timer = setTimeout(() => {
      fetchCells(missing, ids, stop.signal).then(
        found => {
          for (const [id, values] of found) cells.set(id, values);
          setError(null);
          redraw(n => n + 1);
        },
        (e: unknown) => !stop.signal.aborted && setError(e),
      );
    }, cells.size === 0 ? 0 : 40);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [name, question]);

  const revisions = useRef(new Map<string, string>());
  const keysAsked = useRef(0);
  const running = heads.filter(h => h.status === 'RUNNING').slice(0, WATCHED).map(h => h.id);
  usePoll(running.length > 0, 2000, async signal => {
    const answer = await grid.changes(searchOf(running), running, running.map(id => revisions.current.get(id) ?? ''), signal);
    const moved = answer.changed.map(c => c.run_id);
    if (moved.length === 0) return;
    const shown = rows.filter(r => cells.has(r.id));
    const [fresh, news] = await Promise.all([fetchHeads(moved, signal), fetchCells(shown, moved, signal)]);
    for (const [id, values] of news) cells.set(id, new Map([...(cells.get(id) ?? []), ...values]));
    for (const c of answer.changed) revisions.current.set(c.run_id, c.revision);
    update(fresh);
    setVersion(n => n + 1);
    if (Date.now() - keysAsked.current > KEYS_EVERY) {
      keysAsked.current = Date.now();
      keys.reload();
    }
  });

  return {
    heads, rows, cells, version,
    keys: keys.data?.keys,
    error: keys.error ?? error,
    retry: () => {
      setError(null);
      keys.reload();
    },
    want: setWanted,
    whole: async some => {
      const open = some.filter(r => r.group !== 'info' && !cells.has(r.id));
      for (const [id, values] of await fetchCells(open, ids)) cells.set(id, values);
      return cells;
    },
  };
}
