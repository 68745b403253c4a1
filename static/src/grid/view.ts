// The view of a runs table, as its address has it. Pure.
import { DEFAULT_SORT, type Sort, sortsFromQuery } from './columns';
import { type Eyes, MOST_ON_TOP } from './drawn';
import { type Aggregate, aggregateOf } from './groups';
import { type Marks, marksFromText } from './marks';
import { widthsFromText, type Widths } from './layout';
import { MOST_OPEN } from './tree';

export interface View {
  filter: string;
  deleted: boolean;
  sorts: Sort[];
  /** Ids of columns; null: the table chooses. */
  columns: string[] | null;
  pins: string[];
  widths: Widths;
  marks: Marks;
  diff: boolean;
  /** Histograms in the heads of the columns. */
  spread: boolean;
  /** Ids of columns that rows are grouped by. */
  group: string[];
  /** What is told of a group: mean, min, max or range. */
  aggregate: Aggregate;
  /** Runs that stand at the top, which are drawn and which not, and the one that is shown beside. */
  top: string[];
  eyes: Eyes;
  peek: string;
  /** Runs below the runs that they are parts of, or not; null: the table chooses. */
  tree: boolean | null;
  /** Those whose parts are shown. */
  open: string[];
  /** Which view: table, split, or one of views.tsx. */
  show: string;
}

const list = (text: string | null) => (text ? text.split(',').filter(Boolean) : []);

/** Whether nested runs stand below their parents, unasked. What a reader sorts or filters is a list: the best run must not
 *  hide below another one. All runs there are come in the order of their start. */
export function treeByItself(filter: string, sorts: readonly Sort[], experiments: number): boolean {
  return experiments > 0 && filter === '' && sorts[0]?.id === DEFAULT_SORT.id;
}

/** shown: the view where the address names none. */
export function viewOf(query: URLSearchParams, shown = 'table'): View {
  const columns = query.get('cols');
  const filter = query.get('filter') ?? query.get('searchFilter') ?? query.get('q') ?? '';
  const sorts = sortsFromQuery(query);
  return {
    filter,
    deleted: query.get('view') === 'deleted',
    sorts,
    columns: columns === null ? null : list(columns),
    pins: list(query.get('pin')),
    widths: widthsFromText(query.get('width')),
    marks: marksFromText(query.get('mark')),
    diff: query.get('diff') === '1',
    spread: query.get('hist') === '1',
    group: list(query.get('group')),
    aggregate: aggregateOf(query.get('agg')),
    top: list(query.get('top')).slice(0, MOST_ON_TOP),
    eyes: { hide: list(query.get('hide')), eye: list(query.get('eye')) },
    peek: query.get('peek') ?? '',
    tree: query.has('tree') ? query.get('tree') === '1' : null,
    open: list(query.get('open')).slice(-MOST_OPEN),
    show: query.get('show') ?? (query.get('compareRunsMode') === 'CHART' ? 'charts' : shown),
  };
}
