// The differences of the runs that a search finds: those that are selected, else the first ones.
import type { JSX } from 'preact';
import type { Search } from '../api/grid';
import { orderBy } from '../grid/columns';
import type { ViewProps } from '../grid/view-props';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { route } from '../state/router';
import { Failure, Loading } from '../ui/parts';
import { fetchFirst, fetchHeads, MOST_RUNS } from './data';
import { Diff, kindOf } from './diff';
import { freshened, type Head } from './rows';
import { useComparison } from './use-comparison';
import { useOrder } from './use-order';

export function DiffView({ search, found, sorts, selection, total }: ViewProps): JSX.Element {
  const order = orderBy(sorts);
  const chosen = selection && 'run_ids' in selection ? selection.run_ids : null;
  const except = selection && 'search' in selection ? selection.except : [];
  const heads = useLoad(`diff ${found} ${order.join()} ${chosen?.join() ?? ''} ${except.join()}`, signal => {
    if (chosen) return fetchHeads(chosen.slice(0, MOST_RUNS), signal);
    const whole: Search = { ...search, orderBy: order };
    return fetchFirst(whole, new Set(except), signal);
  });
  if (heads.error !== null) return <Failure error={heads.error} retry={heads.reload} />;
  if (!heads.data) return <Loading />;
  const wanted = chosen ? chosen.length : total - except.length;
  return (
    <>
      {wanted > MOST_RUNS && <p class="muted">{t('compare.most', { n: MOST_RUNS })}</p>}
      <Loaded heads={heads.data} update={fresh => heads.set(now => freshened(now, fresh))} />
    </>
  );
}

function Loaded({ heads, update }: { heads: readonly Head[]; update: (fresh: readonly Head[]) => void }): JSX.Element {
  const comparison = useComparison(heads, kindOf(route.value.query), update);
  return <Diff comparison={comparison} order={useOrder(comparison)} />;
}
