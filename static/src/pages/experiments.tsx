// The list of experiments: the way in.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { experiments, isAbort, messageOf } from '../api';
import type { Experiment, Page } from '../api/types';
import { isSystemTag, likeValue } from '../grid/columns';
import { t, tn } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { type Loaded, reloadSize, useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, href, replace, route, withMembers } from '../state/router';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { pythonLines } from '../ui/first-lines';
import { SearchField, ViewSwitch } from '../ui/lists';
import { Copy, Empty, Failure, IconButton, InlineEdit, Loading, Time } from '../ui/parts';

const sorts = { name: 'name', creation_time: 'creation_time', last_update_time: 'last_update_time' } as const;
type SortKey = keyof typeof sorts;
const PAGE = 100;

export function CreateExperiment({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog
      title={t('experiments.create.title')} action={t('experiments.create.action')} onClose={onClose}
      submit={async form => {
        const id = await experiments.create(String(form.get('name')).trim(), String(form.get('location')).trim());
        go(href.runs(id));
      }}
    >
      <label class="field">{t('experiments.name')}<input name="name" required maxLength={256} autocomplete="off" autofocus /></label>
      <label class="field">{t('experiments.create.location')}<input name="location" autocomplete="off" placeholder={t('experiments.create.location.hint')} /></label>
    </Dialog>
  );
}

export function DeleteExperiment({ experiment, onClose, onDone }: { experiment: Experiment; onClose: () => void; onDone: () => void }): JSX.Element {
  return (
    <Dialog
      title={t('experiments.delete.title')} action={t('delete')} danger onClose={onClose}
      submit={async () => {
        await experiments.remove(experiment.experiment_id);
        notify('done', t('experiments.deleted', { name: experiment.name }));
        onDone();
      }}
    >
      <p>{t('experiments.delete.text', { name: experiment.name })}</p>
    </Dialog>
  );
}

export function TagList({ tags }: { tags: { key: string; value?: string }[] | undefined }): JSX.Element {
  const shown = (tags ?? []).filter(tag => !isSystemTag(tag.key));
  return (
    <span class="chips">
      {shown.slice(0, 6).map(tag => (
        <span key={tag.key} class="chip" title={`${tag.key}: ${tag.value ?? ''}`}><b>{tag.key}</b> {tag.value}</span>
      ))}
      {shown.length > 6 && <span class="chip">+{shown.length - 6}</span>}
    </span>
  );
}

function Row({ experiment, deleted, onChange }: { experiment: Experiment; deleted: boolean; onChange: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const link = href.runs(experiment.experiment_id);
  return (
    <tr>
      <th scope="row" class="name">
        {editing ? (
          <InlineEdit
            value={experiment.name} label={t('experiments.name')} onClose={() => setEditing(false)}
            save={async name => {
              await experiments.rename(experiment.experiment_id, name);
              onChange();
            }}
          />
        ) : (
          <a href={link}>{experiment.name}</a>
        )}
      </th>
      <td class="id">{experiment.experiment_id} <Copy text={experiment.experiment_id} label={t('copy.id')} /></td>
      <td><Time ms={experiment.last_update_time} /></td>
      <td><Time ms={experiment.creation_time} /></td>
      <td><TagList tags={experiment.tags} /></td>
      <td class="actions">
        {deleted ? (
          <button
            type="button" class="plain"
            onClick={async () => {
              try {
                await experiments.restore(experiment.experiment_id);
                notify('done', t('experiments.restored', { name: experiment.name }));
                onChange();
              } catch (e) {
                notify('error', messageOf(e));
              }
            }}
          >
            <Icon name="restore" /> {t('restore')}
          </button>
        ) : (
          <>
            <IconButton icon="edit" class="quiet" label={t('experiments.rename', { name: experiment.name })} onClick={() => setEditing(true)} />
            <IconButton icon="trash" class="quiet" label={t('experiments.delete', { name: experiment.name })} onClick={() => setAsking(true)} />
          </>
        )}
        {asking && <DeleteExperiment experiment={experiment} onClose={() => setAsking(false)} onDone={onChange} />}
      </td>
    </tr>
  );
}

export function Experiments(): JSX.Element {
  useCrumbs([{ text: t('experiments.title'), href: href.experiments() }]);
  const query = route.value.query;
  const search = query.get('search') ?? '';
  const deleted = query.get('view') === 'deleted';
  const sortKey: SortKey = (query.get('sort') ?? '') in sorts ? (query.get('sort') as SortKey) : 'last_update_time';
  const descending = query.has('sort') ? query.get('dir') === 'desc' : true;
  const [creating, setCreating] = useState(false);
  const [more, setMore] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const list: Loaded<Page<Experiment>> = useLoad<Page<Experiment>>(`experiments ${search} ${deleted} ${sortKey} ${descending}`, signal => fetchPage('', reloadSize(list, PAGE), signal));
  const shown = useRef<Page<Experiment> | undefined>(undefined);
  if (list.data) shown.current = list.data;

  function fetchPage(pageToken: string, max: number, signal?: AbortSignal): Promise<Page<Experiment>> {
    return experiments.search({
      filter: search.trim() && `name ILIKE ${likeValue(search.trim())}`,
      view: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      orderBy: [`${sortKey} ${descending ? 'DESC' : 'ASC'}`],
      pageToken,
      max,
      ...(signal && { signal }),
    });
  }

  const loadMore = async () => {
    setBusy(true);
    setMore(null);
    try {
      const page = await fetchPage(list.data?.next ?? '', PAGE);
      list.set(now => ({ items: [...now.items, ...page.items], next: page.next }));
    } catch (e) {
      if (!isAbort(e)) setMore(e);
    }
    setBusy(false);
  };

  const header = (key: SortKey, text: string) => {
    const active = key === sortKey;
    const natural = key !== 'name';
    return (
      <th scope="col" aria-sort={active ? (descending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" class="sort" onClick={() => replace(withMembers({ sort: key, dir: (active ? !descending : natural) ? 'desc' : 'asc' }))}>
          {text}{active && <span aria-hidden="true">{descending ? ' ↓' : ' ↑'}</span>}
        </button>
      </th>
    );
  };

  const page = list.data ?? (list.error === null ? shown.current : undefined);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{t('experiments.title')}</h1>
        <div class="head-actions">
          <button type="button" class="primary" onClick={() => setCreating(true)}><Icon name="plus" /> {t('experiments.create')}</button>
        </div>
      </div>
      <div class="toolbar">
        <SearchField value={search} label={t('experiments.search')} onChange={text => replace(withMembers({ search: text }))} />
        <ViewSwitch deleted={deleted} active={t('experiments.active')} gone={t('experiments.trash')} />
        {page && list.error === null && <span class="count" role="status" data-testid="count">{page.next ? tn('count.more', page.items.length) : tn('experiments.count', page.items.length)}</span>}
      </div>
      {list.error !== null && <Failure error={list.error} retry={list.reload} />}
      {!page && list.loading && <Loading />}
      {page && page.items.length > 0 && (
        <div class="table-box">
          <table class={`list ${list.loading && !list.data ? 'stale' : ''}`} aria-label={t('experiments.title')}>
            <thead>
              <tr>
                {header('name', t('experiments.name'))}
                <th scope="col">{t('experiments.id')}</th>
                {header('last_update_time', t('experiments.updated'))}
                {header('creation_time', t('experiments.created'))}
                <th scope="col">{t('tags')}</th>
                <th scope="col"><span class="sr-only">{t('actions')}</span></th>
              </tr>
            </thead>
            <tbody>
              {page.items.map(e => <Row key={e.experiment_id} experiment={e} deleted={deleted} onChange={list.reload} />)}
            </tbody>
          </table>
        </div>
      )}
      {page && page.items.length === 0 && !list.loading &&
        (search ? <Empty title={t('experiments.nomatch', { text: search })} /> : deleted ? <Empty title={t('experiments.trash.empty')} /> : <Empty title={t('experiments.empty')} code={pythonLines('my-experiment')} />)}
      {more !== null && <Failure error={more} />}
      {page?.next && <p class="more"><button type="button" disabled={busy} onClick={() => void loadMore()}>{t('more')}</button></p>}
      {creating && <CreateExperiment onClose={() => setCreating(false)} />}
    </div>
  );
}
