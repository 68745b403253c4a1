// The experiments: their folders, and the list of one.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type ExperimentSummary, summary } from '../api/summary';
import { foldersOf, listOf, type SortKey, sortKeys } from '../experiments/folders';
import { CreateExperiment, removeExperiments, restoreExperiments, TagExperiments } from '../experiments/parts';
import { ExperimentTable } from '../experiments/table';
import { FolderTree } from '../experiments/tree';
import { language, t, tn } from '../i18n';
import { useKeys } from '../keys';
import { usePoll } from '../state/clock';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { go, href, replace, route, withMembers } from '../state/router';
import { pythonLines } from '../ui/first-lines';
import { Icon } from '../ui/icons';
import { SearchField, ViewSwitch } from '../ui/lists';
import { Empty, Failure, IconButton, Loading } from '../ui/parts';

/** The server gives no more in one answer. */
const MOST = 20_000;
/** Experiments that an address can name. */
const MOST_OPENED = 200;

export function Experiments(): JSX.Element {
  const query = route.value.query;
  const search = query.get('search') ?? '';
  const folder = query.get('folder') ?? '';
  const deleted = query.get('view') === 'deleted';
  const sort: SortKey = sortKeys.find(k => k === query.get('sort')) ?? 'activity';
  const descending = query.has('sort') ? query.get('dir') !== 'asc' : true;
  useCrumbs([{ text: t('experiments.title'), href: href.experiments() }, ...(folder ? [{ text: folder, href: href.experiments(new URLSearchParams({ folder })) }] : [])]);

  const all = useLoad(`experiments ${deleted}`, signal => summary.experiments({ view: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY', limit: MOST }, signal));
  const compare = useMemo(() => new Intl.Collator(language.value, { numeric: true }).compare, [language.value]);
  const top = useMemo(() => foldersOf(all.data?.items.map(e => e.name) ?? [], compare), [all.data, compare]);
  const list = useMemo(() => listOf(all.data?.items ?? [], { folder, search, sort, descending }, compare), [all.data, folder, search, sort, descending, compare]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [creating, setCreating] = useState(false);
  const [tagging, setTagging] = useState<readonly string[] | null>(null);
  const [folders, setFolders] = useState(false);
  const [version, setVersion] = useState(0);
  useEffect(() => setPicked(new Set()), [folder, search, deleted]);
  usePoll(all.data !== undefined, 15_000, async () => all.reload());
  useKeys([{ keys: 'n', text: t('experiments.create'), group: 'page', act: () => setCreating(true) }]);

  const changed = () => {
    setPicked(new Set());
    setVersion(n => n + 1);
    all.reload();
  };
  const chosen = list.filter(e => picked.has(e.id));
  const choose = (path: string) => go(withMembers({ folder: path }));
  const sortBy = (key: SortKey) => replace(withMembers({ sort: key, dir: (key === sort ? !descending : key !== 'name') ? 'desc' : 'asc' }));
  return (
    <div class="page fill">
      <div class="page-head">
        <h1>{t('experiments.title')}</h1>
        <div class="head-actions">
          <button type="button" class="primary" onClick={() => setCreating(true)}><Icon name="plus" /> {t('experiments.create')}</button>
        </div>
      </div>
      <div class="toolbar">
        {top.length > 0 && <button type="button" class="folders-toggle" aria-expanded={folders} onClick={() => setFolders(!folders)}><Icon name="folder" /> {folder || t('experiments.folders')}</button>}
        <SearchField value={search} label={t('experiments.search')} onChange={text => replace(withMembers({ search: text }))} />
        <ViewSwitch deleted={deleted} active={t('experiments.active')} gone={t('experiments.trash')} />
        {all.data && <span class="count" role="status" data-testid="count">{tn('experiments.count', list.length)}</span>}
        {all.data && all.data.total > all.data.items.length && <span class="count">{t('experiments.most', { n: MOST })}</span>}
      </div>
      {chosen.length > 0 && <Selected chosen={chosen} deleted={deleted} changed={changed} tag={setTagging} clear={() => setPicked(new Set())} />}
      {all.error !== null && <Failure error={all.error} retry={all.reload} />}
      {!all.data && all.error === null && <Loading />}
      {all.data && (
        <div class={`experiment-panes ${folders ? 'folders-open' : ''}`}>
          {top.length > 0 && <FolderTree key={String(deleted)} top={top} total={all.data.items.length} folder={folder} choose={choose} />}
          {list.length > 0 ? (
            <ExperimentTable
              list={list} folder={folder} deleted={deleted} sort={sort} descending={descending} picked={picked} version={version} stale={false}
              actions={{ sort: sortBy, pick: setPicked, tag: setTagging, changed }}
            />
          ) : <div class="experiments-none"><None search={search} folder={folder} deleted={deleted} /></div>}
        </div>
      )}
      {creating && <CreateExperiment folder={folder} onClose={() => setCreating(false)} />}
      {tagging && <TagExperiments ids={tagging} onClose={() => setTagging(null)} onDone={changed} />}
    </div>
  );
}

function None({ search, folder, deleted }: { search: string; folder: string; deleted: boolean }): JSX.Element {
  if (search) return <Empty title={t('experiments.nomatch', { text: search })} />;
  if (deleted) return <Empty title={t('experiments.trash.empty')} />;
  if (folder) return <Empty title={t('experiments.folder.empty', { folder })}><p><a href={href.experiments()}>{t('experiments.folders.all')}</a></p></Empty>;
  return <Empty title={t('experiments.empty')} code={pythonLines('my-experiment')} />;
}

function Selected({ chosen, deleted, changed, tag, clear }: { chosen: readonly ExperimentSummary[]; deleted: boolean; changed: () => void; tag: (ids: readonly string[]) => void; clear: () => void }): JSX.Element {
  const ids = chosen.map(e => e.id);
  return (
    <div class="selection" role="group" aria-label={t('selection')}>
      <strong role="status">{tn('experiments.selected', ids.length)}</strong>
      {deleted ? (
        <button type="button" onClick={() => void restoreExperiments(chosen, changed)}><Icon name="restore" /> {t('restore')}</button>
      ) : (
        <>
          {ids.length <= MOST_OPENED && <a class="button" href={ids.length === 1 ? href.runs(ids[0]!) : href.allRuns(new URLSearchParams({ exp: ids.join(',') }))}><Icon name="runs" /> {t('experiments.open')}</a>}
          <button type="button" onClick={() => tag(ids)}><Icon name="tag" /> {t('tags.add')}</button>
          <button type="button" class="danger-plain" onClick={() => void removeExperiments(chosen, changed)}><Icon name="trash" /> {t('delete')}</button>
        </>
      )}
      <IconButton icon="close" label={t('runs.unselect')} onClick={clear} />
    </div>
  );
}
