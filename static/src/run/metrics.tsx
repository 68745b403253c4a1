// What came out: the values, and their curves.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { numberOf } from '../api';
import type { Metric, Run, Tag } from '../api/types';
import { ChartControls, MetricCharts } from '../charts/metric-charts';
import { isMinimized } from '../compare/direction';
import { formatNumber, fullNumber } from '../format';
import { Spark } from '../grid/spark';
import { count, t, tn } from '../i18n';
import { linesInRun } from '../ui/first-lines';
import { Empty, Time } from '../ui/parts';
import { useFilter } from './filter';
import { Section } from './section';
import type { Extreme } from '../charts/curves';
import type { Summary } from './summary';
import type { Summaries } from './summaries';

/** One filter for the table and the curves. */
export function Metrics({ run, metrics, tags, summaries }: { run: Run; metrics: readonly Metric[]; tags: readonly Tag[] | undefined; summaries: Summaries }): JSX.Element {
  const { found, shown, hidden, field } = useFilter(metrics, m => m.key);
  return (
    <Section id="metrics" title={t('metrics')} n={metrics.length} controls={metrics.length > 0 && <>{field}<ChartControls prefix="" fallback="step" metrics={metrics.map(m => m.key)} /></>}>
      {metrics.length === 0 ? <Empty title={t('run.metrics.empty')} code={linesInRun(run.info.run_id, 'mlflow.log_metric("loss", 0.25, step=1)')} /> : (
        <>
          <MetricTable summaries={summaries} shown={shown} hidden={hidden} tags={tags} />
          <MetricCharts info={run.info} metrics={found} prefix="" fallback="step" />
        </>
      )}
    </Section>
  );
}

function showChart(key: string): void {
  const card = document.querySelector<HTMLElement>(`[data-metric="${CSS.escape(key)}"]`);
  card?.scrollIntoView({ block: 'center' });
  card?.animate([{ boxShadow: '0 0 0 3px var(--accent)' }, { boxShadow: 'none' }], { duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 1200 });
}

const ROW = 31;
/** Rows in sight at first. */
const FIRST = 8;
/** Rows beyond those in sight whose curves are read. */
const AHEAD = 6;

function MetricTable({ summaries, shown, hidden, tags }: { summaries: Summaries; shown: readonly Metric[]; hidden: number; tags: readonly Tag[] | undefined }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  // Curves are long: those of rows that nobody has come to are not read.
  const [reached, setReached] = useState(FIRST);
  useLayoutEffect(() => summaries.want(shown.slice(0, reached))); // before the charts do
  return (
    <>
      <div
        class="table-box metric-box" ref={box} tabIndex={0} role="region" aria-label={t('metrics.table')}
        onScroll={() => setReached(n => Math.max(n, Math.ceil((box.current!.scrollTop + box.current!.clientHeight) / ROW) + AHEAD))}
      >
        <table class="list metric-table" aria-label={t('metrics')} data-testid="metrics">
          <thead>
            <tr>
              <th scope="col">{t('key')}</th><th scope="col" class="number">{t('metrics.last')}</th><th scope="col" class="number">{t('chart.step')}</th>
              <th scope="col" class="number">{t('value.min')}</th><th scope="col" class="number">{t('value.max')}</th><th scope="col" class="number">{t('metrics.best.step')}</th>
              <th scope="col" class="number">{t('value.points')}</th><th scope="col">{t('metrics.curve')}</th><th scope="col">{t('metrics.time')}</th>
            </tr>
          </thead>
          <tbody>{shown.map(m => <MetricRow key={m.key} metric={m} summary={summaries.of(m.key)} minimized={isMinimized(m.key, tags)} />)}</tbody>
        </table>
      </div>
      {hidden > 0 && <p class="muted below-table">{tn('list.hidden', hidden)}</p>}
    </>
  );
}

function MetricRow({ metric: m, summary: s, minimized }: { metric: Metric; summary: Summary | undefined; minimized: boolean }): JSX.Element {
  const v = numberOf(m.value);
  const best = s && (minimized ? s.min : s.max);
  const varies = s?.min && s.max && s.min.value !== s.max.value;
  const end = (e: Extreme | null | undefined, isBest: boolean) => (
    <td class={`number ${isBest && varies ? 'best' : ''}`} title={e ? fullNumber(e.value) : undefined}>
      {isBest && varies && <span class="best-mark" title={t('compare.best')}><span aria-hidden="true">★</span><span class="sr-only">{t('compare.best')}</span></span>}
      {e ? formatNumber(e.value) : <span class="muted">{s ? '–' : ''}</span>}
    </td>
  );
  return (
    <tr data-key={m.key}>
      <th scope="row" title={m.key}><button type="button" class="link" title={t('metrics.show')} onClick={() => showChart(m.key)}>{m.key}</button></th>
      <td class="number" title={fullNumber(v)}>{formatNumber(v)}</td>
      <td class="number">{m.step ?? 0}</td>
      {end(s?.min, minimized)}
      {end(s?.max, !minimized)}
      <td class="number">{best?.step}</td>
      <td class="number">{s && count(s.points)}</td>
      <td><Spark values={s?.values} /></td>
      <td><Time ms={m.timestamp} /></td>
    </tr>
  );
}
