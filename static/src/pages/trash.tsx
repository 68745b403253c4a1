// The trash: what is deleted, to be brought back or deleted for good.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../api';
import { type Size, trash, type TrashedExperiment, type TrashedRun, type Which } from '../api/shelf';
import { count, t, tn } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { live } from '../state/live';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, href, replace, route, withMembers } from '../state/router';
import { SizeText } from '../storage/size';
import { PurgeDialog } from '../trash/purge';
import { type Kind, whichOf } from '../trash/which';
import { Icon } from '../ui/icons';
import { Empty, Failure, IconButton, Loading, Status, Time } from '../ui/parts';

const PAGE = 100;
const REFRESH = 10_000;

const isRun = (item: TrashedRun | TrashedExperiment): item is TrashedRun => 'run_id' in item;
const idOf = (item: TrashedRun | TrashedExperiment) => (isRun(item) ? item.run_id : item.experiment_id);
const nameOf = (item: TrashedRun | TrashedExperiment) => (isRun(item) ? item.run_name || item.run_id : item.name);

/** Calls now and then, while somebody looks and wants pages to be live. */
function useRefresh(reload: () => void, pause: boolean): void {
  useEffect(() => {
    if (pause) return;
    const look = () => document.visibilityState === 'visible' && live.value && reload();
    const timer = setInterval(look, REFRESH);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [pause]);
}

export function TrashPage(): JSX.Element {
  useCrumbs([{ text: t('trash.title'), href: href.trash() }]);
  const query = route.value.query;
  const offset = Math.max(0, Math.trunc(Number(query.get('offset'))) || 0);
  const offsetOf = (what: Kind) => ((query.get('what') === 'experiments') === (what === 'experiments') ? offset : 0);
  const runs = useLoad(`trash runs ${offsetOf('runs')}`, signal => trash.runs(offsetOf('runs'), PAGE, false, signal));
  const experiments = useLoad(`trash experiments ${offsetOf('experiments')}`, signal => trash.experiments(offsetOf('experiments'), PAGE, false, signal));
  const asked = query.get('what');
  const kind: Kind = asked === 'runs' || asked === 'experiments' ? asked : runs.data?.total === 0 && (experiments.data?.total ?? 0) > 0 ? 'experiments' : 'runs';
  const list = kind === 'runs' ? runs : experiments;

  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<readonly Which[] | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setPicked(new Set()), [kind]);
  const reload = () => {
    runs.reload();
    experiments.reload();
  };
  useRefresh(reload, asking !== null || busy);

  const total = list.data?.total ?? 0;
  const all = (runs.data?.total ?? 0) + (experiments.data?.total ?? 0);
  const items: readonly (TrashedRun | TrashedExperiment)[] = list.data?.items ?? [];
  const here = items.map(idOf);
  // Counting files takes its time: once for what is here, and not each time that the list is looked at again.
  const sizes = useLoad(`trash sizes ${kind} ${here.join(' ')}`, async signal => {
    if (here.length === 0) return new Map<string, Partial<Size>>();
    const sized: readonly (TrashedRun | TrashedExperiment)[] = (await (kind === 'runs' ? trash.runs : trash.experiments)(offsetOf(kind), PAGE, true, signal)).items;
    return new Map(sized.map(item => [idOf(item), item as Partial<Size>]));
  });
  useEffect(() => {
    // What was on the last page may be gone.
    if (list.data && offset > 0 && offset >= list.data.total) replace(withMembers({ offset: null }));
  }, [list.data, offset]);

  const done = () => {
    setPicked(new Set());
    reload();
  };
  const restore = async () => {
    setBusy(true);
    try {
      let back = 0;
      for (const which of whichOf(kind, [...picked])) {
        const r = await trash.restore(which);
        back += r.runs + r.experiments;
      }
      notify('done', tn(kind === 'runs' ? 'runs.restored' : 'trash.restored', back));
      setPicked(new Set());
    } catch (e) {
      notify('error', messageOf(e));
    }
    setBusy(false);
    reload();
  };
  const pick = (ids: readonly string[], on: boolean) => {
    const next = new Set(picked);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    setPicked(next);
  };
  const tab = (what: Kind, text: string, n: number | undefined) => (
    <button type="button" aria-pressed={kind === what} onClick={() => go(withMembers({ what, offset: null }))}>{text}{n !== undefined && <span class="tab-count">{count(n)}</span>}</button>
  );
  const allHere = here.length > 0 && here.every(id => picked.has(id));

  return (
    <div class="page">
      <div class="page-head">
        <h1>{t('trash.title')}</h1>
        <div class="head-actions">
          <button type="button" class="danger-plain" disabled={all === 0} onClick={() => setAsking([{ everything: true }])}><Icon name="trash" /> {t('trash.empty.act')}</button>
        </div>
      </div>
      <div class="toolbar">
        <div class="segmented" role="group" aria-label={t('view')}>
          {tab('runs', t('trash.runs'), runs.data?.total)}
          {tab('experiments', t('experiments.title'), experiments.data?.total)}
        </div>
        <IconButton icon="refresh" label={t('refresh')} onClick={reload} />
      </div>
      {picked.size > 0 && (
        <div class="selection" role="region" aria-label={t('selection')}>
          <span>{tn('trash.picked', picked.size)}</span>
          <button type="button" disabled={busy} onClick={() => void restore()}><Icon name="restore" /> {t('restore')}</button>
          <button type="button" class="danger-plain" disabled={busy} onClick={() => setAsking(whichOf(kind, [...picked]))}><Icon name="trash" /> {t('trash.purge')}</button>
          <button type="button" class="plain" onClick={() => setPicked(new Set())}>{t('runs.unselect')}</button>
        </div>
      )}
      {list.error !== null && <Failure error={list.error} retry={reload} />}
      {!list.data && list.error === null && <Loading />}
      {list.data && total === 0 && <Empty title={t(kind === 'runs' ? 'trash.none.runs' : 'trash.none.experiments')}><p class="muted empty-hint">{t('trash.hint')}</p></Empty>}
      {items.length > 0 && (
        <div class="table-box">
          <table class="list trash" aria-label={t(kind === 'runs' ? 'trash.runs' : 'experiments.title')}>
            <thead>
              <tr>
                <td class="check"><input type="checkbox" aria-label={t('trash.pick.all')} checked={allHere} onChange={e => pick(here, e.currentTarget.checked)} /></td>
                <th scope="col">{t('trash.name')}</th>
                {kind === 'runs' ? <th scope="col">{t('trash.experiment')}</th> : <th scope="col" class="number">{t('trash.runs')}</th>}
                <th scope="col">{t('trash.deleted')}</th>
                <th scope="col" class="number">{t('storage.size')}</th>
                <th scope="col" class="number">{t('storage.files')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map(item => (
                <tr key={idOf(item)} class={picked.has(idOf(item)) ? 'marked' : ''}>
                  <td class="check"><input type="checkbox" aria-label={t('trash.pick', { name: nameOf(item) })} checked={picked.has(idOf(item))} onChange={e => pick([idOf(item)], e.currentTarget.checked)} /></td>
                  {isRun(item) ? <RunCells run={item} /> : <ExperimentCells experiment={item} />}
                  <td><Time ms={item.deleted_time} /></td>
                  <SizeCells size={sizes.data?.get(idOf(item)) ?? {}} counting={sizes.loading && !sizes.data} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pages offset={offset} total={total} />
      {asking && <PurgeDialog parts={asking} onDone={done} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Name({ children }: { children: ComponentChildren }): JSX.Element {
  return <th scope="row" class="name">{children}</th>;
}

function RunCells({ run }: { run: TrashedRun }): JSX.Element {
  return (
    <>
      <Name><Status status={run.status} /> <a href={href.run(run.experiment_id, run.run_id)}>{run.run_name || run.run_id}</a></Name>
      <td class="text"><a href={href.runs(run.experiment_id)} title={run.experiment_name}>{run.experiment_name}</a></td>
    </>
  );
}

function ExperimentCells({ experiment }: { experiment: TrashedExperiment }): JSX.Element {
  return (
    <>
      <Name>
        <a href={href.runs(experiment.experiment_id)}>{experiment.name}</a>
        {experiment.active_runs > 0 && <span class="chip">{tn('trash.active', experiment.active_runs)}</span>}
      </Name>
      <td class="number">{count(experiment.runs)}</td>
    </>
  );
}

function SizeCells({ size, counting }: { size: Partial<Size>; counting: boolean }): JSX.Element {
  return (
    <>
      <td class="number">{counting ? <span class="muted" title={t('trash.counting')}>…</span> : <SizeText size={size} />}</td>
      <td class="number">{size.files === undefined || size.elsewhere ? '' : `${size.partial ? '≥ ' : ''}${count(size.files)}`}</td>
    </>
  );
}

function Pages({ offset, total }: { offset: number; total: number }): JSX.Element | null {
  if (total <= PAGE) return null;
  const turn = (to: number) => go(withMembers({ offset: to > 0 ? String(to) : null }));
  return (
    <div class="pages">
      <button type="button" disabled={offset === 0} onClick={() => turn(offset - PAGE)}>{t('pages.before')}</button>
      <span role="status">{t('pages.range', { from: count(offset + 1), to: count(Math.min(total, offset + PAGE)), total: count(total) })}</span>
      <button type="button" disabled={offset + PAGE >= total} onClick={() => turn(offset + PAGE)}>{t('pages.after')}</button>
    </div>
  );
}
