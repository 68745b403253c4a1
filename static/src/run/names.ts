// What a run is called, tags that mean something, and when it was last heard of. Pure.
import type { Metric, Run } from '../api/types';
import { indexOf } from '../grid/columns';

export const NOTE = 'mlflow.note.content';
export const PARENT = 'mlflow.parentRunId';

export const nameOf = (run: Run) => run.info.run_name || indexOf(run).tags.get('mlflow.runName') || run.info.run_id;
/** '' for a run that is not part of another. */
export const parentOf = (run: Run) => indexOf(run).tags.get(PARENT) ?? '';

export function lastLogged(metrics: readonly Metric[]): number {
  return metrics.reduce((last, m) => Math.max(last, m.timestamp ?? 0), 0);
}
