// The runs of one experiment.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, experiments, isAbort, messageOf, runs } from '../api';
import type { Experiment, Page, Run } from '../api/types';
import { ColumnPicker } from '../grid/column-picker';
import { andFilter, columnsOf, defaultColumns, keysOf, nextSort, orderBy, sortFromQuery, sortToQuery } from '../grid/columns';
import { RunsTable } from '../grid/runs-table';
import { count, t, tn } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { usePoll } from '../state/clock';
import { type Loaded, reloadSize, useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, href, replace, route, withMembers } from '../state/router';
import { readStored, store } from '../state/settings';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { Markdown } from '../ui/markdown';
import { Copy, Empty, Failure, IconButton, InlineEdit, Loading, serverUrl } from '../ui/parts';
import { DeleteExperiment, pythonLines, TagList, ViewSwitch } from './experiments';

const PAGE = 100;
/** A longer choice of columns is kept in this browser only: addresses are passed around in chats. */
const LONGEST_IN_ADDRESS = 1500;

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
      <RunList experimentId={experimentId} experiment={experiment.data} />
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

function RunList({ experimentId, experiment }: { experimentId: string; experiment: Experiment | undefined }): JSX.Element {
  const query = route.value.query;
  const filter = query.get('filter') ?? query.get('searchFilter') ?? '';
  const deleted = query.get('view') === 'deleted';
  const sort = sortFromQuery(query);
  const view = deleted ? 'DELETED_ONLY' as const : 'ACTIVE_ONLY' as const;
  const list: Loaded<Page<Run>> = useLoad<Page<Run>>(`runs ${experimentId} ${filter} ${deleted} ${sort.id} ${sort.descending}`, signal =>
    runs.search({ experimentIds: [experimentId], filter, orderBy: orderBy(sort), view, max: reloadSize(list, PAGE), signal }),
  );
  // While another sort or filter is fetched the old rows stay, dimmed: nothing jumps.
  const shown = useRef<Page<Run> | undefined>(undefined);
  if (list.data) shown.current = list.data;
  const page = list.data ?? shown.current;
  const items = page?.items ?? [];

  const [busy, setBusy] = useState(false);
  const [fresh, setFresh] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [picking, setPicking] = useState(false);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    setSelected(new Set());
    setFresh(0);
  }, [experimentId, filter, deleted]);

  const storeKey = `cairn.columns.${experimentId}`;
  const chosen = query.get('cols') ?? readStored(storeKey);
  const primary = experiment?.tags?.find(tag => tag.key === 'mlflow.experiment.primaryMetric.name')?.value ?? '';
  const keys = useMemo(() => keysOf(items), [items]);
  const ids = useMemo(() => (chosen === null ? ['info.duration', 'info.user_id', ...defaultColumns(items, primary)] : chosen.split(',')), [chosen, items, primary]);
  const columns = useMemo(() => columnsOf(ids), [ids.join(',')]);

  const choose = (next: string[] | null) => {
    store(storeKey, next && next.join(','));
    const text = next?.join(',') ?? null;
    replace(withMembers({ cols: text && text.length <= LONGEST_IN_ADDRESS ? text : null }));
  };

  const loadMore = async () => {
    if (!list.data?.next) return;
    setBusy(true);
    try {
      const next = await runs.search({ experimentIds: [experimentId], filter, orderBy: orderBy(sort), view, max: PAGE, pageToken: list.data.next });
      // A run that moved between two pages must not stand there twice.
      list.set(now => {
        const known = new Set(now.items.map(r => r.info.run_id));
        return { items: [...now.items, ...next.items.filter(r => !known.has(r.info.run_id))], next: next.next };
      });
    } catch (e) {
      if (!isAbort(e)) notify('error', messageOf(e));
    }
    setBusy(false);
  };

  const running = items.filter(r => r.info.status === 'RUNNING' || r.info.status === 'SCHEDULED').slice(0, 200);
  usePoll(list.data !== undefined && !deleted, running.length > 0 ? 4000 : 15_000, async signal => {
    if (running.length > 0) {
      const wanted = running.map(r => `'${r.info.run_id}'`).join(', ');
      const update = await runs.search({ experimentIds: [experimentId], filter: `attributes.run_id IN (${wanted})`, view: 'ALL', max: running.length, signal });
      const byId = new Map(update.items.map(r => [r.info.run_id, r]));
      list.set(now => ({ ...now, items: now.items.map(r => byId.get(r.info.run_id) ?? r) }));
    }
    const newest = Math.max(0, ...items.map(r => r.info.start_time ?? 0));
    const later = await runs.search({ experimentIds: [experimentId], filter: andFilter(filter, `attributes.start_time > ${newest}`), max: PAGE, signal });
    const known = new Set(items.map(r => r.info.run_id));
    setFresh(later.items.filter(r => !known.has(r.info.run_id)).length);
  });

  const reload = () => {
    setFresh(0);
    list.reload();
  };
  const badFilter = filter !== '' && list.error instanceof ApiError && list.error.status === 400;

  return (
    <>
      <div class="toolbar">
        <FilterBox value={filter} error={badFilter ? messageOf(list.error) : ''} onSubmit={text => go(withMembers({ filter: text, searchFilter: null }))} />
        <ViewSwitch deleted={deleted} active={t('runs.active')} gone={t('runs.trash')} />
        <button type="button" aria-expanded={picking} data-testid="columns" onClick={() => setPicking(!picking)}><Icon name="columns" /> {t('columns')}</button>
        <IconButton icon="refresh" label={t('refresh')} onClick={reload} />
        {page && list.error === null && (
          <span class="count" role="status" data-testid="count">{page.next ? tn('count.more', items.length) : tn('runs.count', items.length)}</span>
        )}
        {fresh > 0 && <button type="button" class="pill" onClick={reload}>{fresh >= PAGE ? t('runs.fresh.many', { n: count(PAGE) }) : tn('runs.fresh', fresh)}</button>}
      </div>
      {picking && <ColumnPicker keys={keys} chosen={ids} custom={chosen !== null} onChange={choose} onClose={() => setPicking(false)} />}
      {selected.size > 0 && (
        <div class="selection" role="region" aria-label={t('selection')}>
          <span>{tn('runs.selected', selected.size)}</span>
          {deleted ? (
            <button type="button" onClick={() => void bulk([...selected], runs.restore, 'runs.restored').then(done)}><Icon name="restore" /> {t('restore')}</button>
          ) : (
            <button type="button" class="danger-plain" onClick={() => setAsking(true)}><Icon name="trash" /> {t('delete')}</button>
          )}
          <button type="button" class="plain" onClick={() => setSelected(new Set())}>{t('runs.unselect')}</button>
        </div>
      )}
      {list.error !== null && !badFilter && <Failure error={list.error} retry={list.reload} />}
      {!page && list.loading && <Loading />}
      {items.length > 0 && (
        <RunsTable
          runs={items} columns={columns} sort={sort} stale={list.data === undefined} selected={selected} onSelect={setSelected}
          onSort={id => replace(withMembers({ sort: sortToQuery(nextSort(sort, id)), orderByKey: null, orderByAsc: null }))}
        />
      )}
      {page && items.length === 0 && !list.loading && list.error === null &&
        (filter ? <Empty title={t('runs.nomatch')} /> : deleted ? <Empty title={t('runs.trash.empty')} /> : <Empty title={t('runs.empty')} code={experiment ? pythonLines(experiment.name) : serverUrl()} />)}
      {list.data?.next && <p class="more"><button type="button" disabled={busy} onClick={() => void loadMore()}>{busy ? t('loading') : t('more')}</button></p>}
      {asking && (
        <Dialog
          title={tn('runs.delete.title', selected.size)} action={t('delete')} danger onClose={() => setAsking(false)}
          submit={async () => done(await bulk([...selected], runs.remove, 'runs.deleted'))}
        >
          <p>{t('runs.delete.text')}</p>
        </Dialog>
      )}
    </>
  );

  function done(failed: string[]): void {
    setSelected(new Set(failed));
    list.reload();
  }
}

/** Does one thing to many runs, a few at a time; says how many worked, and returns those that did not. */
async function bulk(ids: string[], one: (id: string) => Promise<unknown>, text: 'runs.deleted' | 'runs.restored'): Promise<string[]> {
  const left = [...ids];
  const failed: string[] = [];
  let reason = '';
  await Promise.all(
    Array.from({ length: Math.min(4, ids.length) }, async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        try {
          await one(id);
        } catch (e) {
          failed.push(id);
          reason = messageOf(e);
        }
      }
    }),
  );
  if (failed.length < ids.length) notify('done', tn(text, ids.length - failed.length));
  if (failed.length > 0) notify('error', tn('runs.failed', failed.length, { reason }));
  return failed;
}

function FilterBox({ value, error, onSubmit }: { value: string; error: string; onSubmit: (text: string) => void }): JSX.Element {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <form
      class="filter" role="search"
      onSubmit={e => {
        e.preventDefault();
        onSubmit(text.trim());
      }}
    >
      <Icon name="filter" />
      <input
        type="search" value={text} placeholder={t('runs.filter.hint')} aria-label={t('runs.filter')} aria-invalid={error !== ''} aria-describedby={error ? 'filter-error' : undefined}
        autocomplete="off" spellcheck={false}
        onInput={e => setText(e.currentTarget.value)}
        onKeyDown={e => e.isComposing && e.key === 'Enter' && e.preventDefault()}
      />
      <button type="submit" class="sr-only">{t('runs.filter.apply')}</button>
      {error && <p class="field-error" id="filter-error" role="alert">{error}</p>}
    </form>
  );
}
