// What every view of the found runs is given.
import type { Keys, Search, Selection } from '../api/grid';
import type { DrawnRun } from '../charts/settings';
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
