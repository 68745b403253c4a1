// The curves of some metrics of some runs, as MLflow's links name them: large, and nothing else.
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { grid } from '../api/grid';
import { Board } from '../charts/board';
import { ChartControls } from '../charts/controls';
import { LINES } from '../charts/settings';
import { fetchHeads, searchOf } from '../compare/data';
import { count, t } from '../i18n';
import { usePoll } from '../state/clock';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Empty, Failure, Loading } from '../ui/parts';

/** The link names its runs: all of them are drawn, as many as can be. */
const MOST = LINES[LINES.length - 1]!;
/** What stands around a single chart, in pixels. */
const AROUND = 480;
const LEAST = 260;

export function MetricPage({ metrics, runIds }: { metrics: readonly string[]; runIds: readonly string[] }): JSX.Element {
  const ids = runIds.slice(0, MOST);
  const heads = useLoad(`metric ${ids.join(' ')}`, signal => fetchHeads(ids, signal));
  const keys = useLoad(`metric keys ${ids.join(' ')}`, signal => grid.keys(searchOf(ids), signal));
  const title = metrics.join(', ') || t('charts');
  useCrumbs([{ text: t('runs.all'), href: href.allRuns() }, { text: title, href: '' }]);
  const found = heads.data ?? [];
  usePoll(found.some(h => h.status === 'RUNNING'), 3000, async () => heads.reload());
  const runs = useMemo(() => found.map(h => ({ id: h.id, name: h.name, start: h.start ?? 0, href: href.run(h.experimentId, h.id), live: h.status === 'RUNNING' })), [heads.data]);
  // Every answer about runs that go on is a reason to look for more points.
  const answers = useRef(0);
  const version = useMemo(() => String(answers.current++), [heads.data]);
  return (
    <div class="page metric-page">
      <div class="page-head">
        <h1>{title}</h1>
        <div class="head-actions">
          {found.length > 0 && <a class="button" href={href.compare(ids)}><Icon name="diff" /> {t('compare.diff')}</a>}
        </div>
      </div>
      {heads.error !== null && <Failure error={heads.error} retry={heads.reload} />}
      {!heads.data && heads.error === null && <Loading />}
      {heads.data && found.length === 0 && <Empty title={t('compare.empty')}><p><a href={href.allRuns()}>{t('runs.all')}</a></p></Empty>}
      {found.length > 0 && (
        <section class="compare" aria-label={t('charts')}>
          <h2 class="sr-only">{t('charts')}</h2>
          <div class="compare-head">
            <span class="count" role="status">{t('charts.drawn', { n: count(runs.length), total: count(runIds.length) })}</span>
            <ChartControls prefix="" fallback="step" metrics={keys.data?.metrics.map(k => k.key) ?? []} runs={runs} counted={false} />
          </div>
          <Board runs={runs} metrics={metrics} versionOf={() => version} prefix="" fallback="step" plain height={metrics.length === 1 ? Math.max(LEAST, innerHeight - AROUND) : LEAST} />
        </section>
      )}
    </div>
  );
}
