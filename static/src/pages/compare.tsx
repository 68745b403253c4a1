// Runs of any experiments against each other: where they differ, and their curves.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ChooseRun } from '../compare/choose-run';
import { fetchHeads, MOST_RUNS, searchOf } from '../compare/data';
import { Diff, kindOf } from '../compare/diff';
import { freshened, type Head } from '../compare/rows';
import { useComparison } from '../compare/use-comparison';
import { useOrder } from '../compare/use-order';
import { linesOf } from '../charts/settings';
import { views } from '../grid/views';
import { t, tn } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { go, href, replace, route, withMembers } from '../state/router';
import { Icon } from '../ui/icons';
import { Empty, Failure, Loading } from '../ui/parts';

// What the page is made of is a view of the runs table as well.
export { CompareCharts } from '../charts/compare';
export { DiffView } from '../compare/view';

export function ComparePage({ runIds }: { runIds: readonly string[] }): JSX.Element {
  const ids = runIds.slice(0, MOST_RUNS);
  const [adding, setAdding] = useState(false);
  const heads = useLoad(`compare ${ids.join(' ')}`, signal => fetchHeads(ids, signal));
  const query = route.value.query;
  useCrumbs([{ text: t('runs.all'), href: href.allRuns() }, { text: tn('compare.title', ids.length), href: href.compare(ids, query) }]);
  const found = heads.data ?? [];
  const change = (next: readonly string[]) => replace(href.compare(next, query));
  const missing = heads.data ? ids.length - found.length : 0;
  return (
    <div class="page compare-page">
      <div class="page-head">
        <h1>{tn('compare.title', ids.length)}</h1>
        <div class="head-actions">
          {found.length > 0 && found.length <= 100 && <a class="button" href={href.allRuns(new URLSearchParams({ filter: searchOf(ids).filter }))}><Icon name="columns" /> {t('compare.list')}</a>}
          <button type="button" onClick={() => setAdding(true)}><Icon name="plus" /> {t('compare.add')}</button>
        </div>
      </div>
      {missing > 0 && <p class="banner" role="status">{tn('compare.missing', missing)}</p>}
      {runIds.length > MOST_RUNS && <p class="banner" role="status">{t('compare.most', { n: MOST_RUNS })}</p>}
      {heads.error !== null && <Failure error={heads.error} retry={heads.reload} />}
      {!heads.data && heads.error === null && <Loading />}
      {heads.data && found.length === 0 && <Empty title={t('compare.empty')}><p><a href={href.allRuns()}>{t('runs.all')}</a></p></Empty>}
      {found.length > 0 && (
        <Compared heads={found} update={fresh => heads.set(now => freshened(now, fresh))} remove={id => change(ids.filter(i => i !== id))} />
      )}
      {adding && (
        <ChooseRun
          title={t('compare.add')} action={t('compare.add.action')} experimentIds={[...new Set(found.map(h => h.experimentId))]} without={ids}
          onChoose={id => change([...ids, id])} onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}

/** Views of the same runs below the table: those of the runs workspace. */
const beside = views.filter(v => v.id !== 'diff');

function Compared({ heads, update, remove }: { heads: readonly Head[]; update: (fresh: readonly Head[]) => void; remove: (id: string) => void }): JSX.Element {
  const query = route.value.query;
  const comparison = useComparison(heads, kindOf(query), update);
  const ids = heads.map(h => h.id);
  const view = beside.find(v => v.id === query.get('show')) ?? beside[0]!;
  const order = useOrder(comparison);
  // The curves are those of the baseline and of the first runs as they are sorted.
  const drawn = [...(order.base ? [order.base] : []), ...order.heads.filter(h => h.id !== order.base?.id)].slice(0, linesOf(query));
  const search = searchOf(ids);
  return (
    <>
      <Diff comparison={comparison} order={order} remove={remove} />
      <div class="compare-views">
        {beside.length > 1 && (
          <div class="toolbar">
            <div class="segmented" role="group" aria-label={t('view')}>
              {beside.map(v => <button key={v.id} type="button" aria-pressed={v === view} onClick={() => replace(withMembers({ show: v === beside[0] ? null : v.id }))}>{t(v.title)}</button>)}
            </div>
          </div>
        )}
        {comparison.keys && (
          <view.Component
            search={search} found={ids.join(' ')} total={heads.length} keys={comparison.keys} columns={[]} sorts={[]} group={[]}
            runs={drawn.map(h => ({ id: h.id, name: h.name, start: h.start ?? 0, href: href.run(h.experimentId, h.id), live: h.status === 'RUNNING' }))}
            selection={null} version={comparison.version} primary="" experiments={undefined} filter={search.filter} setFilter={filter => go(href.allRuns(new URLSearchParams({ filter })))}
          />
        )}
      </div>
    </>
  );
}
