// What every list of runs shows of a run before anything that was logged: the fields of its row, and the tags in which
// clients keep the rest. Pure.
import type { ColumnSpec, GridPage } from '../api/grid';
import type { RunStatus } from '../api/types';

export interface Head {
  id: string;
  experimentId: string;
  name: string;
  /** '' where nobody says. */
  user: string;
  status: RunStatus;
  start: number | undefined;
  end: number | undefined;
  deleted: boolean;
  source: string;
}

const TAGS = ['mlflow.user', 'mlflow.source.name', 'mlflow.runName'] as const;

/** The columns that heads are made of; others follow them. */
export const headSpecs: readonly ColumnSpec[] = TAGS.map(key => ({ kind: 'tag', key }));

/** What an answer has in a column that was asked for after those of the heads. */
export const cellAfterHead = (page: GridPage, column: number, run: number) => page.columns[headSpecs.length + column]?.[run] ?? null;

export function headOf(page: GridPage, i: number): Head {
  const [user, source, name] = TAGS.map((_, n) => String(page.columns[n]?.[i] ?? ''));
  const id = page.run_id[i]!;
  return {
    id,
    experimentId: page.experiment_id[i] ?? '',
    name: page.run_name[i] || name || id,
    user: user || page.user_id[i] || '',
    status: page.status[i] ?? 'FINISHED',
    start: page.start_time[i] ?? undefined,
    end: page.end_time[i] ?? undefined,
    deleted: page.lifecycle_stage[i] === 'deleted',
    source: source ?? '',
  };
}

/** Of a run that has ended. */
export const durationOf = (head: Pick<Head, 'start' | 'end'>): number | null => (head.start && head.end ? head.end - head.start : null);
