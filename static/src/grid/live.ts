// Rows that keep up with the runs: those on the screen by their revisions, new ones by the count.
import { useEffect, useRef, useState } from 'preact/hooks';
import { grid, type Search } from '../api/grid';
import { usePoll } from '../state/clock';
import type { Lines } from './use-rows';

/** How often a table that moves is looked at for new metrics, in ms. */
const KEYS_EVERY = 5000;

/** fresh: runs that the list does not have yet. version goes up when runs have moved on. */
export function useLive(rows: Lines, search: Search, found: string, reloadKeys: () => void): { fresh: number; version: number } {
  const total = rows.found;
  const [fresh, setFresh] = useState(0);
  useEffect(() => setFresh(0), [found, total]);
  const revisions = useRef(new Map<string, string>());
  const keysAsked = useRef(0);
  const [version, setVersion] = useState(0);
  const live = rows.loaded().some(r => r.status === 'RUNNING');
  usePoll(total !== undefined && !rows.stale && search.view !== 'DELETED_ONLY', live ? 2000 : 10_000, async signal => {
    const shown = rows.loaded().map(r => r.id).slice(0, 500);
    const known = shown.map(id => revisions.current.get(id) ?? '');
    const answer = await grid.changes(search, shown, known, signal);
    // Of a run that is going on, what was seen before the first answer may be old already.
    const running = new Set(rows.loaded().filter(r => r.status === 'RUNNING').map(r => r.id));
    const moved = answer.changed.some(c => revisions.current.has(c.run_id) || running.has(c.run_id));
    for (const c of answer.changed) revisions.current.set(c.run_id, c.revision);
    if (moved) {
      rows.reload();
      setVersion(n => n + 1);
      if (Date.now() - keysAsked.current > KEYS_EVERY) {
        keysAsked.current = Date.now();
        reloadKeys();
      }
    } else setFresh(Math.max(0, answer.total - (total ?? 0)));
  });
  return { fresh, version };
}
