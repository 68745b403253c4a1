// The views of the runs that are found: what may stand beside the table, or in its place. A new one is a row here; its
// code is fetched when it is first shown.
import type { JSX } from 'preact';
import type { Key } from '../i18n';
import { type Lazy, lazy } from '../ui/lazy';
import type { ViewProps } from './view-props';

export interface ResultView {
  id: string;
  title: Key;
  Component: (props: ViewProps) => JSX.Element;
  /** Its code, before it is shown. */
  fetch: () => void;
}

const CompareCharts = lazy(() => import('../pages/compare').then(m => m.CompareCharts));
const DiffView = lazy(() => import('../pages/compare').then(m => m.DiffView));
const Parallel = lazy(() => import('../plots/views').then(m => m.Parallel));
const Scatter = lazy(() => import('../plots/views').then(m => m.Scatter));
const Bar = lazy(() => import('../plots/views').then(m => m.Bar));
const Box = lazy(() => import('../plots/views').then(m => m.Box));
const Contour = lazy(() => import('../plots/views').then(m => m.Contour));
const Importance = lazy(() => import('../plots/views').then(m => m.Importance));
const Gallery = lazy(() => import('../plots/views').then(m => m.Gallery));

const whole = (id: string, title: Key, Component: Lazy<ViewProps>): ResultView => ({ id, title, Component, fetch: Component.fetch });

export const views: readonly ResultView[] = [
  {
    id: 'charts', title: 'charts', fetch: CompareCharts.fetch,
    Component: p => <CompareCharts runs={p.runs} total={p.total} metrics={p.keys?.metrics.map(k => k.key) ?? []} version={p.version} columns={p.columns.map(c => c.id)} />,
  },
  whole('parallel', 'plot.parallel', Parallel),
  whole('scatter', 'plot.scatter', Scatter),
  whole('bar', 'plot.bar', Bar),
  whole('box', 'plot.box', Box),
  whole('contour', 'plot.contour', Contour),
  whole('importance', 'importance', Importance),
  whole('gallery', 'gallery', Gallery),
  whole('diff', 'compare.diff', DiffView),
];

/** Besides the views: the table alone, and the table with charts. */
export type Show = { table: boolean; view: ResultView | undefined };

export function showOf(name: string): Show {
  if (name === 'split') return { table: true, view: views[0] };
  const view = views.find(v => v.id === name);
  return { table: view === undefined, view };
}
