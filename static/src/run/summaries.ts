// Summaries of the metrics that parts of the page want: read once for all of them, then only what is added.
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Metric } from '../api/types';
import { offerCurve } from '../charts/shared';
import { extended, nextRead, NOTHING, type Summary, summaryOf, summaryQuery } from './summary';

export interface Summaries {
  of: (key: string) => Summary | undefined;
  all: () => Summary[];
  want: (metrics: readonly Metric[]) => void;
}

const versionOf = (m: Metric) => `${m.step} ${m.timestamp} ${m.value}`;

function summariesOf(runId: string): Summaries & { stop: () => void } {
  const known = signal<ReadonlyMap<string, { version: string; summary: Summary }>>(new Map());
  const asked = new Map<string, string>();
  const turns = new Map<string, number>();
  let turn = 0;
  const gone = new AbortController();
  const read = async (m: Metric, version: string) => {
    const mine = ++turn;
    const old = known.peek().get(m.key)?.summary;
    const tail = nextRead(old, m.step ?? 0) === 'tail';
    const [curve] = await offerCurve(runId, m.key, version, summaryQuery(tail ? old!.lastStep : undefined), gone.signal);
    if (mine < (turns.get(m.key) ?? 0)) return; // a later answer was quicker
    turns.set(m.key, mine);
    const summary = tail ? (curve ? extended(old!, curve) : old!) : curve ? summaryOf(curve) : NOTHING;
    known.value = new Map(known.peek()).set(m.key, { version, summary });
  };
  return {
    of: key => known.value.get(key)?.summary,
    all: () => [...known.value.values()].map(k => k.summary),
    want(metrics) {
      for (const m of metrics) {
        const version = versionOf(m);
        if (asked.get(m.key) === version) continue;
        asked.set(m.key, version);
        // The cells stay empty if it fails; what the run says of itself is shown all the same.
        read(m, version).catch(() => asked.get(m.key) === version && asked.delete(m.key));
      }
    },
    stop: () => gone.abort(),
  };
}

export function useSummaries(runId: string): Summaries {
  const summaries = useMemo(() => summariesOf(runId), [runId]);
  useEffect(() => summaries.stop, [summaries]);
  return summaries;
}
