// Runs: of one experiment, of several, of all.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, experiments, messageOf } from '../api';
import { grid, type Keys, type Search, type Selection } from '../api/grid';
import type { Experiment } from '../api/types';
import { CompareCharts } from '../charts/compare';
import { MOST_RUNS } from '../charts/many';
import { ColumnPicker, namesOf } from '../grid/column-picker';
import { columnsOf, nextSort, orderBy, sortFromQuery, sortToQuery } from '../grid/columns';
import { defaultColumns, type Row, rowsOf, specsOf } from '../grid/rows';
import { isPicked, nothingPicked, type Picked, pickedCount, RunsTable } from '../grid/runs-table';
import { SelectionBar } from '../grid/selection';
import { count as countText, t, tn } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { usePoll } from '../state/clock';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, href, replace, route, withMembers } from '../state/router';
import { PAGE, useRows } from '../state/rows';
import { readStored, store } from '../state/settings';
import { QueryBar } from '../query/bar';
import { Icon } from '../ui/icons';
import { Markdown } from '../ui/markdown';
import { Copy, Empty, Failure, IconButton, InlineEdit, Loading } from '../ui/parts';
import { DeleteExperiment, pythonLines, TagList, ViewSwitch } from './experiments';

/** A longer choice of columns is kept in this browser only: addresses are passed around in chats. */
const LONGEST_IN_ADDRESS = 1500;
/** How often a table that moves is looked at for new metrics, in ms. */
const KEYS_EVERY = 5000;

export function Runs({ experimentId }: { experimentId: string }): JSX.Element {
  const experiment = useLoad(`experiment ${experimentId}`, signal => experiments.get(experimentId, signal));
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: experiment.data?.name ?? experimentId, href: href.runs(experimentId) },
  ]);
  if (experiment.error !== null)
    return (
      <div class="page narrow">
        <h1>{t('experiment.unknown')}</h1>
        <Failure error={experiment.error} retry={experiment.reload} />
        <p><a href={href.experiments()}>{t('notfound.back')}</a></p>
      </div>
    );
  return (
    <div class="page fill">
      {experiment.data ? <Head experiment={experiment.data} onChange={experiment.reload} /> : <h1>&nbsp;</h1>}
      <RunList
        scope={[experimentId]} experiment={experiment.data}
        primary={experiment.data?.tags?.find(tag => tag.key === 'mlflow.experiment.primaryMetric.name')?.value ?? ''}
      />
    </div>
  );
}

/** Runs of several experiments, or of all: an experiment is a filter like others. */
export function AllRuns(): JSX.Element {
  const scope = (route.value.query.get('exp') ?? '').split(',').filter(id => /^\d+$/.test(id));
  useCrumbs([{ text: t('runs.all'), href: href.allRuns() }]);
  return (
    <div class="page fill">
      <div class="page-head"><h1>{t(scope.length > 0 ? 'runs.some' : 'runs.all')}</h1></div>
      <RunList scope={scope} experiment={undefined} primary="" />
    </div>
  );
}

function Head({ experiment, onChange }: { experiment: Experiment; onChange: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const gone = experiment.lifecycle_stage === 'deleted';
  const note = experiment.tags?.find(tag => tag.key === 'mlflow.note.content')?.value ?? '';
  return (
    <>
      <div class="page-head">
        {editing ? (
          <InlineEdit
            value={experiment.name} label={t('experiments.name')} onClose={() => setEditing(false)}
            save={async name => {
              await experiments.rename(experiment.experiment_id, name);
              onChange();
            }}
          />
        ) : (
          <h1 title={experiment.name}>{experiment.name}</h1>
        )}
        {!gone && !editing && <IconButton icon="edit" class="quiet" label={t('experiments.rename', { name: experiment.name })} onClick={() => setEditing(true)} />}
        {!gone && <IconButton icon="trash" class="quiet" label={t('experiments.delete', { name: experiment.name })} onClick={() => setAsking(true)} />}
      </div>
      <div class="facts">
        <span><span class="muted">{t('experiments.id')}</span> <code>{experiment.experiment_id}</code> <Copy text={experiment.experiment_id} label={t('copy.id')} /></span>
        <span class="wide-only"><span class="muted">{t('experiments.location')}</span> <code>{experiment.artifact_location}</code> <Copy text={experiment.artifact_location ?? ''} /></span>
        <TagList tags={experiment.tags} />
      </div>
      {gone && (
        <div class="banner" role="status">
          {t('experiments.gone')}
          <button type="button" onClick={() => void experiments.restore(experiment.experiment_id).then(onChange, (e: unknown) => notify('error', messageOf(e)))}>{t('restore')}</button>
        </div>
      )}
      {note && <details class="note"><summary>{t('notes')}</summary><Markdown text={note} /></details>}
      {asking && <DeleteExperiment experiment={experiment} onClose={() => setAsking(false)} onDone={() => go(href.experiments())} />}
    </>
  );
}

/** The runs of these experiments (none: of all), as a table of any length. */
function RunList({ scope, experiment, primary }: { scope: readonly string[]; experiment: Experiment | undefined; primary: string }): JSX.Element {
  const query = route.value.query;
  const filter = query.get('filter') ?? query.get('searchFilter') ?? query.get('q') ?? '';
  const deleted = query.get('view') === 'deleted';
  const sort = sortFromQuery(query);
  const search: Search = { experimentIds: scope, filter, view: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY' };
  const whole: Search = { experimentIds: scope, filter: '', view: search.view };
  const setFilter = (text: string) => text !== filter && go(withMembers({ filter: text, searchFilter: null, q: null }));
  const found = `${scope.join(',')} ${filter} ${deleted}`;

  const keys = useLoad(`keys ${found}`, signal => grid.keys(search, signal));
  const lastKeys = useRef<Keys | undefined>(undefined);
  if (keys.data) lastKeys.current = keys.data;
  const names = keys.data ?? lastKeys.current;
  const storeKey = `cairn.columns.${scope.join(',') || 'all'}`;
  const chosen = query.get('cols') ?? readStored(storeKey);
  const ids = useMemo(() => (chosen === null ? ['info.duration', 'info.user_id', ...(names ? defaultColumns(names, primary) : [])] : chosen.split(',')), [chosen, names, primary]);
  const columns = useMemo(() => columnsOf(ids), [ids.join(',')]);
  const choose = (next: string[] | null) => {
    store(storeKey, next && next.join(','));
    const text = next?.join(',') ?? null;
    replace(withMembers({ cols: text && text.length <= LONGEST_IN_ADDRESS ? text : null }));
  };

  const took = useRef(0);
  const everything = useLoad(`all of ${filter ? `${scope.join(',')} ${deleted}` : ''}`, signal => (filter ? grid.query(whole, { columns: [], offset: 0, limit: 0, total: true }, signal).then(a => a.total) : Promise.resolve(undefined)));
  // The columns are known with the keys; asking for rows before would ask for them twice.
  const ready = chosen !== null || names !== undefined || keys.error !== null;
  const rows = useRows<Row>(ready ? `${found} ${sort.id} ${sort.descending} ${columns.map(c => c.id).join(',')}` : '', async (page, total, signal) => {
    if (!ready) return { rows: [] };
    const asked = performance.now();
    const answer = await grid.query({ ...search, orderBy: orderBy(sort) }, { columns: specsOf(columns), offset: page * PAGE, limit: PAGE, total }, signal);
    if (total) took.current = Math.round(performance.now() - asked);
    return answer.total === undefined ? { rows: rowsOf(answer, columns) } : { total: answer.total, rows: rowsOf(answer, columns) };
  });
  const total = rows.total;

  const [picked, setPicked] = useState<Picked>(nothingPicked);
  const [picking, setPicking] = useState(false);
  useEffect(() => setPicked(nothingPicked), [found]);

  const several = scope.length !== 1;
  const experimentNames = useLoad(`experiment names ${several}`, signal => (several ? experiments.names(signal) : Promise.resolve(new Map<string, string>())));

  const [fresh, setFresh] = useState(0);
  useEffect(() => setFresh(0), [found, total]);
  const revisions = useRef(new Map<string, string>());
  const keysAsked = useRef(0);
  const [version, setVersion] = useState(0); // goes up when runs have moved on
  const live = rows.loaded().some(r => r.status === 'RUNNING');
  usePoll(total !== undefined && !rows.stale && !deleted, live ? 2000 : 10_000, async signal => {
    const shown = rows.loaded().map(r => r.id).slice(0, 500);
    const known = shown.map(id => revisions.current.get(id) ?? '');
    const answer = await grid.changes(search, shown, known, signal);
    // Of a run that is going on, what was seen before the first answer may be old already.
    const running = new Set(rows.loaded().filter(r => r.status === 'RUNNING').map(r => r.id));
    const moved = answer.changed.some(c => revisions.current.has(c.run_id) || running.has(c.run_id));
    for (const c of answer.changed) revisions.current.set(c.run_id, c.revision);
    if (moved) {
      rows.reload();
      setVersion(n => n + 1);
      if (Date.now() - keysAsked.current > KEYS_EVERY) {
        keysAsked.current = Date.now();
        keys.reload();
      }
    } else setFresh(Math.max(0, answer.total - (total ?? 0)));
  });

  // The curves are those of the runs that are selected, or of the first ones.
  const charts = query.get('show') === 'charts';
  const rowsAtHand = rows.loaded();
  const some = rowsAtHand.filter(r => isPicked(picked, r.id));
  const drawn = (some.length > 0 ? some : rowsAtHand).slice(0, MOST_RUNS).map(r => ({ id: r.id, name: r.name, start: r.start ?? 0, href: href.run(r.experimentId, r.id) }));

  const badFilter = filter !== '' && rows.error instanceof ApiError && rows.error.status === 400;
  const count = pickedCount(picked, total ?? 0);
  const selection: Selection = picked.all ? { search, except: [...picked.ids] } : { run_ids: [...picked.ids] };
  const done = () => {
    setPicked(nothingPicked);
    rows.reload();
    keys.reload();
  };

  return (
    <>
      <div class="toolbar">
        <QueryBar value={filter} scope={whole} keys={names} error={badFilter ? messageOf(rows.error) : ''} onSubmit={setFilter} />
        <ViewSwitch deleted={deleted} active={t('runs.active')} gone={t('runs.trash')} />
        <div class="segmented" role="group" aria-label={t('view')}>
          <button type="button" aria-pressed={!charts} onClick={() => replace(withMembers({ show: null }))}>{t('table')}</button>
          <button type="button" aria-pressed={charts} onClick={() => replace(withMembers({ show: 'charts' }))}>{t('charts')}</button>
        </div>
        <button type="button" aria-expanded={picking} data-testid="columns" onClick={() => setPicking(!picking)}><Icon name="columns" /> {t('columns')}</button>
        <IconButton icon="refresh" label={t('refresh')} onClick={rows.reload} />
        {total !== undefined && rows.error === null && <span class="count" role="status" data-testid="count">{tn('runs.count', total)}</span>}
        {total !== undefined && rows.error === null && filter && everything.data !== undefined && <span class="count">{t('runs.of', { total: countText(everything.data), ms: took.current })}</span>}
        {fresh > 0 && <button type="button" class="pill" onClick={rows.reload}>{tn('runs.fresh', fresh)}</button>}
      </div>
      {picking && names && <ColumnPicker keys={namesOf(names)} chosen={ids} custom={chosen !== null} onChange={choose} onClose={() => setPicking(false)} />}
      {count > 0 && <SelectionBar count={count} selection={selection} deleted={deleted} onDone={done} onClear={() => setPicked(nothingPicked)} />}
      {rows.error !== null && !badFilter && <Failure error={rows.error} retry={rows.reload} />}
      {total === undefined && rows.error === null && <Loading />}
      {total !== undefined && total > 0 && charts && <CompareCharts runs={drawn} total={total} metrics={names?.metrics.map(k => k.key) ?? []} version={version} />}
      {total !== undefined && total > 0 && (
        <RunsTable
          rows={rows} columns={columns} experiments={several ? (experimentNames.data ?? new Map()) : null} sort={sort} picked={picked} onPick={setPicked}
          onSort={id => replace(withMembers({ sort: sortToQuery(nextSort(sort, id)), orderByKey: null, orderByAsc: null }))}
        />
      )}
      {total === 0 && !rows.stale && rows.error === null &&
        (filter ? <Empty title={t('runs.nomatch')} /> : deleted ? <Empty title={t('runs.trash.empty')} /> : <Empty title={t('runs.empty')} code={experiment ? pythonLines(experiment.name) : pythonLines('my-experiment')} />)}
    </>
  );
}
