// Home: what is running, what has just ended, and the experiments one works on.
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { numberOf } from '../api';
import type { ExperimentSummary } from '../api/summary';
import { formatNumber, fullNumber } from '../format';
import { Spark } from '../grid/spark';
import { type Going, heardOf, isStale, pinnedFirst, splitName } from '../home/activity';
import { RunCounts } from '../home/run-counts';
import { endedFilter, EXPERIMENTS, type Runs, runningFilter, useCurves, useHome } from '../home/use-home';
import { count, relative, t } from '../i18n';
import { filterOf } from '../query/free';
import { now } from '../state/clock';
import { useCrumbs } from '../state/crumbs';
import type { Loaded } from '../state/load';
import { useExperimentNames } from '../state/experiment-names';
import { pins, togglePin } from '../state/pins';
import { go, href } from '../state/router';
import { Icon } from '../ui/icons';
import { pythonLines } from '../ui/first-lines';
import { PathName } from '../ui/path-name';
import { Duration, Empty, Failure, IconButton, Loading, Status, Time } from '../ui/parts';

const examples = ['metrics.loss.min < 0.5', "params.optimizer = 'adam' AND age < 7d", "attributes.status = 'FAILED'"];
const filtered = (filter: string) => href.allRuns(new URLSearchParams({ filter }));

export function Home(): JSX.Element {
  useCrumbs([{ text: t('shell.home'), href: href.home() }]);
  const { running, ended, experiments } = useHome();
  const recent = new Map(experiments.data?.items.map(e => [e.id, e.name]));
  const ofRuns = [...(running.data?.rows ?? []), ...(ended.data?.rows ?? [])].map(r => r.experimentId);
  // The last experiments are known with their numbers; runs go on in others, too.
  const others = useExperimentNames(experiments.data ? ofRuns.filter(id => !recent.has(id)) : []);
  const names = new Map([...others, ...recent]);
  const nothing = experiments.data !== undefined && experiments.data.total <= 1 && experiments.data.items.every(e => e.runs === 0) && running.data?.total === 0;
  return (
    <div class="page home">
      <div class="page-head home-head">
        <h1>{t('shell.home')}</h1>
        <Search />
      </div>
      {nothing ? <Empty title={t('home.empty')} code={pythonLines('my-experiment')} /> : (
        <div class="home-columns">
          <div>
            <Strip id="running" title={t('home.running')} total={running.data?.total} all={filtered(runningFilter)} list={running}>
              {running.data && <RunningTable runs={running.data} names={names} />}
            </Strip>
            <Strip id="ended" title={t('home.ended')} total={ended.data?.total} all={filtered(endedFilter(now.value))} list={ended}>
              {ended.data && <EndedTable runs={ended.data} names={names} />}
            </Strip>
          </div>
          <Strip id="experiments" title={t('experiments.title')} total={experiments.data?.total} all={href.experiments()} list={experiments}>
            {experiments.data && <ExperimentTable list={experiments.data.items} />}
          </Strip>
        </div>
      )}
    </div>
  );
}

function Search(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  return (
    <form
      class="home-search" role="search"
      onSubmit={e => {
        e.preventDefault();
        const text = field.current!.value.trim();
        if (text) go(filtered(filterOf(text)));
      }}
    >
      <div class="filter query-line">
        <Icon name="search" />
        <input ref={field} aria-label={t('home.search')} placeholder={t('home.search')} autocomplete="off" spellcheck={false} />
      </div>
      <p class="home-examples"><span class="muted">{t('home.examples')}</span> {examples.map(e => <a key={e} href={filtered(e)}><code>{e}</code></a>)}</p>
    </form>
  );
}

function Strip({ id, title, total, all, list, children }: { id: string; title: string; total: number | undefined; all: string; list: Pick<Loaded<unknown>, 'data' | 'error' | 'reload'>; children: ComponentChildren }): JSX.Element {
  return (
    <section class="panel" aria-labelledby={`home-${id}`} data-testid={`home-${id}`}>
      <div class="panel-head">
        <h2 id={`home-${id}`}>{title}</h2>
        {total !== undefined && total > 0 && <a href={all} aria-label={t('home.all', { what: title, n: count(total) })}>{count(total)} <Icon name="right" /></a>}
      </div>
      {list.error !== null && <Failure error={list.error} retry={list.reload} />}
      {list.data === undefined && list.error === null && <Loading />}
      {children}
    </section>
  );
}

function RunName({ run, names }: { run: Going; names: ReadonlyMap<string, string> }): JSX.Element {
  const experiment = names.get(run.experimentId);
  return (
    <th scope="row" class="home-name">
      <span class="home-name-box">
        <a href={href.run(run.experimentId, run.id)} title={run.name}>{run.name}</a>
        <a class="muted" href={href.runs(run.experimentId)} title={experiment}>{experiment ?? t('home.experiment', { id: run.experimentId })}</a>
      </span>
    </th>
  );
}

function RunningTable({ runs, names }: { runs: Runs; names: ReadonlyMap<string, string> }): JSX.Element {
  const curves = useCurves(runs.rows);
  if (runs.rows.length === 0) return <p class="panel-empty muted">{t('home.running.none')}</p>;
  return (
    <table class="list home-list" aria-label={t('home.running')}>
      <thead class="sr-only"><tr>{[t('runs.status'), t('runs.run_name'), t('home.metric'), t('value.spark'), t('home.heard')].map(h => <th key={h} scope="col">{h}</th>)}</tr></thead>
      <tbody>
        {runs.rows.map(r => (
          <tr key={r.id}>
            <td class="status-col"><Status status={r.status} /></td>
            <RunName run={r} names={names} />
            <td class="number home-metric">{r.news && <><span class="muted">{r.news.metric_key}</span> <span title={fullNumber(numberOf(r.news.value))}>{formatNumber(numberOf(r.news.value))}</span></>}</td>
            <td class="home-spark">{r.news && <Spark values={curves.get(r.id)} />}</td>
            <td class="home-time"><Heard run={r} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Heard({ run }: { run: Going }): JSX.Element {
  const age = relative(heardOf(run), now.value);
  if (!isStale(run, now.value)) return <Time ms={heardOf(run)} />;
  return <span class="badge-stale" title={t('home.stale.hint', { age })}>{t('home.stale')} · {age}</span>;
}

function EndedTable({ runs, names }: { runs: Runs; names: ReadonlyMap<string, string> }): JSX.Element {
  if (runs.rows.length === 0) return <p class="panel-empty muted">{t('home.ended.none')}</p>;
  return (
    <table class="list home-list" aria-label={t('home.ended')}>
      <thead class="sr-only"><tr>{[t('runs.status'), t('runs.run_name'), t('runs.duration'), t('runs.end_time')].map(h => <th key={h} scope="col">{h}</th>)}</tr></thead>
      <tbody>
        {runs.rows.map(r => (
          <tr key={r.id}>
            <td class="status-col"><Status status={r.status} /></td>
            <RunName run={r} names={names} />
            <td class="number home-duration"><Duration start={r.start} end={r.end} running={false} /></td>
            <td class="home-time"><Time ms={r.end} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ExperimentTable({ list }: { list: readonly ExperimentSummary[] }): JSX.Element {
  const shown = pinnedFirst(list, pins.value, EXPERIMENTS);
  if (shown.length === 0) return <p class="panel-empty muted">{t('experiments.none')}</p>;
  return (
    <table class="list home-list" aria-label={t('experiments.title')}>
      <thead class="sr-only"><tr>{[t('home.pin'), t('experiments.name'), t('runs.title'), t('home.activity')].map(h => <th key={h} scope="col">{h}</th>)}</tr></thead>
      <tbody>
        {shown.map(e => {
          const [folder, own] = splitName(e.name);
          const pinned = pins.value.includes(e.id);
          return (
            <tr key={e.id}>
              <td class="home-pin"><IconButton icon="star" class={`quiet ${pinned ? 'pinned' : ''}`} pressed={pinned} label={t('home.pin.of', { name: e.name })} onClick={() => togglePin(e.id)} /></td>
              <th scope="row" class="home-name"><a href={href.runs(e.id)} title={e.name} aria-label={e.name}><PathName folder={folder} own={own} /></a></th>
              <td class="number"><RunCounts of={e} /></td>
              <td class="home-time"><Time ms={e.activity} /></td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
