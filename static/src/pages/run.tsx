// One run on one page: what it was given, what came out, its curves and its files.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { runSource } from '../artifacts/source';
import { type Around, messageOf, runs } from '../api';
import { grid } from '../api/grid';
import { ChartControls, MetricCharts } from '../charts/metric-charts';
import { byKey, isSystemMetric } from '../grid/columns';
import { t } from '../i18n';
import { usePoll } from '../state/clock';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { arrivals, href, route } from '../state/router';
import { lazy } from '../ui/lazy';
import { Near } from '../ui/near';
import { IconButton, Loading } from '../ui/parts';
import { Datasets } from '../run/datasets';
import { Head } from '../run/head';
import { Metrics } from '../run/metrics';
import { linksOf, Models } from '../run/models';
import { Nested } from '../run/nested';
import { nameOf } from '../run/names';
import { Notes } from '../run/notes';
import { Params } from '../run/params';
import { Section } from '../run/section';
import { useSummaries } from '../run/summaries';
import { Tags } from '../run/tags';
import { TimelineSection } from '../run/timeline-section';
import { Unknown } from './not-found';

export { TagSection } from '../run/tags';

const ArtifactBrowser = lazy(() => import('../artifacts/browser').then(m => m.ArtifactBrowser));

export function RunPage({ experimentId, runId }: { experimentId: string; runId: string }): JSX.Element {
  const around = useLoad(`run ${runId}`, signal => runs.around(runId, signal));
  const run = around.data?.run;
  const home = run?.info.experiment_id ?? experimentId;
  const title = run ? nameOf(run) : runId;
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: around.data?.experiment.name ?? home, href: href.runs(home) },
    { text: title, href: href.run(home, runId) },
  ]);
  const running = run?.info.status === 'RUNNING' || run?.info.status === 'SCHEDULED';
  // Whether it has moved is a small question: the run as a whole is read only then.
  const revision = useRef('');
  const shown = useRef(around);
  shown.current = around;
  usePoll(running, 2000, async signal => {
    const { changed } = await grid.changes({ experimentIds: [home], filter: `attributes.run_id = '${runId}'`, view: 'ALL' }, [runId], [revision.current], signal);
    if (changed.length === 0) return;
    const before = shown.current.data;
    const fresh = await runs.around(runId, signal);
    // Read again meanwhile, after a change of the reader's own: this answer may be of before it. The next turn asks again.
    if (shown.current.data !== before || shown.current.loading) return;
    revision.current = changed[0]!.revision;
    around.set(() => fresh);
  });

  if (around.error !== null && !around.data) return <Unknown title={t('run.unknown')} of={around} back={href.runs(experimentId)} text={t('run.back')} />;
  if (!around.data) return <div class="page"><h1>&nbsp;</h1><Loading /></div>;
  return <Content around={around.data} reload={around.reload} live={running} />;
}

function Content({ around, reload, live }: { around: Around; reload: () => void; live: boolean }): JSX.Element {
  const { run, experiment } = around;
  const r = route.value;
  const section = r.page === 'run' ? r.section : 'overview';
  const path = r.page === 'run' ? r.artifactPath : '';
  const [filesTurn, setFilesTurn] = useState(0); // files are not announced: read again when asked, and when the run ends
  const all = byKey(run.data?.metrics ?? []);
  const model = all.filter(m => !isSystemMetric(m.key));
  const system = all.filter(m => isSystemMetric(m.key));
  // The sub-pages of MLflow's addresses are sections here: whoever comes by such an address is brought to the section.
  const arrival = arrivals.value;
  const landed = useMemo(() => section, [arrival]);
  useEffect(() => {
    if (landed !== 'overview') document.getElementById(`section-${landed}`)?.scrollIntoView();
  }, [arrival]);
  const summaries = useSummaries(run.info.run_id);
  const deleted = run.info.lifecycle_stage === 'deleted';
  const sections: [string, string][] = [
    ['metrics', t('metrics')],
    ...(system.length > 0 ? [['system', t('run.system')] as [string, string]] : []),
    ['artifacts', t('artifacts')],
    ['params', t('params')],
    ['tags', t('tags')],
    ...(linksOf(run).length > 0 ? [['models', t('models.logged')] as [string, string]] : []),
    ...((run.inputs?.dataset_inputs ?? []).length > 0 ? [['datasets', t('run.datasets')] as [string, string]] : []),
    ['notes', t('notes')],
    ['timeline', t('timeline')],
  ];

  return (
    <div class="page run">
      <Head run={run} experiment={experiment} reload={reload} live={live} />
      {deleted && (
        <div class="banner" role="status">
          {t('run.gone')}
          <button type="button" onClick={() => void runs.restore(run.info.run_id).then(reload, (e: unknown) => notify('error', messageOf(e)))}>{t('restore')}</button>
        </div>
      )}
      <nav class="section-bar" aria-label={t('run.sections')}>
        {sections.map(([id, text]) => (
          <button
            key={id} type="button"
            onClick={() => {
              const target = document.getElementById(`section-${id}`);
              target?.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
              target?.focus({ preventScroll: true });
            }}
          >
            {text}
          </button>
        ))}
      </nav>
      <div class="run-columns">
        <div class="run-left">
          <Params run={run} />
          <Tags run={run} reload={reload} />
          <Models run={run} known={around.models} />
          <Datasets inputs={run.inputs?.dataset_inputs ?? []} />
          <Notes run={run} reload={reload} />
          <Nested run={run} tags={experiment.tags ?? []} parents={around.parents} hasChildren={around.has_children} />
          <TimelineSection run={run} live={live} summaries={summaries} />
        </div>
        <div class="run-right">
          <Metrics run={run} metrics={model} tags={experiment.tags} summaries={summaries} />
          {system.length > 0 && (
            <Section id="system" title={t('run.system')} n={system.length} controls={<ChartControls prefix="s" fallback="relative" metrics={[]} />}>
              <MetricCharts info={run.info} metrics={system} prefix="s" fallback="relative" />
            </Section>
          )}
          <Section
            id="artifacts" title={t('artifacts')} arrived={landed === 'artifacts'}
            controls={<IconButton icon="refresh" class="quiet" label={t('artifacts.refresh')} onClick={() => setFilesTurn(filesTurn + 1)} />}
          >
            <Near at={landed === 'artifacts'}><ArtifactBrowser key={`${filesTurn} ${run.info.status}`} source={runSource(run.info)} path={path} /></Near>
          </Section>
        </div>
      </div>
    </div>
  );
}
