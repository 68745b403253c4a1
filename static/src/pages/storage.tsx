// Who fills the store: experiments, the runs of one, the folders of a run.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Size, storage, type StoredEntry } from '../api/shelf';
import { formatBytes } from '../format';
import { count, language, t, tn } from '../i18n';
import { type Crumb, useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { href, replace, route, withMembers } from '../state/router';
import { type Rest, StorageMap } from '../storage/map';
import { besideRuns, deletedOf, experimentRow, nextOrder, type Order, orderOf, type Row, runRow, sizeOf, sorted, type SortKey } from '../storage/rows';
import { Bar, SizeText } from '../storage/size';
import { useCounted } from '../storage/use-counted';
import { Icon } from '../ui/icons';
import { Empty, Failure, IconButton, Loading } from '../ui/parts';

const PAGE = 100;
const SHOWN = 200;
const top = (): Crumb => ({ text: t('storage.title'), href: href.storage() });

export function StoragePage(): JSX.Element {
  const query = route.value.query;
  const run = query.get('run');
  const experiment = query.get('exp');
  if (run) return <OfRun key={run} run={run} path={query.get('path') ?? ''} />;
  if (experiment) return <OfExperiment key={experiment} id={experiment} />;
  return <OfAll />;
}

function OfAll(): JSX.Element {
  useCrumbs([top()]);
  const list = useCounted('all', (after, signal) => storage.experiments(after, PAGE, signal));
  const sum = sizeOf(list.items.filter(e => !e.elsewhere));
  const deleted = deletedOf(list.items);
  return (
    <Frame title={t('storage.title')} list={list}>
      <div class="sums">
        <Sum title={t('storage.all')} size={sum} />
        <Sum title={t('storage.deleted')} size={deleted}><a href={href.trash()}>{t('storage.totrash')}</a></Sum>
        <div class="sum"><span class="sum-title">{t('experiments.title')}</span><b>{count(list.items.length)}</b></div>
      </div>
      <Contents label={t('experiments.title')} rows={list.items.map(experimentRow)} runs deleted link={row => href.storage(new URLSearchParams({ exp: row.id }))} page={row => href.runs(row.id)} />
      {list.complete && list.items.length === 0 && <Empty title={t('storage.empty')} />}
    </Frame>
  );
}

function OfExperiment({ id }: { id: string }): JSX.Element {
  const list = useCounted(`of ${id}`, (after, signal) => storage.runs(id, after, PAGE, signal));
  const whole = useLoad(`storage of ${id}`, async signal => (await storage.experiments(String(Number(id) - 1), 1, signal)).items.find(e => e.experiment_id === id));
  const name = whole.data?.name ?? id;
  useCrumbs([top(), { text: name, href: href.storage(new URLSearchParams({ exp: id })) }]);
  const rows = list.items.map(runRow);
  const sum = sizeOf(rows.filter(r => !r.elsewhere));
  const beside = besideRuns(whole.data, sum, list.complete);
  return (
    <Frame title={name} list={list} link={href.runs(id)}>
      <div class="sums">
        <Sum title={t('storage.runs')} size={sum} />
        {beside && <Sum title={t('storage.beside')} size={beside}><span class="muted">{t('storage.beside.hint')}</span></Sum>}
        <Sum title={t('storage.deleted')} size={sizeOf(rows.filter(r => r.gone && !r.elsewhere))} />
      </div>
      <Contents label={t('trash.runs')} rows={rows} rest={beside && { ...beside, name: t('storage.beside') }} link={row => href.storage(new URLSearchParams({ exp: id, run: row.id }))} page={row => href.run(id, row.id)} />
      {list.complete && rows.length === 0 && <Empty title={t('storage.noruns')} />}
    </Frame>
  );
}

function OfRun({ run, path }: { run: string; path: string }): JSX.Element {
  const folder = useLoad(`folder ${run} ${path}`, signal => storage.folder(run, path, signal));
  const metrics = useLoad(`points ${run}`, signal => storage.metrics(run, signal));
  const experiment = folder.data?.experiment_id ?? route.value.query.get('exp') ?? '';
  const name = folder.data?.run_name || run;
  const to = (p: string) => href.storage(new URLSearchParams({ exp: experiment, run, ...(p && { path: p }) }));
  const steps = path.split('/').filter(Boolean);
  useCrumbs([
    top(), { text: t('storage.experiment', { id: experiment }), href: href.storage(new URLSearchParams({ exp: experiment })) }, { text: name, href: to('') },
    ...steps.map((step, i) => ({ text: step, href: to(steps.slice(0, i + 1).join('/')) })),
  ]);
  const rows = (folder.data?.entries ?? []).map((e: StoredEntry): Row & { dir: boolean } => ({ id: e.name, name: e.name, bytes: e.bytes, files: e.files, dir: e.is_dir, ...(e.partial && { partial: true }) }));
  const dirs = new Set(rows.filter(r => r.dir).map(r => r.id));
  const at = (name: string) => (path ? `${path}/${name}` : name);
  const rest = folder.data?.rest;
  return (
    <Frame title={steps.at(-1) ?? name} link={href.run(experiment, run)} list={{ complete: !folder.loading || folder.data !== undefined, error: folder.error, total: rows.length, items: rows, reload: () => { folder.reload(); metrics.reload(); } }}>
      <div class="sums">
        <Sum title={t('storage.folder')} size={sizeOf([...rows, ...(rest ? [rest] : [])])} />
        {metrics.data && <div class="sum"><span class="sum-title">{t('storage.points')}</span><b>{count(metrics.data.points)}</b></div>}
      </div>
      {folder.data && rows.length === 0 && <Empty title={t('artifacts.folder.empty')} />}
      <Contents label={t('artifacts')} rows={rows} rest={rest ? { ...rest, name: t('storage.map.rest') } : null} link={row => (dirs.has(row.id) ? to(at(row.id)) : href.artifact(experiment, run, at(row.id)))} icon={row => (dirs.has(row.id) ? 'folder' : 'file')} />
      {rest && <p class="muted storage-rest">{tn('storage.rest', rest.entries, { size: formatBytes(rest.bytes) })}</p>}
      {path === '' && metrics.data && metrics.data.metrics.length > 0 && <Series series={metrics.data.metrics} experiment={experiment} run={run} />}
    </Frame>
  );
}

function Frame({ title, list, link, children }: { title: string; link?: string; list: { items: readonly unknown[]; total: number; complete: boolean; error: unknown; reload: () => void }; children: ComponentChildren }): JSX.Element {
  return (
    <div class="page">
      <div class="page-head">
        <h1 title={title}>{title}</h1>
        {link && <a class="button" href={link}>{t('storage.open')}</a>}
        <IconButton icon="refresh" label={t('refresh')} onClick={list.reload} />
      </div>
      {list.error !== null && <Failure error={list.error} retry={list.reload} />}
      {!list.complete && list.error === null && (list.items.length > 0
        ? <p class="counting muted" role="status"><progress max={list.total} value={list.items.length} aria-label={t('trash.counting')} /> {t('storage.counting', { n: count(list.items.length), total: count(list.total) })}</p>
        : <Loading />)}
      {children}
    </div>
  );
}

function Sum({ title, size, children }: { title: string; size: Size; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="sum">
      <span class="sum-title">{title}</span>
      <b><SizeText size={size} /></b>
      <span class="muted">{tn('storage.nfiles', size.files)}</span>
      {children}
    </div>
  );
}

/** A map, and the same in a table. */
function Contents({ rest = null, ...table }: TableProps & { rest?: Rest | null }): JSX.Element {
  const { rows, link, icon } = table;
  return (
    <>
      <StorageMap label={t('storage.map')} rows={rows} rest={rest} link={link} {...(icon && { icon })} />
      <Table {...table} />
    </>
  );
}

interface TableProps { label: string; rows: readonly Row[]; runs?: boolean; deleted?: boolean; link: (row: Row) => string; page?: (row: Row) => string; icon?: (row: Row) => 'folder' | 'file' }

function Table({ label, rows, runs, deleted, link, page, icon }: TableProps): JSX.Element | null {
  const [shown, setShown] = useState(SHOWN);
  if (rows.length === 0) return null;
  const order = orderOf(route.value.query);
  const collator = new Intl.Collator(language.value, { numeric: true });
  const inOrder = sorted(rows, order, collator.compare);
  const most = rows.reduce((a, r) => Math.max(a, r.bytes), 0);
  const head = (key: SortKey, text: string, number = true) => <Head order={order} name={key} text={text} number={number} />;
  return (
    <>
      <div class="table-box">
        <table class="list storage" aria-label={label}>
          <thead>
            <tr>
              {head('name', t('trash.name'), false)}
              <th scope="col" class="bar-col"><span class="sr-only">{t('storage.share')}</span></th>
              {head('size', t('storage.size'))}
              {head('files', t('storage.files'))}
              {runs && head('runs', t('trash.runs'))}
              {deleted && head('deleted', t('storage.gone'))}
              {page && <th scope="col"><span class="sr-only">{t('actions')}</span></th>}
            </tr>
          </thead>
          <tbody>
            {inOrder.slice(0, shown).map(row => (
              <tr key={row.id} class={row.gone ? 'gone' : ''}>
                <th scope="row" class="name">{icon && <Icon name={icon(row)} class="muted" />} <a href={link(row)}>{row.name}</a>{row.gone && <span class="chip">{t('storage.isgone')}</span>}</th>
                <td class="bar-col"><Bar part={row.bytes} deleted={row.deleted ?? 0} of={most} /></td>
                <td class="number"><SizeText size={row} /></td>
                <td class="number">{row.elsewhere ? '' : `${row.partial ? '≥ ' : ''}${count(row.files)}`}</td>
                {runs && <td class="number">{count(row.runs ?? 0)}</td>}
                {deleted && <td class="number">{row.deleted ? formatBytes(row.deleted) : <span class="muted">–</span>}</td>}
                {page && <td class="actions"><a href={page(row)} aria-label={t('storage.open.named', { name: row.name })}>{t('storage.open')}</a></td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && <p class="more"><button type="button" onClick={() => setShown(shown + 5 * SHOWN)}>{t('storage.more', { n: count(rows.length - shown) })}</button></p>}
    </>
  );
}

function Head({ order, name, text, number }: { order: Order; name: SortKey; text: string; number: boolean }): JSX.Element {
  const active = order.key === name;
  const sort = () => {
    const next = nextOrder(order, name);
    replace(withMembers({ sort: next.key, dir: next.descending ? 'desc' : 'asc' }));
  };
  return (
    <th scope="col" class={number ? 'number' : ''} aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" class="sort" onClick={sort}>{text}{active && <span aria-hidden="true">{order.descending ? ' ↓' : ' ↑'}</span>}</button>
    </th>
  );
}

function Series({ series, experiment, run }: { series: readonly { key: string; points: number }[]; experiment: string; run: string }): JSX.Element {
  const most = series[0]?.points ?? 0;
  return (
    <>
      <h2 class="storage-title">{t('storage.series')}</h2>
      <div class="table-box">
        <table class="list storage" aria-label={t('storage.series')}>
          <thead><tr><th scope="col">{t('storage.metric')}</th><th scope="col" class="bar-col"><span class="sr-only">{t('storage.share')}</span></th><th scope="col" class="number">{t('storage.points')}</th></tr></thead>
          <tbody>
            {series.map(s => (
              <tr key={s.key}>
                <th scope="row" class="name"><a href={href.run(experiment, run)}>{s.key}</a></th>
                <td class="bar-col"><Bar part={s.points} of={most} /></td>
                <td class="number">{count(s.points)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
