// The names of experiments that are mentioned somewhere, asked for once, those of the screen in one request.
import { useEffect, useState } from 'preact/hooks';
import { summary } from '../api/summary';

const known = new Map<string, string>();
const AT_ONCE = 500;

/** Those that are known by now. One that is renamed is asked for again with the page. */
export function useExperimentNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const [, redraw] = useState(0);
  const wanted = [...new Set(ids)].filter(id => !known.has(id)).slice(0, AT_ONCE);
  const question = wanted.join();
  useEffect(() => {
    if (wanted.length === 0) return;
    const stop = new AbortController();
    void summary.experiments({ ids: wanted, view: 'ALL', limit: wanted.length }, stop.signal).then(({ items }) => {
      for (const e of items) known.set(e.id, e.name);
      redraw(n => n + 1);
    }, () => undefined); // the ids stand there instead
    return () => stop.abort();
  }, [question]);
  useEffect(() => () => known.clear(), []);
  return known;
}
