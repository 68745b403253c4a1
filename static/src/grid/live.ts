// Rows that keep up with the runs: those on the screen by their revisions, new ones by the count.
import { useEffect, useRef, useState } from 'preact/hooks';
import { grid, type Search } from '../api/grid';
import { usePoll } from '../state/clock';
import type { Lines } from './use-rows';

/** How often a table is looked at in which runs are going on, and how often another one, in ms. */
const LIVE_EVERY = 1500;
const QUIET_EVERY = 10_000;
/** How often a table that moves is looked at for new metrics, in ms. */
const KEYS_EVERY = 5000;
/** How often runs that have moved on are put in their order again, in ms. */
const ORDER_EVERY = 10_000;
/** So many rows that have changed are asked for alone; of more, all that are on the screen. */
const FEW = 40;

/** steady: what runs log does not move their rows. fresh: runs that the list does not have yet. version goes up when runs have moved on. */
export function useLive(rows: Lines, search: Search, found: string, steady: boolean, reloadKeys: () => void): { fresh: number; version: number } {
  const total = rows.found;
  const [fresh, setFresh] = useState(0);
  useEffect(() => setFresh(0), [found, total]);
  const revisions = useRef(new Map<string, string>());
  const keysAsked = useRef(0);
  const looked = useRef(Date.now());
  /** Rows have changed since they were put in order. */
  const ordered = useRef({ dirty: false, at: 0 });
  const [version, setVersion] = useState(0);
  const live = rows.loaded().some(r => r.status === 'RUNNING');
  const reorder = () => {
    ordered.current = { dirty: false, at: Date.now() };
    rows.reload();
  };
  usePoll(total !== undefined && !rows.stale && search.view !== 'DELETED_ONLY', live ? LIVE_EVERY : QUIET_EVERY, async signal => {
    // Runs that have ended change when somebody changes them, which is seldom.
    const all = Date.now() - looked.current >= QUIET_EVERY - LIVE_EVERY;
    if (all) looked.current = Date.now();
    const running = new Set(rows.loaded().filter(r => r.status === 'RUNNING').map(r => r.id));
    const asked = (all ? rows.loaded().map(r => r.id) : [...running]).slice(0, 500);
    const answer = await grid.changes(search, asked, asked.map(id => revisions.current.get(id) ?? ''), signal);
    // Of a run that is going on, what was seen before the first answer may be old already.
    const moved = answer.changed.map(c => c.run_id).filter(id => revisions.current.has(id) || running.has(id));
    for (const c of answer.changed) revisions.current.set(c.run_id, c.revision);
    if (moved.length > 0 && !steady) ordered.current.dirty = true;
    const late = ordered.current.dirty && Date.now() - ordered.current.at > ORDER_EVERY;
    if (answer.total < (total ?? 0) || moved.length > FEW || late) reorder();
    else {
      setFresh(answer.total - (total ?? 0));
      if (moved.length > 0) await rows.refresh(moved, signal);
    }
    if (moved.length === 0) return;
    setVersion(n => n + 1);
    if (Date.now() - keysAsked.current > KEYS_EVERY) {
      keysAsked.current = Date.now();
      reloadKeys();
    }
  });
  return { fresh, version };
}
