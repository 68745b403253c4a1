// The table of differences with its switches. What is chosen is in the address.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { experiments, messageOf } from '../api';
import type { Experiment } from '../api/types';
import { type Key, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { replace, route, withMembers } from '../state/router';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Failure, Loading, toClipboard } from '../ui/parts';
import { toCsv, toMarkdown } from './copy';
import { cellOf } from './data';
import { DiffTable, textsOf, titleOf } from './diff-table';
import { isMinimized } from './direction';
import { type Group, GROUPS, type Head, KINDS, type Kind, linesOf } from './rows';
import type { Comparison } from './use-comparison';
import type { Order } from './use-order';

/** Experiments are read one by one up to so many: of more only the names. */
const FEW = 20;

export function kindOf(query: URLSearchParams): Kind {
  return KINDS.find(k => k === query.get('mv')) ?? 'last';
}

const choose = (member: string, value: string | null) => replace(withMembers({ [member]: value }));

function useExperiments(heads: readonly Head[]): { names: ReadonlyMap<string, string>; one: Experiment | undefined } {
  const ids = [...new Set(heads.map(h => h.experimentId))].sort();
  const found = useLoad(`experiments of ${ids.length > FEW ? 'all' : ids.join()}`, async signal => {
    if (ids.length > FEW) return { names: await experiments.names(signal), one: undefined };
    const all = await Promise.all(ids.map(id => experiments.get(id, signal)));
    return { names: new Map(all.map(e => [e.experiment_id, e.name])), one: all.length === 1 ? all[0] : undefined };
  });
  return found.data ?? { names: new Map(), one: undefined };
}

export function Diff({ comparison, order, remove }: { comparison: Comparison; order: Order; remove?: (id: string) => void }): JSX.Element {
  const query = route.value.query;
  const { heads, cells } = comparison;
  const all = query.get('all') === '1';
  const search = query.get('find') ?? '';
  const kind = kindOf(query);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const { names, one } = useExperiments(heads);
  const { row: sortRow, descending, heads: ordered, base } = order;
  const { lines, same, found } = useMemo(() => linesOf(comparison.rows, { all: all || heads.length < 2, search, folded }), [comparison.rows, all, search, folded, heads.length]);

  const sorted = sortRow ? { id: sortRow.id, descending } : null;
  const [inSight, setInSight] = useState<typeof comparison.rows>([]);
  useEffect(() => comparison.want(sortRow ? [...inSight, sortRow] : inSight), [inSight, sortRow]);

  const copy = async (format: typeof toCsv) => {
    try {
      const whole = await comparison.whole(found);
      const runs = base ? [base, ...ordered.filter(h => h !== base)] : ordered;
      const full = (row: (typeof found)[number], head: Head) => textsOf(row, cellOf(whole, row, head) ?? null, names).full;
      const ok = await toClipboard(format({ head: [t('key'), ...runs.map(h => h.name)], rows: found.map(row => [titleOf(row), ...runs.map(h => full(row, h))]) }));
      if (ok) notify('done', t('compare.copied', { rows: found.length, runs: runs.length }));
      else notify('error', t('compare.copy.failed'));
    } catch (e) {
      notify('error', messageOf(e));
    }
  };

  return (
    <section class="diff-part" aria-label={t('compare.diff')}>
      <div class="toolbar">
        <input type="search" class="search" aria-label={t('compare.search')} placeholder={t('compare.search')} value={search} onInput={e => choose('find', e.currentTarget.value)} />
        <label class="switch"><input type="checkbox" checked={!all} onChange={() => choose('all', all ? null : '1')} /> {t('compare.only')}</label>
        {!all && same > 0 && <span class="count" role="status" data-testid="same">{tn('compare.same', same)}</span>}
        <label class="switch">{t('compare.kind')}
          <select value={kind} onChange={e => choose('mv', e.currentTarget.value === 'last' ? null : e.currentTarget.value)}>
            {KINDS.map(k => <option key={k} value={k}>{t(`value.${k}` as Key)}</option>)}
          </select>
        </label>
        <label class="switch">{t('compare.base')}
          <select class="diff-base-choice" value={base?.id ?? ''} onChange={e => choose('base', e.currentTarget.value || null)}>
            <option value="">{t('compare.base.none')}</option>
            {heads.map(h => <option key={h.id} value={h.id}>{h.name}</option>)}
          </select>
        </label>
        <Menu
          label={t('compare.copy')} named testId="diff-copy"
          items={() => [{ text: 'CSV', act: () => void copy(toCsv) }, { text: 'Markdown', act: () => void copy(toMarkdown) }]}
        >
          <Icon name="copy" /> {t('compare.copy')} <Icon name="down" />
        </Menu>
      </div>
      {comparison.error !== null && <Failure error={comparison.error} retry={comparison.retry} />}
      {!comparison.keys && comparison.error === null && <Loading />}
      {comparison.keys && lines.length === 0 && <p class="muted" role="status">{search ? t('compare.nomatch') : t('compare.alike')}</p>}
      {comparison.keys && lines.length > 0 && (
        <DiffTable
          lines={lines} heads={ordered} base={base} cells={cells} names={names} folded={folded} sorted={sorted} isMinimized={key => isMinimized(key, one?.tags)} show={setInSight}
          actions={{
            base: id => choose('base', id), remove,
            sort: row => choose('by', nextSort(sorted, row.id, row.group === 'metrics' && !isMinimized(row.key, one?.tags))),
            fold: (group: Group) => setFolded(new Set(GROUPS.filter(g => folded.has(g) !== (g === group)))),
          }}
        />
      )}
    </section>
  );
}

/** The natural direction first, then the other, then none. */
function nextSort(now: { id: string; descending: boolean } | null, id: string, descending: boolean): string | null {
  const text = (down: boolean) => `${id}:${down ? 'desc' : 'asc'}`;
  if (now?.id !== id) return text(descending);
  return now.descending === descending ? text(!descending) : null;
}
