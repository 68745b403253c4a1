// What came out: the values, and their curves.
import type { JSX } from 'preact';
import { numberOf } from '../api';
import type { Metric, Run } from '../api/types';
import { ChartControls, MetricCharts } from '../charts/metric-charts';
import { formatNumber, fullNumber } from '../format';
import { t, tn } from '../i18n';
import { Empty, Time } from '../ui/parts';
import { useFilter } from './filter';
import { Section } from './section';

/** One filter for the table and the curves. */
export function Metrics({ run, metrics }: { run: Run; metrics: readonly Metric[] }): JSX.Element {
  const { found, shown, hidden, field } = useFilter(metrics, m => m.key);
  return (
    <Section id="metrics" title={t('metrics')} n={metrics.length} controls={metrics.length > 0 && <>{field}<ChartControls member="x" fallback="step" /></>}>
      {metrics.length === 0 ? <Empty title={t('run.metrics.empty')} code={'mlflow.log_metric("loss", 0.25, step=1)'} /> : (
        <>
          <MetricTable shown={shown} hidden={hidden} />
          <MetricCharts info={run.info} metrics={found} member="x" fallback="step" />
        </>
      )}
    </Section>
  );
}

function MetricTable({ shown, hidden }: { shown: readonly Metric[]; hidden: number }): JSX.Element {
  return (
    <>
      <div class="table-box metric-box">
        <table class="list metric-table" aria-label={t('metrics')} data-testid="metrics">
          <thead><tr><th scope="col">{t('key')}</th><th scope="col" class="number">{t('metrics.last')}</th><th scope="col" class="number">{t('chart.step')}</th><th scope="col">{t('metrics.time')}</th></tr></thead>
          <tbody>
            {shown.map(m => {
              const v = numberOf(m.value);
              return (
                <tr key={m.key}>
                  <th scope="row"><button type="button" class="link" onClick={() => document.querySelector(`[data-metric="${CSS.escape(m.key)}"]`)?.scrollIntoView({ block: 'center' })}>{m.key}</button></th>
                  <td class="number" title={fullNumber(v)}>{formatNumber(v)}</td>
                  <td class="number">{m.step ?? 0}</td>
                  <td><Time ms={m.timestamp} /></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {hidden > 0 && <p class="muted below-table">{tn('list.hidden', hidden)}</p>}
    </>
  );
}
