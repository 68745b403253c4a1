// What of the trash is meant, and doing something to all of it step by step. Pure.
import type { Purge, Which } from '../api/shelf';

/** The server takes so many ids at once. */
export const IDS_AT_ONCE = 1000;

/** Steps in a row that finish nothing; each has deleted up to 300,000 rows. */
const MOST_IDLE = 1000;

export type Kind = 'runs' | 'experiments';

export function whichOf(kind: Kind, ids: readonly string[]): Which[] {
  const parts: Which[] = [];
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) {
    const some = ids.slice(i, i + IDS_AT_ONCE);
    parts.push(kind === 'runs' ? { run_ids: some } : { experiment_ids: some });
  }
  return parts;
}

const none: Purge = { runs: 0, logged_models: 0, experiments: 0, staying_experiments: 0, bytes: 0, files: 0 };

export function sumOf(parts: readonly Purge[]): Purge {
  return parts.reduce((a, b) => ({
    runs: a.runs + b.runs,
    logged_models: a.logged_models + b.logged_models,
    experiments: a.experiments + b.experiments,
    staying_experiments: a.staying_experiments + b.staying_experiments,
    bytes: a.bytes + b.bytes,
    files: a.files + b.files,
    ...((a.partial || b.partial) && { partial: true }),
    ...((a.elsewhere || b.elsewhere) && { elsewhere: true }),
  }), none);
}

export const thingsOf = (p: Pick<Purge, 'runs' | 'logged_models' | 'experiments'>): number => p.runs + p.logged_models + p.experiments;

/** Asks again and again, until nothing is left, nothing more goes, or somebody stops it. Answers what has gone. */
export async function purgeAll(parts: readonly Which[], purge: (which: Which) => Promise<Purge & { left: number }>, tell: (gone: Purge) => void, stopped: () => boolean): Promise<Purge> {
  let gone = none;
  for (const which of parts) {
    let idle = 0;
    while (!stopped()) {
      const step = await purge(which);
      // How many stay is said of the whole each time, and adds up over the parts alone.
      gone = { ...sumOf([gone, step]), staying_experiments: gone.staying_experiments + (step.left === 0 ? step.staying_experiments : 0) };
      tell(gone);
      if (step.left === 0) break;
      // A run with very many rows goes in several steps: that none of them finishes one is no reason to stop soon.
      idle = thingsOf(step) === 0 ? idle + 1 : 0;
      if (idle > MOST_IDLE) break;
    }
  }
  return gone;
}
