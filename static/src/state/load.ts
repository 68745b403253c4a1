// Data a page needs: fetched when its key changes, dropped when nobody waits for it any more.
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
  set: (change: (now: T) => T) => void;
}

/** A reload keeps what is shown; another key does not. */
export function useLoad<T>(key: string, fetcher: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | undefined; error: unknown; loading: boolean }>({ key, data: undefined, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(fetcher);
  latest.current = fetcher;

  useLayoutEffect(() => { // asked before this frame is painted, not after
    const stop = new AbortController();
    setState(s => (s.key === key ? { ...s, loading: true } : { key, data: undefined, error: null, loading: true }));
    latest.current(stop.signal).then(
      data => !stop.signal.aborted && setState({ key, data, error: null, loading: false }),
      (error: unknown) => !stop.signal.aborted && !isAbort(error) && setState(s => ({ ...s, key, error, loading: false })),
    );
    return () => stop.abort();
  }, [key, turn]);

  const reload = useCallback(() => setTurn(n => n + 1), []);
  const set = useCallback((change: (now: T) => T) => setState(s => (s.data === undefined ? s : { ...s, data: change(s.data) })), []);
  const mine = state.key === key;
  return { data: mine ? state.data : undefined, error: mine ? state.error : null, loading: mine ? state.loading : true, reload, set };
}

/** A list that was read in several pages is read again as far as the reader had come, within reason. */
export function reloadSize(list: { data: { items: readonly unknown[] } | undefined }, page: number): number {
  return Math.max(page, Math.min(1000, list.data?.items.length ?? 0));
}
