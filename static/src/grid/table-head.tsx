// The head of the runs table: its widths, the groups of columns, their names and what can be done with them.
import { Fragment, type JSX } from 'preact';
import { t } from '../i18n';
import { Icon } from '../ui/icons';
import { Menu, type MenuItem } from '../ui/menu';
import type { Group, Sort } from './columns';
import { allHidden, type Eyes, hideAll, showAll, statusPredicate, toggledPredicate } from './drawn';
import { type ColumnActions, groupTitle, HeadCell } from './header';
import { CHECK, LOOK, NAME, type Placed, STATUS } from './layout';
import type { Marks } from './marks';
import type { Row } from './rows';

/** Of the column of experiments, in pixels. */
export const EXPERIMENT = 150;

interface Props {
  places: readonly Placed[];
  pinnedCount: number;
  nameWidth: number;
  /** Whether there is a column of them. */
  experiments: boolean;
  /** Columns with which another group begins. */
  edges: ReadonlySet<string>;
  numeric: ReadonlySet<string>;
  sorts: readonly Sort[];
  marks: Marks;
  histograms: ReadonlyMap<string, JSX.Element> | null;
  eyes: Eyes;
  /** The row that has the keyboard: what a filter by its values is made of. */
  sample: Row | undefined;
  /** Every run is selected. */
  all: boolean;
  onAll: () => void;
  onEyes: (eyes: Eyes) => void;
  actions: ColumnActions;
}

const eyeMenu = (eyes: Eyes, set: (eyes: Eyes) => void): MenuItem[] => [
  ...(['FINISHED', 'FAILED', 'KILLED', 'RUNNING'] as const).map(status => ({
    text: t(eyes.hide.includes(statusPredicate(status)) ? 'eye.status.show' : 'eye.status.hide', { status: t(`status.${status}`) }), act: () => set(toggledPredicate(statusPredicate(status), eyes)),
  })),
  { text: t('eye.none'), apart: true, disabled: allHidden(eyes) && eyes.eye.length === 0, act: () => set(hideAll) },
  { text: t('eye.reset'), disabled: eyes.hide.length + eyes.eye.length === 0, act: () => set(showAll) },
];

/** What stands above the loose columns, and above how many of them. */
function groupsOf(places: readonly Placed[]): { group: Group; span: number }[] {
  const groups: { group: Group; span: number }[] = [];
  for (const { column } of places.filter(p => p.left === undefined)) {
    const last = groups[groups.length - 1];
    if (last?.group === column.group) last.span++;
    else groups.push({ group: column.group, span: 1 });
  }
  return groups;
}

export function TableHead({ places, pinnedCount, nameWidth, experiments, edges, numeric, sorts, marks, histograms, eyes, sample, all, onAll, onEyes, actions }: Props): JSX.Element {
  const groups = groupsOf(places);
  return (
    <>
      <colgroup>
        <col style={{ width: `${CHECK}px` }} /><col style={{ width: `${LOOK}px` }} /><col style={{ width: `${STATUS}px` }} /><col data-id={NAME.id} style={{ width: `${nameWidth}px` }} />
        {places.map((p, i) => (
          <Fragment key={p.column.id}>
            {experiments && i === pinnedCount && <col style={{ width: `${EXPERIMENT}px` }} />}
            <col data-id={p.column.id} style={{ width: `${p.width}px` }} />
          </Fragment>
        ))}
        {experiments && pinnedCount === places.length && <col style={{ width: `${EXPERIMENT}px` }} />}
        <col />
      </colgroup>
      <thead>
        {groups.some(g => g.group !== 'info') && (
          <tr class="group-row">
            <td class="frozen corner" colSpan={4 + pinnedCount} style={{ '--left': '0px' }} />
            {experiments && <td />}
            {groups.map((g, i) => g.group === 'info' ? <td key={i} colSpan={g.span} class={i > 0 ? 'group-start' : ''} /> : <th key={i} scope="colgroup" colSpan={g.span} class={i > 0 ? 'group-start' : ''}>{t(groupTitle[g.group])}</th>)}
            <td />
          </tr>
        )}
        <tr>
          <td class="check frozen" style={{ '--left': '0px' }}>
            <input type="checkbox" aria-label={t('runs.select.all')} checked={all} onChange={() => onAll()} />
          </td>
          <td class="look frozen" style={{ '--left': `${CHECK}px` }}><Menu class="eye-menu" label={t('eye.menu')} items={() => eyeMenu(eyes, onEyes)} testId="eyes"><Icon name="eye" /></Menu></td>
          <th scope="col" class="status-col frozen" style={{ '--left': `${CHECK + LOOK}px` }} aria-sort={sorts[0]?.id === 'info.status' ? (sorts[0].descending ? 'descending' : 'ascending') : 'none'} aria-label={t('runs.status')}>
            <button type="button" class="sort" title={t('runs.status')} onClick={e => actions.sort('info.status', e.shiftKey)}><span class="dot" aria-hidden="true" /><span class="sr-only">{t('runs.status')}</span></button>
          </th>
          <HeadCell column={NAME} sorts={sorts} actions={actions} className="name" numeric={false} left={CHECK + LOOK + STATUS} pinned mark={null} spread={false} value={undefined} before={null} afterNext={undefined} fixed />
          {places.map((p, i) => (
            <Fragment key={p.column.id}>
              {experiments && i === pinnedCount && <th scope="col"><span class="sort">{t('runs.experiment')}</span></th>}
              <HeadCell
                column={p.column} sorts={sorts} actions={actions} className={edges.has(p.column.id) ? 'group-start' : ''} numeric={numeric.has(p.column.id)} left={p.left} pinned={p.left !== undefined} mark={marks.get(p.column.id) ?? null} spread={histograms !== null}
                value={sample && p.column.group !== 'info' ? (sample.cells.get(p.column.id) ?? null) : undefined}
                before={places[i - 1]?.column.id ?? null} afterNext={i + 1 < places.length ? (places[i + 2]?.column.id ?? null) : undefined}
              />
            </Fragment>
          ))}
          {experiments && pinnedCount === places.length && <th scope="col"><span class="sort">{t('runs.experiment')}</span></th>}
          <td />
        </tr>
        {histograms && (
          <tr class="histograms">
            <td class="frozen corner" colSpan={4} style={{ '--left': '0px' }} />
            {places.map((p, i) => (
              <Fragment key={p.column.id}>
                {experiments && i === pinnedCount && <td />}
                <td class={`${edges.has(p.column.id) ? 'group-start' : ''} ${p.left === undefined ? '' : 'frozen'}`} style={p.left === undefined ? undefined : { '--left': `${p.left}px` }}>{histograms.get(p.column.id)}</td>
              </Fragment>
            ))}
            {experiments && pinnedCount === places.length && <td />}
            <td />
          </tr>
        )}
      </thead>
    </>
  );
}
