// A logged model: what it was made with, how good it is, and its files.
import type { JSX } from 'preact';
import { experiments, numberOf, runs } from '../api';
import { type LoggedModel, loggedModels } from '../api/models';
import type { Run } from '../api/types';
import { ArtifactBrowser } from '../artifacts/browser';
import { modelSource } from '../artifacts/source';
import { formatNumber, fullNumber } from '../format';
import { byKey, isSystemTag } from '../grid/columns';
import { t } from '../i18n';
import { nameOf } from '../run/names';
import { Section } from '../run/section';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { ModelStatus } from '../ui/model-status';
import { Copy, Loading, Status, Time } from '../ui/parts';
import { Unknown } from './not-found';

export function ModelPage({ experimentId, modelId, path }: { experimentId: string; modelId: string; path: string }): JSX.Element {
  const model = useLoad(`model ${modelId}`, signal => loggedModels.get(modelId, signal));
  const info = model.data?.info;
  const home = info?.experiment_id ?? experimentId;
  // The run that made it knows the experiment, which is nearly always that of the model.
  const source = useLoad(`source of ${modelId} ${info?.source_run_id}`, async signal => (info?.source_run_id ? runs.around(info.source_run_id, signal).catch(() => null) : null));
  const sourceHome = source.data?.experiment.experiment_id === home ? source.data.experiment : null;
  const experiment = useLoad(`experiment ${info && !source.loading && !sourceHome ? home : ''}`, async signal => (info && !source.loading && !sourceHome ? experiments.get(home, signal) : null));
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: (sourceHome ?? experiment.data)?.name ?? home, href: href.runs(home) },
    { text: t('models.logged'), href: href.models(home) },
    { text: info?.name ?? modelId, href: href.model(home, modelId) },
  ]);
  if (model.error !== null && !model.data) return <Unknown title={t('model.unknown')} of={model} back={href.runs(experimentId)} text={t('run.back')} />;
  if (!model.data) return <div class="page"><h1>&nbsp;</h1><Loading /></div>;
  return <Content model={model.data} source={source.data?.run} path={path} />;
}

function Content({ model, source: made, path }: { model: LoggedModel; source: Run | undefined; path: string }): JSX.Element {
  const info = model.info;
  const source = modelSource(info, (file, query) => href.model(info.experiment_id, info.model_id, file, query));
  const tags = byKey(info.tags ?? []);
  const code = `mlflow.pyfunc.load_model("models:/${info.model_id}")`;
  return (
    <div class="page run">
      <div class="page-head">
        <h1 title={info.name}>{info.name ?? info.model_id}</h1>
        <ModelStatus status={info.status} />
        <div class="head-actions"><a class="button" href={source.archiveUrl([], 'zip')} download><Icon name="download" /> {t('artifacts.download')}</a></div>
      </div>
      <dl class="facts run-facts">
        <div><dt>{t('model.id')}</dt><dd><code>{info.model_id}</code> <Copy text={info.model_id} label={t('copy.id')} /></dd></div>
        {info.model_type && <div><dt>{t('model.type')}</dt><dd>{info.model_type}</dd></div>}
        {info.source_run_id && <div><dt>{t('model.source')}</dt><dd><SourceRun id={info.source_run_id} run={made} experimentId={info.experiment_id} /></dd></div>}
        <div><dt>{t('experiments.created')}</dt><dd><Time ms={info.creation_timestamp_ms} /></dd></div>
        <div><dt>{t('model.updated')}</dt><dd><Time ms={info.last_updated_timestamp_ms} /></dd></div>
        <div><dt>{t('model.load')}</dt><dd class="ellipsis"><code title={code}>{code}</code> <Copy text={code} label={t('copy.code')} /></dd></div>
      </dl>
      {info.status_message && <p class="banner">{info.status_message}</p>}
      <div class="run-columns">
        <div class="run-left">
          <Pairs id="params" title={t('params')} none={t('model.params.empty')} pairs={byKey(model.data?.params ?? [])} />
          <Pairs id="tags" title={t('tags')} none={t('tags.empty')} pairs={tags.filter(tag => !isSystemTag(tag.key))} />
        </div>
        <div class="run-right">
          <MetricList model={model} />
          <Section id="artifacts" title={t('artifacts')}><ArtifactBrowser source={source} path={path} /></Section>
        </div>
      </div>
    </div>
  );
}

function SourceRun({ id, run, experimentId }: { id: string; run: Run | undefined; experimentId: string }): JSX.Element {
  return <>{run && <Status status={run.info.status} />} <a href={href.run(run?.info.experiment_id ?? experimentId, id)}>{run ? nameOf(run) : id}</a></>;
}

function Pairs({ id, title, none, pairs }: { id: string; title: string; none: string; pairs: readonly { key: string; value?: string }[] }): JSX.Element {
  return (
    <Section id={id} title={title} n={pairs.length}>
      {pairs.length === 0 ? <p class="muted">{none}</p> : (
        <table class="list pairs" aria-label={title}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>{pairs.map(p => <tr key={p.key}><th scope="row" title={p.key}>{p.key}</th><td><span class="value" title={p.value}>{p.value}</span><Copy text={p.value ?? ''} label={t('copy.value', { name: p.key })} /></td></tr>)}</tbody>
        </table>
      )}
    </Section>
  );
}

/** A model may be measured by several runs, and on several data sets. */
function MetricList({ model }: { model: LoggedModel }): JSX.Element {
  const metrics = byKey(model.data?.metrics ?? []);
  return (
    <Section id="metrics" title={t('metrics')} n={metrics.length}>
      {metrics.length === 0 ? <p class="muted">{t('model.metrics.empty')}</p> : (
        <div class="table-box">
          <table class="list" aria-label={t('metrics')} data-testid="metrics">
            <thead><tr><th scope="col">{t('key')}</th><th scope="col" class="number">{t('value')}</th><th scope="col" class="number">{t('chart.step')}</th><th scope="col">{t('model.dataset')}</th><th scope="col">{t('model.run')}</th><th scope="col">{t('metrics.time')}</th></tr></thead>
            <tbody>
              {metrics.map((m, i) => (
                <tr key={i}>
                  <th scope="row">{m.key}</th>
                  <td class="number" title={fullNumber(numberOf(m.value))}>{formatNumber(numberOf(m.value))}</td>
                  <td class="number">{m.step ?? 0}</td>
                  <td title={m.dataset_digest}>{m.dataset_name ?? <span class="muted">–</span>}</td>
                  <td>{m.run_id ? <a href={href.run(model.info.experiment_id, m.run_id)}><code>{m.run_id.slice(0, 8)}</code></a> : <span class="muted">–</span>}</td>
                  <td><Time ms={m.timestamp} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
