// A list that the server counts piece by piece: what has come is shown, and the next piece is asked for.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';
import type { Counted } from '../api/shelf';

export interface Counting<T> { items: readonly T[]; total: number; complete: boolean; error: unknown; reload: () => void }

export function useCounted<T>(key: string, fetchPage: (after: string | undefined, signal: AbortSignal) => Promise<Counted<T>>): Counting<T> {
  const [state, setState] = useState<{ key: string; items: readonly T[]; total: number; complete: boolean; error: unknown }>({ key, items: [], total: 0, complete: false, error: null });
  const [turn, setTurn] = useState(0);
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  useEffect(() => {
    const stop = new AbortController();
    const run = async () => {
      let items: T[] = [];
      for (let after: string | undefined; ;) {
        const page = await latest.current(after, stop.signal);
        if (stop.signal.aborted) return;
        items = items.concat(page.items);
        after = page.next;
        setState({ key, items, total: page.total, complete: after === undefined, error: null });
        if (after === undefined) return;
      }
    };
    run().catch((error: unknown) => !stop.signal.aborted && !isAbort(error) && setState(s => ({ ...s, key, error, items: s.key === key ? s.items : [] })));
    return () => stop.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn(n => n + 1), []);
  const mine = state.key === key;
  return { items: mine ? state.items : [], total: mine ? state.total : 0, complete: mine && state.complete, error: mine ? state.error : null, reload };
}
