// The histograms of the columns that are shown, fetched once somebody wants them.
import type { JSX } from 'preact';
import type { Search } from '../api/grid';
import { withClause } from '../query/clauses';
import { useLoad } from '../state/load';
import type { Column } from './columns';
import { columnTitle } from './header';
import { isNumericColumn, type Row } from './rows';
import { nameOf } from './view-actions';

/** Null: none are wanted. */
export function useHistograms(on: boolean, search: Search, found: string, columns: readonly Column[], sample: readonly Row[], setFilter: (text: string) => void): ReadonlyMap<string, JSX.Element> | null {
  const asked = on ? columns.filter(c => c.group !== 'info' && isNumericColumn(sample, c)) : [];
  const load = useLoad(asked.length > 0 ? `histograms ${found} ${asked.map(c => c.id).join(',')}` : 'histograms', async signal => {
    if (asked.length === 0) return null;
    const [code, { HistogramCell }] = await Promise.all([import('./histograms'), import('./histogram-cell')]);
    return { code, HistogramCell, of: await code.loadHistograms(search, asked, signal) };
  });
  if (!on) return null;
  const cells = new Map<string, JSX.Element>();
  if (load.data) {
    const { code, HistogramCell, of } = load.data;
    for (const c of asked) {
      const h = of.get(c.id);
      if (h) cells.set(c.id, <HistogramCell name={columnTitle(c)} histogram={h} edge={bin => code.edgeOf(h, bin)} onPick={(a, b) => setFilter(code.clauseOfBins(nameOf(c), h, a, b).split(' AND ').reduce(withClause, search.filter))} />);
    }
  }
  return cells;
}
