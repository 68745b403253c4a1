// The curves of the runs of a table: those that are selected, or its first ones; never more than can be told apart.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count, t } from '../i18n';
import { CompareCard, type DrawnRun } from './compare-card';
import { sectionsOf } from './many';
import { axisOf, ChartControls, isLog } from './metric-charts';

/** Cards that are made at once; each is fetched when it comes into view. */
const FIRST = 60;

export function CompareCharts({ runs, total, metrics, version }: { runs: readonly DrawnRun[]; total: number; metrics: readonly string[]; version: number }): JSX.Element {
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(FIRST);
  const axis = axisOf('x', 'step');
  const log = isLog('x');
  const found = useMemo(() => metrics.filter(key => key.toLowerCase().includes(search.toLowerCase())), [metrics, search]);
  const sections = sectionsOf(found.slice(0, shown));
  return (
    <section class="compare" aria-label={t('charts')} data-testid="charts">
      <h2 class="sr-only">{t('charts')}</h2>
      <div class="compare-head">
        <ChartControls member="x" fallback="step" />
        <input type="search" class="search small" aria-label={t('charts.search')} placeholder={t('charts.search')} value={search} onInput={e => setSearch(e.currentTarget.value)} />
        <span class="count" role="status">{t('charts.drawn', { n: count(runs.length), total: count(total) })}</span>
      </div>
      {found.length === 0 && <p class="muted">{t('charts.none')}</p>}
      {sections.map(([name, keys]) => (
        <div key={name}>
          {name && <h3 class="compare-section">{name}</h3>}
          <div class="chart-grid">
            {keys.map(key => <CompareCard key={key} runs={runs} metric={key} version={version} axis={axis} logY={log} />)}
          </div>
        </div>
      ))}
      {found.length > shown && <p class="more"><button type="button" onClick={() => setShown(shown + FIRST)}>{t('chart.more', { n: found.length - shown })}</button></p>}
    </section>
  );
}
