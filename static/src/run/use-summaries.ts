// Summaries of the metrics that are shown: read once, then only what is added to them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { grid } from '../api/grid';
import type { Metric } from '../api/types';
import { lots } from '../compare/data';
import { BUCKETS, extended, nextRead, type Summary, summaryOf } from './summary';

/** Curves in one request. */
const LOT = 50;

interface Known { version: string; summary: Summary }

const versionOf = (m: Metric) => `${m.step} ${m.timestamp} ${m.value}`;

export function useSummaries(runId: string, metrics: readonly Metric[]): (key: string) => Summary | undefined {
  const known = useRef(new Map<string, Known>());
  const [, redraw] = useState(0);
  const open = metrics.filter(m => known.current.get(m.key)?.version !== versionOf(m));
  const question = open.map(m => `${m.key} ${versionOf(m)}`).join('\n');
  useEffect(() => {
    if (open.length === 0) return;
    const stop = new AbortController();
    const keep = (some: readonly Metric[], make: (m: Metric) => Summary | undefined) => {
      for (const m of some) {
        const summary = make(m);
        if (summary) known.current.set(m.key, { version: versionOf(m), summary });
      }
      redraw(n => n + 1);
    };
    const read = async () => {
      const whole = open.filter(m => nextRead(known.current.get(m.key)?.summary, m.step ?? 0) === 'whole');
      for (const some of lots(whole, LOT)) {
        const curves = new Map((await grid.series([runId], some.map(m => m.key), { buckets: BUCKETS }, stop.signal)).map(c => [c.key, c]));
        keep(some, m => curves.has(m.key) ? summaryOf(curves.get(m.key)!) : { points: 0, min: null, max: null, values: [], lastStep: m.step ?? 0, times: [] });
      }
      // Metrics that are logged together are asked for together.
      const tails = new Map<number, Metric[]>();
      for (const m of open.filter(o => !whole.includes(o))) {
        const last = known.current.get(m.key)!.summary.lastStep;
        tails.set(last, [...(tails.get(last) ?? []), m]);
      }
      for (const [last, group] of tails)
        for (const some of lots(group, LOT)) {
          const curves = new Map((await grid.series([runId], some.map(m => m.key), { buckets: BUCKETS, from: last + 1 }, stop.signal)).map(c => [c.key, c]));
          keep(some, m => (curves.has(m.key) ? extended(known.current.get(m.key)!.summary, curves.get(m.key)!) : known.current.get(m.key)!.summary));
        }
    };
    read().catch(() => undefined); // the cells stay empty; what the run says of itself is shown all the same
    return () => stop.abort();
  }, [runId, question]);
  return key => known.current.get(key)?.summary;
}
