// A window onto a list that is longer than anybody would load: pages are fetched when they come into view.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';

export const PAGE = 100;
/** Pages kept; beyond it those that were seen longest ago go. */
const KEPT = 60;

export interface Window<T> {
  /** How many there are; undefined until the first answer. */
  total: number | undefined;
  at: (i: number) => T | undefined;
  /** Those of the pages at hand, in order. */
  loaded: () => T[];
  error: unknown;
  /** The list is of an earlier question: the answer to this one is on its way. */
  stale: boolean;
  /** Called with what is on the screen. */
  show: (from: number, to: number) => void;
  /** Fetches what is on the screen again; what was shown stays until then. */
  reload: () => void;
  set: (change: (now: T) => T) => void;
}

interface State<T> { key: string; total: number | undefined; pages: Map<number, T[]>; error: unknown }

/** The pages a range of rows lies on. Pure. */
export function pagesOf(from: number, to: number, total: number | undefined): number[] {
  const last = total === undefined ? 0 : Math.max(0, Math.ceil(total / PAGE) - 1);
  const pages: number[] = [];
  for (let p = Math.max(0, Math.floor(from / PAGE)); p <= Math.min(last, Math.floor(Math.max(from, to) / PAGE)); p++) pages.push(p);
  return pages;
}

export function useRows<T>(key: string, fetcher: (page: number, total: boolean, signal: AbortSignal) => Promise<{ total?: number; rows: T[] }>): Window<T> {
  const [, redraw] = useState(0);
  const state = useRef<State<T>>({ key: '', total: undefined, pages: new Map(), error: null });
  const pending = useRef(new Map<number, AbortController>());
  const view = useRef<[number, number]>([0, 0]);
  const latest = useRef(fetcher);
  latest.current = fetcher;
  const keyNow = useRef(key);
  keyNow.current = key;

  const load = useCallback((page: number, fresh: boolean) => {
    if (pending.current.has(page)) {
      if (!fresh) return;
      pending.current.get(page)!.abort();
    }
    const stop = new AbortController();
    const asked = keyNow.current;
    pending.current.set(page, stop);
    const over = () => pending.current.get(page) === stop && pending.current.delete(page);
    latest.current(page, fresh || state.current.key !== asked, stop.signal).then(
      answer => {
        over();
        if (stop.signal.aborted || asked !== keyNow.current) return;
        const old = state.current;
        const pages = old.key === asked ? new Map(old.pages) : new Map<number, T[]>();
        pages.delete(page);
        pages.set(page, answer.rows);
        for (const far of pages.keys()) if (pages.size > KEPT) pages.delete(far);
        state.current = { key: asked, total: answer.total ?? (old.key === asked ? old.total : undefined), pages, error: null };
        redraw(n => n + 1);
      },
      (error: unknown) => {
        over();
        if (stop.signal.aborted || isAbort(error) || asked !== keyNow.current) return;
        state.current = { ...state.current, error };
        redraw(n => n + 1);
      },
    );
  }, []);

  const show = useCallback((from: number, to: number) => {
    view.current = [from, to];
    const s = state.current;
    if (s.key !== keyNow.current) return; // the first page of the new list comes first
    const wanted = pagesOf(from, to, s.total);
    for (const [page, stop] of pending.current) if (!wanted.includes(page)) stop.abort();
    for (const page of wanted) if (!s.pages.has(page)) load(page, false);
  }, [load]);

  const reload = useCallback(() => {
    const wanted = pagesOf(...view.current, state.current.total);
    // What is out of sight is forgotten: it will be fetched as it is then.
    state.current = { ...state.current, pages: new Map([...state.current.pages].filter(([p]) => wanted.includes(p))) };
    for (const page of wanted.length > 0 ? wanted : [0]) load(page, true);
  }, [load]);

  useEffect(() => {
    for (const stop of pending.current.values()) stop.abort();
    pending.current.clear();
    state.current = { ...state.current, error: null };
    load(0, true);
  }, [key, load]);
  useEffect(() => () => {
    for (const stop of pending.current.values()) stop.abort();
  }, []);

  const s = state.current;
  return {
    total: s.total,
    at: i => s.pages.get(Math.floor(i / PAGE))?.[i % PAGE],
    loaded: () => [...s.pages].sort((a, b) => a[0] - b[0]).flatMap(([, rows]) => rows),
    error: s.error,
    stale: s.key !== key,
    show,
    reload,
    set: change => {
      state.current = { ...state.current, pages: new Map([...state.current.pages].map(([p, rows]) => [p, rows.map(change)])) };
      redraw(n => n + 1);
    },
  };
}
