// The view of a runs table, as its address has it. Pure.
import { type Sort, sortsFromQuery } from './columns';
import { type Eyes, MOST_ON_TOP } from './drawn';
import { type Aggregate, aggregateOf } from './groups';
import { type Marks, marksFromText } from './marks';
import { widthsFromText, type Widths } from './layout';

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
  /** Which view: table, split, or one of views.tsx. */
  show: string;
}

const list = (text: string | null) => (text ? text.split(',').filter(Boolean) : []);

export function viewOf(query: URLSearchParams): View {
  const columns = query.get('cols');
  return {
    filter: query.get('filter') ?? query.get('searchFilter') ?? query.get('q') ?? '',
    deleted: query.get('view') === 'deleted',
    sorts: sortsFromQuery(query),
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
    show: query.get('show') ?? (query.get('compareRunsMode') === 'CHART' ? 'charts' : 'table'),
  };
}
