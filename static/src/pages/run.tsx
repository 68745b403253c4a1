// One run on one page: what it was given, what came out, its curves and its files.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ArtifactBrowser } from '../artifacts/browser';
import { runSource } from '../artifacts/source';
import { experiments, messageOf, numberOf, runs } from '../api';
import type { DatasetInput, Metric, Run } from '../api/types';
import { ChartControls, MetricCharts } from '../charts/metric-charts';
import { formatNumber, fullNumber } from '../format';
import { byKey, indexOf, isSystemMetric, isSystemTag, userOf } from '../grid/columns';
import { count, t, tn } from '../i18n';
import { usePoll } from '../state/clock';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { arrivals, href, route } from '../state/router';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { Markdown } from '../ui/markdown';
import { Copy, Duration, Empty, Failure, IconButton, InlineEdit, Loading, Status, Time } from '../ui/parts';

const NOTE = 'mlflow.note.content';

export function RunPage({ experimentId, runId }: { experimentId: string; runId: string }): JSX.Element {
  const run = useLoad(`run ${runId}`, signal => runs.get(runId, signal));
  const home = run.data?.info.experiment_id ?? experimentId;
  const experiment = useLoad(`experiment ${home}`, signal => experiments.get(home, signal));
  const title = run.data ? nameOf(run.data) : runId;
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: experiment.data?.name ?? home, href: href.runs(home) },
    { text: title, href: href.run(home, runId) },
  ]);
  const running = run.data?.info.status === 'RUNNING' || run.data?.info.status === 'SCHEDULED';
  usePoll(running, 3000, async signal => {
    const fresh = await runs.get(runId, signal);
    run.set(() => fresh);
  });

  if (run.error !== null && !run.data)
    return (
      <div class="page narrow">
        <h1>{t('run.unknown')}</h1>
        <Failure error={run.error} retry={run.reload} />
        <p><a href={href.runs(experimentId)}>{t('run.back')}</a></p>
      </div>
    );
  if (!run.data) return <div class="page"><h1>&nbsp;</h1><Loading /></div>;
  return <Content run={run.data} reload={run.reload} live={running} />;
}

const nameOf = (run: Run) => run.info.run_name || indexOf(run).tags.get('mlflow.runName') || run.info.run_id;

function Content({ run, reload, live }: { run: Run; reload: () => void; live: boolean }): JSX.Element {
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
  const deleted = run.info.lifecycle_stage === 'deleted';
  const sections: [string, string][] = [
    ['metrics', t('metrics')],
    ...(system.length > 0 ? [['system', t('run.system')] as [string, string]] : []),
    ['artifacts', t('artifacts')],
    ['params', t('params')],
    ['tags', t('tags')],
    ['notes', t('notes')],
  ];

  return (
    <div class="page run">
      <Head run={run} reload={reload} live={live} />
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
          <Datasets inputs={run.inputs?.dataset_inputs ?? []} />
          <Notes run={run} reload={reload} />
          <Family run={run} />
        </div>
        <div class="run-right">
          <Metrics run={run} metrics={model} />
          {system.length > 0 && (
            <Section id="system" title={t('run.system')} n={system.length} controls={<ChartControls member="sx" fallback="relative" />}>
              <MetricCharts info={run.info} metrics={system} member="sx" fallback="relative" />
            </Section>
          )}
          <Section
            id="artifacts" title={t('artifacts')} arrived={landed === 'artifacts'}
            controls={<IconButton icon="refresh" class="quiet" label={t('artifacts.refresh')} onClick={() => setFilesTurn(filesTurn + 1)} />}
          >
            <ArtifactBrowser key={`${filesTurn} ${run.info.status}`} source={runSource(run.info)} path={path} />
          </Section>
        </div>
      </div>
    </div>
  );
}

function Section(props: { id: string; title: string; n?: number; arrived?: boolean; controls?: ComponentChildren; children: ComponentChildren }): JSX.Element {
  return (
    <section class={`section ${props.arrived ? 'arrived' : ''}`} id={`section-${props.id}`} tabIndex={-1} aria-labelledby={`title-${props.id}`}>
      <div class="section-head">
        <h2 id={`title-${props.id}`}>{props.title}</h2>
        {props.n !== undefined && props.n > 0 && <span class="muted">{count(props.n)}</span>}
        <div class="section-controls">{props.controls}</div>
      </div>
      {props.children}
    </section>
  );
}

function Head({ run, reload, live }: { run: Run; reload: () => void; live: boolean }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const info = run.info;
  const tags = indexOf(run).tags;
  const name = nameOf(run);
  const deleted = info.lifecycle_stage === 'deleted';
  const source = tags.get('mlflow.source.name');
  const commit = tags.get('mlflow.source.git.commit');
  return (
    <>
      <div class="page-head">
        {editing ? (
          <InlineEdit
            value={name} label={t('runs.run_name')} onClose={() => setEditing(false)}
            save={async text => {
              await runs.update(info.run_id, { name: text });
              reload();
            }}
          />
        ) : (
          <h1 title={name}>{name}</h1>
        )}
        <Status status={info.status} text />
        {live && <span class="live" title={t('run.live.hint')}>{t('run.live')}</span>}
        {!deleted && !editing && <IconButton icon="edit" class="quiet" label={t('run.rename')} onClick={() => setEditing(true)} />}
        {!deleted && <IconButton icon="trash" class="quiet" label={t('run.delete')} onClick={() => setAsking(true)} />}
        <IconButton icon="refresh" class="quiet" label={t('refresh')} onClick={reload} />
      </div>
      <dl class="facts run-facts">
        <div><dt>{t('runs.run_id')}</dt><dd><code>{info.run_id}</code> <Copy text={info.run_id} label={t('copy.id')} /></dd></div>
        <div><dt>{t('runs.start_time')}</dt><dd><Time ms={info.start_time} /></dd></div>
        <div><dt>{t('runs.duration')}</dt><dd><Duration start={info.start_time} end={info.end_time} running={live} /></dd></div>
        <div><dt>{t('runs.user_id')}</dt><dd>{userOf(run)}</dd></div>
        {source && <div><dt>{t('runs.source')}</dt><dd title={source} class="ellipsis">{source.split('/').pop()}</dd></div>}
        {commit && <div><dt>{t('run.commit')}</dt><dd><code title={commit}>{commit.slice(0, 8)}</code> <Copy text={commit} /></dd></div>}
        <div><dt>{t('run.artifact_uri')}</dt><dd class="ellipsis"><code title={info.artifact_uri}>{info.artifact_uri}</code> <Copy text={info.artifact_uri ?? ''} /></dd></div>
      </dl>
      {asking && (
        <Dialog
          title={t('run.delete')} action={t('delete')} danger onClose={() => setAsking(false)}
          submit={async () => {
            await runs.remove(info.run_id);
            notify('done', tn('runs.deleted', 1));
            reload();
          }}
        >
          <p>{t('run.delete.text', { name })}</p>
        </Dialog>
      )}
    </>
  );
}

const FILTER_FROM = 12;
const ROWS = 200;

/** A list of keys and values that stays usable when it is long. */
function useFilter<T>(items: readonly T[], text: (item: T) => string): { found: T[]; shown: T[]; hidden: number; field: JSX.Element | null } {
  const [search, setSearch] = useState('');
  const found = search ? items.filter(i => text(i).toLowerCase().includes(search.toLowerCase())) : [...items];
  const field = items.length < FILTER_FROM ? null : (
    <input type="search" class="search small" aria-label={t('filter')} placeholder={t('filter')} value={search} onInput={e => setSearch(e.currentTarget.value)} />
  );
  return { found, shown: found.slice(0, ROWS), hidden: Math.max(0, found.length - ROWS), field };
}

function Params({ run }: { run: Run }): JSX.Element {
  const params = byKey(run.data?.params ?? []);
  const { shown, hidden, field } = useFilter(params, p => `${p.key} ${p.value ?? ''}`);
  return (
    <Section id="params" title={t('params')} n={params.length} controls={field}>
      {params.length === 0 ? <Empty title={t('run.params.empty')} code={'mlflow.log_param("lr", 0.01)'} /> : (
        <table class="list pairs" aria-label={t('params')}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>
            {shown.map(p => (
              <tr key={p.key}><th scope="row" title={p.key}>{p.key}</th><td><span class="value" title={p.value}>{p.value}</span><Copy text={p.value ?? ''} label={t('copy.value', { name: p.key })} /></td></tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p class="muted">{tn('list.hidden', hidden)}</p>}
    </Section>
  );
}

/** One filter for the table and the curves. */
function Metrics({ run, metrics }: { run: Run; metrics: readonly Metric[] }): JSX.Element {
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

function Tags({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const [system, setSystem] = useState(false);
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState('');
  const all = byKey(run.data?.tags ?? []);
  const wanted = all.filter(tag => tag.key !== NOTE && (system || !isSystemTag(tag.key)));
  const hiddenSystem = all.filter(tag => tag.key !== NOTE && isSystemTag(tag.key)).length;
  const { shown, hidden, field } = useFilter(wanted, tag => `${tag.key} ${tag.value ?? ''}`);
  const id = run.info.run_id;
  const active = run.info.lifecycle_stage !== 'deleted';
  const remove = async (key: string) => {
    try {
      await runs.deleteTag(id, key);
      notify('done', t('tags.deleted', { name: key }));
    } catch (e) {
      notify('error', messageOf(e));
    }
    reload();
  };
  return (
    <Section
      id="tags" title={t('tags')} n={wanted.length}
      controls={<>{field}{active && <button type="button" onClick={() => setAdding(true)}><Icon name="plus" /> {t('tags.add')}</button>}</>}
    >
      {wanted.length === 0 ? <p class="muted">{t('tags.empty')}</p> : (
        <table class="list pairs" aria-label={t('tags')}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>
            {shown.map(tag => (
              <tr key={tag.key}>
                <th scope="row" title={tag.key}>{tag.key}</th>
                <td>
                  {editing === tag.key ? (
                    <InlineEdit
                      value={tag.value ?? ''} label={t('tags.value', { name: tag.key })} onClose={() => setEditing('')}
                      save={async value => {
                        await runs.setTag(id, tag.key, value);
                        reload();
                      }}
                    />
                  ) : (
                    <>
                      <span class="value" title={tag.value}>{tag.value}</span>
                      <Copy text={tag.value ?? ''} label={t('copy.value', { name: tag.key })} />
                      {active && !isSystemTag(tag.key) && (
                        <>
                          <IconButton icon="edit" class="quiet" label={t('tags.edit', { name: tag.key })} onClick={() => setEditing(tag.key)} />
                          <IconButton icon="trash" class="quiet" label={t('tags.delete', { name: tag.key })} onClick={() => void remove(tag.key)} />
                        </>
                      )}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p class="muted">{tn('list.hidden', hidden)}</p>}
      {hiddenSystem > 0 && <p><button type="button" class="link" onClick={() => setSystem(!system)}>{system ? t('tags.system.hide') : tn('tags.system.show', hiddenSystem)}</button></p>}
      {adding && (
        <Dialog
          title={t('tags.add')} action={t('save')} onClose={() => setAdding(false)}
          submit={async form => {
            await runs.setTag(id, String(form.get('key')).trim(), String(form.get('value')));
            reload();
          }}
        >
          <label class="field">{t('key')}<input name="key" required maxLength={250} autocomplete="off" autofocus /></label>
          <label class="field">{t('value')}<input name="value" maxLength={8000} autocomplete="off" /></label>
        </Dialog>
      )}
    </Section>
  );
}

function Datasets({ inputs }: { inputs: readonly DatasetInput[] }): JSX.Element | null {
  if (inputs.length === 0) return null;
  return (
    <Section id="datasets" title={t('run.datasets')} n={inputs.length}>
      <ul class="plain-list">
        {inputs.map((input, i) => {
          const context = input.tags?.find(tag => tag.key === 'mlflow.data.context')?.value;
          return (
            <li key={i}>
              <b>{input.dataset?.name}</b> <code>{input.dataset?.digest}</code> {context && <span class="chip">{context}</span>}
              <div class="muted ellipsis" title={input.dataset?.source}>{input.dataset?.source_type} {input.dataset?.source}</div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Notes({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const text = indexOf(run).tags.get(NOTE) ?? '';
  const active = run.info.lifecycle_stage !== 'deleted';
  const save = async () => {
    try {
      await runs.setTag(run.info.run_id, NOTE, area.current!.value);
      setEditing(false);
      setError(null);
      reload();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Section id="notes" title={t('notes')} controls={active && !editing && <button type="button" onClick={() => setEditing(true)}><Icon name="edit" /> {t('edit')}</button>}>
      {editing ? (
        <div class="note-edit">
          <textarea ref={area} rows={10} aria-label={t('notes')} defaultValue={text} maxLength={8000} />
          {error !== null && <p class="field-error" role="alert">{messageOf(error)}</p>}
          <p class="muted">{t('notes.hint')}</p>
          <div class="dialog-buttons">
            <button type="button" class="plain" onClick={() => setEditing(false)}>{t('cancel')}</button>
            <button type="button" class="primary" onClick={() => void save()}>{t('save')}</button>
          </div>
        </div>
      ) : text ? (
        <Markdown text={text} />
      ) : (
        <p class="muted">{t('notes.empty')}</p>
      )}
    </Section>
  );
}

/** The run this one is a part of, and its own parts. */
function Family({ run }: { run: Run }): JSX.Element | null {
  const parentId = indexOf(run).tags.get('mlflow.parentRunId') ?? '';
  const id = run.info.run_id;
  const parent = useLoad<Run | null>(`parent ${parentId}`, async signal => (parentId ? runs.get(parentId, signal) : null));
  const children = useLoad(`children ${id}`, signal =>
    runs.search({ experimentIds: [run.info.experiment_id], filter: `tags.\`mlflow.parentRunId\` = '${id}'`, orderBy: ['attributes.start_time DESC'], max: 100, signal }),
  );
  const below = children.data?.items ?? [];
  if (!parentId && below.length === 0) return null;
  const link = (r: Run) => <><Status status={r.info.status} /> <a href={href.run(r.info.experiment_id, r.info.run_id)}>{nameOf(r)}</a></>;
  return (
    <Section id="family" title={t('run.family')} n={below.length}>
      {parentId && <p>{t('run.parent')} {parent.data ? link(parent.data) : <a href={href.run(run.info.experiment_id, parentId)}>{parentId}</a>}</p>}
      {below.length > 0 && <ul class="plain-list">{below.map(r => <li key={r.info.run_id}>{link(r)}</li>)}</ul>}
      {children.data?.next && <p class="muted">{t('run.children.more')}</p>}
    </Section>
  );
}
