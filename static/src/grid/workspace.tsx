// The runs of one experiment, of several or of all: what is asked for, the table, what can be done to it. All of the
// view is in the address.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, experiments } from '../api';
import { grid, type Keys, type Search } from '../api/grid';
import type { Experiment } from '../api/types';
import { linesOf } from '../charts/settings';
import { count as countText, t, tn } from '../i18n';
import { useKeys } from '../keys';
import { QueryBar } from '../query/bar';
import { useExperimentNames } from '../state/experiment-names';
import { withClause } from '../query/clauses';
import { useLoad } from '../state/load';
import { PARENT } from '../run/names';
import { rememberList } from '../run/neighbours';
import { go, href, replace, route, withMembers } from '../state/router';
import { readStored } from '../state/settings';
import { pythonLines } from '../ui/first-lines';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { ViewSwitch } from '../ui/lists';
import { Empty, Failure, IconButton, Loading } from '../ui/parts';
import { useArrival } from '../views/arrive';
import { SavedViews } from '../views/menu';
import { viewsOfTags } from '../views/saved';
import { type Column, columnsOf, orderBy } from './columns';
import { drawnRows } from './drawn';
import { groupKeys } from './groups';
import { useLive } from './live';
import { useSame } from './diff';
import { defaultColumns } from './rows';
import { RunsTable } from './runs-table';
import { isPicked, nothingPicked, type Picked, pickedCount, selectionOf } from './select';
import { SelectionBar } from './selection';
import { TakeAway } from './take-away';
import { useSteps } from './steps';
import { useHistograms } from './use-histograms';
import { useFirstRows, useNamedRows, useRunRows } from './use-rows';
import { Split } from './split';
import { treeByItself, viewOf } from './view';
import { columnActions, runActions, storeKeyOf, useChoice } from './view-actions';
import { firstShow, showNext, ShowSwitch } from './view-switch';
import { showOf } from './views';

const AtStep = lazy(() => import('./at-step').then(m => m.AtStep));
const ColumnPicker = lazy(() => import('./column-picker').then(m => m.ColumnPicker));
const GroupBar = lazy(() => import('./group-bar').then(m => m.GroupBar));
const Peek = lazy(() => import('./peek').then(m => m.Peek));
const GroupTable = lazy(() => import('./group-table').then(m => m.GroupTable));

interface Props {
  scope: readonly string[];
  experiment: Experiment | undefined;
  primary: string;
  /** The experiment has changed. */
  onExperiment?: () => void;
}

/** The runs of these experiments (none: of all), in the state that the address has or names. */
export function RunList(props: Props): JSX.Element {
  const experimentId = route.value.page === 'runs' ? route.value.experimentId : undefined;
  return useArrival(experimentId, props.experiment) ? <Loading /> : <Workspace {...props} experimentId={experimentId} />;
}

/** A table of any length, and what is shown beside it. */
function Workspace({ scope, experiment, primary, experimentId, onExperiment }: Props & { experimentId: string | undefined }): JSX.Element {
  const { query } = route.value;
  const first = firstShow(query);
  const view = viewOf(query, first);
  const { filter, deleted } = view;
  const search: Search = { experimentIds: scope, filter, view: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY' };
  const whole: Search = { ...search, filter: '' };
  const found = `${scope.join(',')} ${filter} ${deleted}`;

  const keys = useLoad(`keys ${found}`, signal => grid.keys(search, signal));
  const lastKeys = useRef<Keys | undefined>(undefined);
  if (keys.data) lastKeys.current = keys.data;
  const names = keys.data ?? lastKeys.current;
  const chosen = view.columns ?? readStored(storeKeyOf(scope))?.split(',') ?? null;
  const automatic = useMemo(() => defaultColumns(names, primary), [names, primary]);
  const ids = chosen ?? automatic;
  const columns = useMemo(() => columnsOf(ids), [ids.join(',')]);
  const choice = useChoice(scope);
  const steps = useSteps(storeKeyOf(scope));

  const show = showOf(view.show);
  const groups = groupKeys(view.group);
  const byItself = treeByItself(filter, view.sorts, scope.length);
  const treeWanted = view.tree ?? byItself;
  const nests = view.tree !== null || names?.tags.some(k => k.key === PARENT) === true;
  const tree = treeWanted && nests && show.table && groups.length === 0;

  // With the keys it is known which columns there are, and whether runs are parts of others; asking for rows before would
  // ask for them twice.
  const ready = names !== undefined || keys.error !== null || (chosen !== null && (view.tree !== null || !treeWanted));
  const rows = useRunRows(ready, search, found, view.sorts, columns, tree ? view.open : null);
  const total = rows.found;
  const everything = useLoad(`all of ${filter ? `${scope.join(',')} ${deleted}` : ''}`, signal => (filter ? grid.query(whole, { columns: [], offset: 0, limit: 0, total: true }, signal).then(a => a.total) : Promise.resolve(undefined)));

  const [picked, setPicked] = useState<Picked>(nothingPicked);
  const [picking, setPicking] = useState(false);
  const [grouping, setGrouping] = useState(false);
  const [asking, setAsking] = useState<Column | null>(null);
  useLayoutEffect(() => setPicked(nothingPicked), [found]); // not what is picked next
  const bar = useRef<{ write: (text: string) => void }>(null);

  // A link shows to others what it shows here; the view that an experiment opens with goes before a habit.
  const habit = view.show === 'split' && !query.has('show') && (experimentId === undefined || experiment !== undefined) && !([...query].length === 0 && viewsOfTags(experiment?.tags ?? []).standard);
  useEffect(() => {
    if (habit) replace(withMembers({ show: view.show }));
  }, [habit]);

  const several = scope.length !== 1;
  // The run page steps through the runs as this table has them.
  useEffect(() => {
    if (total === undefined || rows.stale) return;
    const at = (i: number) => {
      const row = rows.at(i);
      return row && { id: row.id, experimentId: row.experimentId };
    };
    rememberList({ search: tree ? null : { ...search, orderBy: orderBy(view.sorts) }, total: rows.total ?? 0, at });
  });
  // A page of rows mentions few experiments; a view of all runs may mention any.
  const any = several && (groups.length > 0 || !['table', 'split', 'charts'].includes(view.show));
  const everyName = useLoad(`experiment names ${any}`, signal => (any ? experiments.names(signal) : Promise.resolve(undefined)));
  const mentioned = useExperimentNames(several ? rows.loaded().map(r => r.experimentId) : []);
  const experimentNames = several ? (everyName.data ?? mentioned) : undefined;
  const { fresh, version } = useLive(rows, search, found, filter === '' && view.sorts.every(s => s.id === 'info.start_time'), keys.reload);

  const setFilter = (text: string) => text !== filter && go(withMembers({ filter: text, searchFilter: null, q: null }));
  const actions = { ...columnActions(view, ids, { choose: choice, setFilter, askStep: setAsking, write: text => bar.current?.write(text) }), pick: setPicked };
  const badFilter = filter !== '' && rows.error instanceof ApiError && rows.error.status === 400 ? rows.error : null;
  const count = pickedCount(picked, total ?? 0);
  const selection = selectionOf(picked, search);
  const same = useSame(view.diff, search, found, names, selection, count, columns);
  const seen = useMemo(() => (same.size > 0 ? columns.filter(c => !same.has(c.id)) : columns), [columns, same]);
  const done = (undone = false) => {
    if (!undone) setPicked(nothingPicked); // what was picked since stays picked
    rows.reload();
    keys.reload();
  };

  // The curves are those of the runs that are selected, or of the first ones; of those at the top and those asked for.
  const rowsAtHand = rows.loaded();
  const histograms = useHistograms(view.spread, search, found, seen, rowsAtHand, setFilter);
  const top = useNamedRows(view.top, search, columns, version);
  const asked = useNamedRows(view.eyes.eye, search, [], version);
  const most = linesOf(query);
  const foremost = useFirstRows(rows.spot !== null && show.view !== undefined, search, view.sorts, most, rows.found);
  const drawnRuns = drawnRows(top, asked, [...foremost, ...rowsAtHand], rowsAtHand.filter(r => isPicked(picked, r.id)), view.eyes, most);
  const drawn = drawnRuns.map(r => ({ id: r.id, name: r.name, start: r.start ?? 0, href: href.run(r.experimentId, r.id), live: r.status === 'RUNNING' }));
  const inCharts = new Set(drawnRuns.map(r => r.id));
  const ofRuns = runActions(view, inCharts, most);

  const turnTree = () => (nests ? replace(withMembers({ tree: byItself !== treeWanted ? null : treeWanted ? '0' : '1' })) : false);
  const diff = () => replace(withMembers({ diff: view.diff ? null : '1' }));
  useKeys([
    { keys: 'd', text: t('diff'), group: 'table', act: diff },
    { keys: 'h', text: t('tree'), group: 'table', act: turnTree },
    { keys: 's', text: t('keys.show'), group: 'table', act: () => showNext(view.show) },
    { keys: ['Mod+z', 'u'], text: t('keys.undo'), group: 'table', act: steps.undo },
    { keys: ['Mod+Shift+z', 'Mod+y'], text: t('keys.redo'), group: 'table', act: steps.redo },
  ]);

  useEffect(() => show.view?.fetch(), [show.view]);
  const table = show.table && (groups.length > 0 ? (
    <GroupTable
      search={search} found={found} keys={groups} columns={seen} sample={rowsAtHand} sorts={view.sorts} aggregate={view.aggregate} experiments={experimentNames ?? null} version={version}
      sort={id => (id ? actions.sort(id, false) : replace(withMembers({ sort: null })))}
      only={inner => go(withMembers({ group: null, filter: inner.filter, q: null, searchFilter: null, exp: scope.length === 1 ? null : inner.experimentIds.join(',') }))}
    />
  ) : (
    <RunsTable
      rows={rows} list={`${found} ${orderBy(view.sorts).join()} ${tree}`} columns={seen} pins={view.pins} widths={view.widths} marks={view.marks} keys={names} histograms={histograms} experiments={experimentNames ?? null}
      sorts={view.sorts} picked={picked} top={top} drawn={inCharts} eyes={view.eyes} peeked={view.peek} open={view.open} version={version} actions={{ ...actions, ...ofRuns }}
    />
  ));
  const shown = show.view && total !== undefined && (
    <show.view.Component
      search={search} found={found} total={total} keys={names} columns={seen} sorts={view.sorts} group={view.group} runs={drawn}
      selection={count > 0 ? selection : null} version={version} primary={primary} experiments={experimentNames} filter={filter} setFilter={setFilter}
    />
  );

  return (
    <>
      <QueryBar value={filter} scope={whole} keys={names} error={badFilter} onSubmit={setFilter} handle={bar} />
      <div class="toolbar">
        <ViewSwitch deleted={deleted} active={t('runs.active')} gone={t('runs.trash')} />
        <ShowSwitch shown={view.show} />
        <button type="button" aria-expanded={picking} data-testid="columns" onClick={() => setPicking(!picking)}><Icon name="columns" /> <span class="tool">{t('columns')}</span></button>
        <button type="button" aria-pressed={view.diff} title={t('diff.hint')} onClick={diff}><Icon name="diff" /> <span class="tool">{t('diff')}</span></button>
        {nests && show.table && groups.length === 0 && <button type="button" aria-pressed={tree} title={t('tree.hint')} data-testid="tree" onClick={turnTree}><Icon name="tree" /> <span class="tool">{t('tree')}</span></button>}
        <button type="button" aria-pressed={groups.length > 0} aria-expanded={grouping} data-testid="group" onClick={() => setGrouping(!grouping)}><Icon name="group" /> <span class="tool">{t('group')}</span></button>
        {total !== undefined && total > 0 && (
          <TakeAway
            search={search} sorts={view.sorts} columns={seen} keys={names} selection={count > 0 ? selection : { search, except: [] }} total={count > 0 ? count : total}
            name={experiment ? `runs-${experiment.experiment_id}` : 'runs'}
          />
        )}
        <SavedViews experimentId={experimentId} experiment={experiment} columns={chosen} onChange={() => onExperiment?.()} />
        <IconButton icon="refresh" label={t('refresh')} onClick={rows.reload} />
        {total !== undefined && rows.error === null && (
          <span class="counts">
            <span class="count" role="status" data-testid="count">{tn('runs.count', total)}</span>
            {filter && everything.data !== undefined && <span class="count">{t('runs.of', { total: countText(everything.data), ms: rows.took })}</span>}
          </span>
        )}
        {same.size > 0 && <span class="count" role="status">{tn('diff.hidden', same.size)}</span>}
        {fresh > 0 && <button type="button" class="pill" onClick={rows.reload}>{tn('runs.fresh', fresh)}</button>}
      </div>
      {(grouping || groups.length > 0) && (
        <GroupBar
          keys={names} chosen={groups} several={several} aggregate={view.aggregate}
          onChange={ids => replace(withMembers({ group: ids.join(',') }))} onAggregate={a => replace(withMembers({ agg: a === 'mean' ? null : a }))}
        />
      )}
      {picking && names && <ColumnPicker keys={names} chosen={ids} custom={chosen !== null} onChange={choice} onClose={() => setPicking(false)} />}
      {asking && <AtStep column={asking} onClose={() => setAsking(null)} onDone={step => actions.replace(asking.id, `metrics.${asking.key}@${step}`)} />}
      {count > 0 && <SelectionBar count={count} selection={selection} within={{ ...search, orderBy: orderBy(view.sorts) }} keys={names} deleted={deleted} onDone={done} onClear={() => setPicked(nothingPicked)} />}
      {rows.error !== null && !badFilter && <Failure error={rows.error} retry={rows.reload} />}
      {total === undefined && rows.error === null && <Loading />}
      {total !== undefined && total > 0 && (
        <div class="results">
          {table && shown ? <Split first={table} second={shown} /> : (table || shown)}
          {view.peek && (
            <Peek
              id={view.peek} drawn={inCharts.has(view.peek)} onTop={view.top.includes(view.peek)} version={version} onClose={() => ofRuns.peek(null)} onTopChange={() => ofRuns.top(view.peek)}
              onEye={row => ofRuns.eye(row)} onLook={ofRuns.peek} onChildren={clause => setFilter(withClause(filter, clause))}
            />
          )}
        </div>
      )}
      {total === 0 && !rows.stale && rows.error === null && <NoRuns filter={filter} deleted={deleted} experiment={experiment} />}
    </>
  );
}

function NoRuns({ filter, deleted, experiment }: { filter: string; deleted: boolean; experiment: Experiment | undefined }): JSX.Element {
  if (filter) return <Empty title={t('runs.nomatch')} />;
  if (deleted) return <Empty title={t('runs.trash.empty')} />;
  return <Empty title={t('runs.empty')} code={pythonLines(experiment?.name ?? 'my-experiment')} />;
}
