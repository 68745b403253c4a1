// The curves of the runs of a table: those that are selected, or its first ones; never more than the reader asked for.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { columnOf } from '../grid/columns';
import { count, t } from '../i18n';
import { replace, route, withMembers } from '../state/router';
import { Board } from './board';
import { ChartControls } from './controls';
import { type DrawnRun, linesOf, settingsOf } from './settings';

interface Props {
  runs: readonly DrawnRun[];
  total: number;
  metrics: readonly string[];
  version: number;
  /** Ids of the table's columns, if there is a table. */
  columns?: readonly string[];
}

/** Every metric of the table at one step; what the table has of one metric already stands there once. */
export function columnsAt(ids: readonly string[], step: number): string[] {
  const at = ids.map(id => {
    const column = columnOf(id);
    return column?.group === 'metrics' ? `metrics.${column.key}@${step}` : id;
  });
  return [...new Set(at)];
}

/** The runs that are drawn, and the one they are held against. */
function withBaseline(runs: readonly DrawnRun[], minus: string): readonly DrawnRun[] {
  if (!minus || runs.some(r => r.id === minus)) return runs;
  return [...runs, { id: minus, name: minus.slice(0, 8), start: 0, href: `#/runs?filter=${encodeURIComponent(`attributes.run_id = '${minus}'`)}` }];
}

export function CompareCharts({ runs, total, metrics, version, columns }: Props): JSX.Element {
  const { query } = route.value;
  const { minus } = settingsOf(query);
  const most = linesOf(query);
  const drawn = useMemo(() => withBaseline(runs.slice(0, most), minus), [runs.slice(0, most).map(r => `${r.id} ${r.live}`).join(), minus]);
  const find = query.get('find') ?? '';
  return (
    <section class="compare" aria-label={t('charts')} data-testid="charts">
      <h2 class="sr-only">{t('charts')}</h2>
      <div class="compare-head">
        <input
          type="search" class="search small" aria-label={t('charts.search')} placeholder={t('charts.search')} title={t('charts.search.hint')} value={find}
          onInput={e => replace(withMembers({ find: e.currentTarget.value || null }))}
        />
        <span class="count" role="status">{t('charts.drawn', { n: count(drawn.length), total: count(total) })}</span>
        <ChartControls
          prefix="" fallback="step" metrics={metrics} runs={drawn}
          onColumns={columns && columns.some(id => id.startsWith('metrics.')) ? step => replace(withMembers({ cols: columnsAt(columns, step).join(',') })) : undefined}
        />
      </div>
      <Board runs={drawn} metrics={metrics} versionOf={() => String(version)} prefix="" fallback="step" />
    </section>
  );
}
