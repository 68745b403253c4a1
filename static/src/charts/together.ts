// Charts that ask at the same moment ask together, as long as it is for few curves: a run page is one request and not
// ten; of many runs each chart comes as soon as it can.
import { type CurveQuery, grid } from '../api/grid';
import { type Curve, readCurves } from './curves';

/** Curves of one request. */
const TOGETHER = 12;
/** How long one waits for others, in ms: less than anybody sees. */
const MOMENT = 15;

interface Waiter { metric: string; signal: AbortSignal; resolve: (curves: Curve[]) => void; reject: (error: unknown) => void }
type Asker = (runIds: readonly string[], keys: readonly string[], q: CurveQuery, signal: AbortSignal) => Promise<ArrayBuffer>;

function send(ask: Asker, runIds: readonly string[], q: CurveQuery, waiters: readonly Waiter[]): void {
  const stop = new AbortController();
  let left = waiters.length;
  for (const w of waiters)
    w.signal.addEventListener('abort', () => {
      w.reject(w.signal.reason);
      if (--left === 0) stop.abort();
    });
  ask(runIds, waiters.map(w => w.metric), q, stop.signal).then(
    bytes => {
      const curves = readCurves(bytes);
      waiters.forEach((w, i) => w.resolve(curves.filter(c => c.metric === i)));
    },
  ).catch((error: unknown) => {
    for (const w of waiters) w.reject(error);
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
        for (let at = 0; at < wanted.length; at += size) send(ask, runIds, q, wanted.slice(at, at + size));
      }, MOMENT);
    });
}

export const askCurves = together(grid.curves);
