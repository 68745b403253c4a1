// What a run is called, and names of tags that mean something. Pure.
import type { Run } from '../api/types';
import { indexOf } from '../grid/columns';

export const NOTE = 'mlflow.note.content';

export const nameOf = (run: Run) => run.info.run_name || indexOf(run).tags.get('mlflow.runName') || run.info.run_id;
