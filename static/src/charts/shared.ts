// Curves that one part of a page has asked for are there for its other parts: a table and the charts below it need the
// same ones, and ask for them once.
import type { CurveQuery } from '../api/grid';
import type { Curve } from './curves';
import { askCurves } from './together';

interface Offer { version: string; q: CurveQuery; curves: Promise<Curve[]> }

/** Of each curve the last answer; more of them than a page begins with are not kept. */
const MOST = 100;
const offers = new Map<string, Offer>();
const nameOf = (runId: string, metric: string) => JSON.stringify([runId, metric]);

/** Whether the answer to a question has all that another one asks for: as fine, or every point, over the same part of the same axis. */
export function answers(has: CurveQuery, wants: CurveQuery, everyPoint = false): boolean {
  const place = (q: CurveQuery) => JSON.stringify([q.x ?? 'step', q.x_key, q.from_step, q.to_step, q.from, q.to]);
  return place(has) === place(wants) && (everyPoint || has.buckets >= wants.buckets) && wants.columns.every(c => has.columns.includes(c)) && (has.extremes ?? false) >= (wants.extremes ?? false);
}

/** version: of what is known of the metric, so that an answer that is too old is not taken. */
export function offerCurve(runId: string, metric: string, version: string, q: CurveQuery, signal: AbortSignal): Promise<Curve[]> {
  const curves = askCurves([runId], metric, q, signal);
  const name = nameOf(runId, metric);
  const offer = { version, q, curves };
  offers.delete(name);
  offers.set(name, offer);
  if (offers.size > MOST) offers.delete(offers.keys().next().value!);
  curves.catch(() => offers.get(name) === offer && offers.delete(name));
  return curves;
}

export async function curvesOf(runIds: readonly string[], metric: string, version: string, q: CurveQuery, signal: AbortSignal): Promise<Curve[]> {
  const offer = runIds.length === 1 ? offers.get(nameOf(runIds[0]!, metric)) : undefined;
  if (!offer || offer.version !== version || !answers(offer.q, q, true)) return askCurves(runIds, metric, q, signal);
  const curves = await offer.curves.catch(() => null); // who asked may have gone away
  signal.throwIfAborted();
  return curves && answers(offer.q, q, curves.every(c => c.width === 0)) ? curves : askCurves(runIds, metric, q, signal);
}
