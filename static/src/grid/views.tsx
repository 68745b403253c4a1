// The views of the runs that are found: what may stand beside the table, or in its place. A new one is a row here; its
// code is fetched when it is first shown.
import type { JSX } from 'preact';
import type { Keys, Search, Selection } from '../api/grid';
import type { DrawnRun } from '../charts/settings';
import type { Key } from '../i18n';
import { type Lazy, lazy } from '../ui/lazy';
import type { Column, Sort } from './columns';

export interface ViewProps {
  /** Which runs: for runs/column, runs/groups and the like. */
  search: Search;
  /** Another text, other runs: a key for what is fetched. */
  found: string;
  total: number;
  keys: Keys | undefined;
  columns: readonly Column[];
  sorts: readonly Sort[];
  /** Ids of the columns that rows are grouped by. */
  group: readonly string[];
  /** Those that are drawn one by one: the selected ones, else the first of the table; never more than the reader asked for. */
  runs: readonly DrawnRun[];
  /** What is selected, if anything is. */
  selection: Selection | null;
  /** Goes up when the runs have moved on. */
  version: number;
  /** The metric that the experiment names; or nothing. */
  primary: string;
  /** Names by id where runs of several experiments are shown. */
  experiments: ReadonlyMap<string, string> | undefined;
  filter: string;
  /** Another filter: the whole view follows. */
  setFilter: (text: string) => void;
}

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
