// Tags and notes of the experiments that are on the screen: asked for when they come there.
import { useEffect, useRef, useState } from 'preact/hooks';
import { summary } from '../api/summary';
import type { Tag } from '../api/types';

const AT_ONCE = 200;

/** version goes up when they may have changed. */
export function useDetails(ids: readonly string[], version: number): ReadonlyMap<string, readonly Tag[]> {
  const kept = useRef(new Map<string, { tags: readonly Tag[]; version: number }>());
  const [, redraw] = useState(0);
  const wanted = ids.filter(id => kept.current.get(id)?.version !== version).slice(0, AT_ONCE);
  const question = `${version} ${wanted.join()}`;
  useEffect(() => {
    if (wanted.length === 0) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      void summary.experiments({ ids: wanted, view: 'ALL', limit: wanted.length, tags: true }, stop.signal).then(({ items }) => {
        for (const id of wanted) kept.current.set(id, { tags: [], version });
        for (const e of items) kept.current.set(e.id, { tags: e.tags ?? [], version });
        redraw(n => n + 1);
      }, () => undefined); // the list is there without them
    }, 60);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question]);
  return new Map(ids.map(id => [id, kept.current.get(id)?.tags ?? []]));
}
