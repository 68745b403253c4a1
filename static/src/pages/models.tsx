// The logged models of an experiment: MLflow's tab of that name.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, experiments, messageOf } from '../api';
import { grid } from '../api/grid';
import { type LoggedModel, loggedModels } from '../api/models';
import { formatNumber, fullNumber } from '../format';
import { t, tn } from '../i18n';
import { lastOf, metricColumns, type ModelOrder, nextOrder, orderOf } from '../run/model-list';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, href, replace, route, withMembers } from '../state/router';
import { modelLines } from '../ui/first-lines';
import { Icon } from '../ui/icons';
import { ModelStatus } from '../ui/model-status';
import { Empty, Failure, IconButton, Loading, Reason, Time } from '../ui/parts';
import { Unknown } from './not-found';

const METRICS = 4;

export function ModelsPage({ experimentId }: { experimentId: string }): JSX.Element {
  const { query } = route.value;
  const filter = query.get('filter') ?? '';
  const order = orderOf(query.get('sort'));
  const experiment = useLoad(`experiment ${experimentId}`, signal => experiments.get(experimentId, signal));
  const name = experiment.data?.name ?? experimentId;
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: name, href: href.runs(experimentId) },
    { text: t('models.logged'), href: href.models(experimentId) },
  ]);
  const question = `models ${experimentId} ${order.field} ${order.ascending} ${filter}`;
  const first = useLoad(question, signal => loggedModels.search({ experimentId, filter, ...order }, signal));
  const [rest, setRest] = useState<{ of: unknown; models: LoggedModel[]; next: string }>({ of: null, models: [], next: '' });
  const [busy, setBusy] = useState(false);
  const more = rest.of === first.data ? rest : { models: [], next: first.data?.next ?? '' };
  const models = [...(first.data?.models ?? []), ...more.models];
  const loadMore = async () => {
    setBusy(true);
    try {
      const page = await loggedModels.search({ experimentId, filter, ...order, token: more.next });
      setRest({ of: first.data, models: [...more.models, ...page.models], next: page.next });
    } catch (e) {
      notify('error', messageOf(e));
    }
    setBusy(false);
  };
  const badFilter = filter !== '' && first.error instanceof ApiError && first.error.status === 400;
  if (experiment.error !== null) return <Unknown title={t('experiment.unknown')} of={experiment} back={href.experiments()} text={t('notfound.back')} />;
  return (
    <div class="page">
      <div class="page-head">
        <h1 title={name}>{t('models.of', { name })}</h1>
        <div class="head-actions"><a class="button" href={href.runs(experimentId)}><Icon name="runs" /> {t('runs.title')}</a></div>
      </div>
      <div class="toolbar">
        <Filter value={filter} error={badFilter ? first.error : null} />
        <IconButton icon="refresh" label={t('refresh')} onClick={first.reload} />
        {first.data && models.length > 0 && <span class="count" role="status" data-testid="count">{tn(more.next ? 'models.shown' : 'models.count', models.length)}</span>}
      </div>
      {first.error !== null && !badFilter && <Failure error={first.error} retry={first.reload} />}
      {!first.data && first.error === null && <Loading />}
      {first.data && models.length === 0 && (filter ? <Empty title={t('models.nomatch')} /> : <Empty title={t('models.none')} code={modelLines(name)} />)}
      {models.length > 0 && !badFilter && <Table models={models} order={order} experimentId={experimentId} />}
      {more.next && !badFilter && <div class="pages"><button type="button" disabled={busy} onClick={() => void loadMore()}>{t('models.more')}</button></div>}
    </div>
  );
}

function Filter({ value, error }: { value: string; error: unknown }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => void (field.current!.value = value), [value]);
  return (
    <form
      class="filter" role="search"
      onSubmit={e => {
        e.preventDefault();
        go(withMembers({ filter: field.current!.value.normalize('NFKC').trim() }));
      }}
    >
      <Icon name="filter" />
      <input ref={field} defaultValue={value} aria-label={t('models.filter')} placeholder="metrics.accuracy > 0.9 AND name LIKE 'net%'" autocomplete="off" spellcheck={false} aria-invalid={error !== null} aria-describedby={error !== null ? 'models-error' : undefined} />
      {error !== null && <p class="field-error" id="models-error" role="alert"><Reason error={error} heading={t('error.filter')} /></p>}
    </form>
  );
}

/** The names of the runs that made them, in one request. */
function useRunNames(models: readonly LoggedModel[]): ReadonlyMap<string, string> {
  const ids = [...new Set(models.flatMap(m => m.info.source_run_id ?? []))].slice(0, 500).sort();
  const load = useLoad(`names of runs ${ids.join()}`, async signal => {
    if (ids.length === 0) return new Map<string, string>();
    const list = ids.map(id => `'${id.replace(/[^\w-]/g, '')}'`).join(', ');
    const page = await grid.query({ experimentIds: [], filter: `attributes.run_id IN (${list})`, view: 'ALL' }, { columns: [], offset: 0, limit: ids.length }, signal);
    return new Map(page.run_id.map((id, i) => [id, page.run_name[i] || id]));
  });
  const last = useRef<ReadonlyMap<string, string>>(new Map());
  if (load.data) last.current = load.data;
  return last.current;
}

function Table({ models, order, experimentId }: { models: readonly LoggedModel[]; order: ModelOrder; experimentId: string }): JSX.Element {
  const keys = metricColumns(models, METRICS);
  const runNames = useRunNames(models);
  const head = (field: string, text: string, cls?: string) => (
    <th scope="col" class={cls} aria-sort={order.field === field ? (order.ascending ? 'ascending' : 'descending') : 'none'}>
      <button type="button" class="sort" title={text} onClick={() => replace(withMembers({ sort: nextOrder(order, field) }))}>{text}{order.field === field && <span aria-hidden="true">{order.ascending ? ' ↑' : ' ↓'}</span>}</button>
    </th>
  );
  return (
    <div class="table-box">
      <table class="list models" aria-label={t('models.logged')} data-testid="models">
        <thead>
          <tr>
            {head('name', t('models.name'))}
            <th scope="col">{t('runs.status')}</th>
            <th scope="col">{t('model.type')}</th>
            {keys.map(key => head(`metrics.${key}`, key, 'number'))}
            {head('creation_timestamp', t('experiments.created'))}
            <th scope="col">{t('model.source')}</th>
          </tr>
        </thead>
        <tbody>
          {models.map(m => (
            <tr key={m.info.model_id}>
              <th scope="row" class="name"><a href={href.model(m.info.experiment_id || experimentId, m.info.model_id)} title={m.info.model_id}>{m.info.name ?? m.info.model_id}</a></th>
              <td><ModelStatus status={m.info.status} /></td>
              <td>{m.info.model_type ?? ''}</td>
              {keys.map(key => {
                const last = lastOf(m, key);
                return <td key={key} class="number" title={last ? fullNumber(last.value) : undefined}>{last ? formatNumber(last.value) : <span class="muted">–</span>}{last && last.of > 1 && <span class="muted"> ({last.of})</span>}</td>;
              })}
              <td><Time ms={m.info.creation_timestamp_ms} /></td>
              <td class="text">{m.info.source_run_id && <a href={href.run(m.info.experiment_id || experimentId, m.info.source_run_id)} title={m.info.source_run_id}>{runNames.get(m.info.source_run_id) ?? m.info.source_run_id}</a>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
