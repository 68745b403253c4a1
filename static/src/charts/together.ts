// Charts that ask at the same moment ask together, as long as it is for few curves: a run page is one request and not
// ten; of many runs each chart comes as soon as it can. One chart alone asks for its runs in two halves, which the server
// reads side by side.
import { type CurveQuery, grid } from '../api/grid';
import { type Curve, readCurves } from './curves';

/** Curves of one request. */
const TOGETHER = 18;
/** Runs of a chart that is worth two requests. */
const HALVED = 4;
/** How long one waits for others, in ms: those that are shown at once ask at once. */
const MOMENT = 5;

interface Waiter { metric: string; signal: AbortSignal; resolve: (curves: Curve[]) => void; reject: (error: unknown) => void }
type Asker = (runIds: readonly string[], keys: readonly string[], q: CurveQuery, signal: AbortSignal) => Promise<ArrayBuffer>;

/** All points of several runs; what a run that goes on has got since is little. */
const isMuch = (runIds: readonly string[], q: CurveQuery) => runIds.length >= HALVED && (q.from_step === undefined || q.to_step !== undefined);

async function inParts(ask: Asker, parts: readonly (readonly string[])[], keys: readonly string[], q: CurveQuery, signal: AbortSignal): Promise<Curve[]> {
  const answers = await Promise.all(parts.map(ids => ask(ids, keys, q, signal)));
  let before = 0;
  return answers.flatMap((bytes, i) => {
    const first = before;
    before += parts[i]!.length;
    return readCurves(bytes).map(c => ({ ...c, run: first + c.run }));
  });
}

function send(ask: Asker, parts: readonly (readonly string[])[], q: CurveQuery, waiters: readonly Waiter[]): void {
  const stop = new AbortController();
  let left = waiters.length;
  for (const w of waiters)
    w.signal.addEventListener('abort', () => {
      w.reject(w.signal.reason);
      if (--left === 0) stop.abort();
    });
  inParts(ask, parts, waiters.map(w => w.metric), q, stop.signal).then(
    curves => waiters.forEach((w, i) => w.resolve(curves.filter(c => c.metric === i))),
  ).catch((error: unknown) => {
    for (const w of waiters) w.reject(error);
    stop.abort();
  });
}

/** Lets questions for the same runs wait for each other. */
export function together(ask: Asker): (runIds: readonly string[], metric: string, q: CurveQuery, signal: AbortSignal) => Promise<Curve[]> {
  const waiting = new Map<string, Waiter[]>();
  return (runIds, metric, q, signal) =>
    new Promise<Curve[]>((resolve, reject) => {
      const name = JSON.stringify([runIds, q]);
      const queue = waiting.get(name);
      const waiter = { metric, signal, resolve, reject };
      if (queue) {
        queue.push(waiter);
        return;
      }
      const fresh = [waiter];
      waiting.set(name, fresh);
      setTimeout(() => {
        waiting.delete(name);
        const wanted = fresh.filter(w => !w.signal.aborted);
        for (const w of fresh) if (w.signal.aborted) w.reject(w.signal.reason);
        const size = Math.max(1, Math.floor(TOGETHER / runIds.length));
        const half = Math.ceil(runIds.length / 2);
        const parts = wanted.length === 1 && isMuch(runIds, q) ? [runIds.slice(0, half), runIds.slice(half)] : [runIds];
        for (let at = 0; at < wanted.length; at += size) send(ask, parts, q, wanted.slice(at, at + size));
      }, MOMENT);
    });
}

export const askCurves = together(grid.curves);
