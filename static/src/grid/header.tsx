// The head of a column: a click sorts (with shift: as a further key), the menu has the rest, the edge drags the width,
// and the head itself is dragged to another place.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { formatNumber } from '../format';
import { t } from '../i18n';
import { Icon } from '../ui/icons';
import { Menu, type MenuItem } from '../ui/menu';
import { type Column, type Group, isSortable, type Sort, type Value } from './columns';
import type { Mark } from './marks';
import { clampWidth, NAME } from './layout';

/** What can be done to columns; the table says it, the page does it. */
export interface ColumnActions {
  sort: (id: string, more: boolean) => void;
  sortBy: (sort: Sort, more: boolean) => void;
  hide: (id: string) => void;
  pin: (id: string, on: boolean) => void;
  move: (id: string, before: string | null) => void;
  resize: (id: string, width: number | null) => void;
  replace: (id: string, by: string) => void;
  /** At a step that the reader is asked for. */
  atStep: (column: Column) => void;
  /** The name of the column goes to the query bar. */
  filter: (column: Column) => void;
  /** Only the runs with this value, or those without it. */
  only: (column: Column, value: string | number | null, not: boolean) => void;
  group: (column: Column) => void;
  mark: (id: string, mark: Mark | null) => void;
  /** Histograms in the heads of all columns, or none. */
  spread: (on: boolean) => void;
}

export const groupTitle: Record<Group, 'metrics' | 'params' | 'tags' | 'columns.info'> = { metrics: 'metrics', params: 'params', tags: 'tags', info: 'columns.info' };

export function columnTitle(column: Column): string {
  if (column.group === 'info') {
    if (column.key === 'experiment_id') return t('runs.experiment');
    const known = ['duration', 'user_id', 'source', 'run_id', 'start_time', 'end_time', 'run_name', 'status'] as const;
    const key = known.find(k => k === column.key);
    return key ? t(`runs.${key}`) : column.key;
  }
  if (!column.value) return column.key;
  return `${column.key} ${column.value === 'at' ? `@${column.step}` : t(`value.${column.value}`)}`;
}

interface Props {
  column: Column;
  sorts: readonly Sort[];
  actions: ColumnActions;
  className: string;
  numeric: boolean;
  /** From the left edge, of a column that stays when the table is scrolled. */
  left: number | undefined;
  pinned: boolean;
  /** How the values of the column are made to be seen. */
  mark: Mark | null;
  spread: boolean;
  /** The value in the row that was looked at last; undefined when there is none to filter by. */
  value: string | number | null | undefined;
  /** The columns on either side, for moving without a mouse; null at an edge. */
  before: string | null;
  afterNext: string | null | undefined;
  fixed?: boolean;
}

const values: (Value | undefined)[] = [undefined, 'best', 'min', 'max', 'spark'];

function menuOf({ column, sorts, actions, numeric, pinned, mark, spread, value, before, afterNext, fixed }: Props): (MenuItem | false)[] {
  const { id } = column;
  const sorted = sorts.find(s => s.id === id);
  const base = `metrics.${column.key}`;
  const shown = value === null ? t('column.novalue') : typeof value === 'number' ? formatNumber(value) : typeof value === 'string' && value.length > 24 ? `${value.slice(0, 23)}…` : value;
  const filters = value !== undefined && (column.group === 'params' || column.group === 'tags' || (column.group === 'metrics' && !column.value && typeof value === 'number' && Number.isFinite(value)));
  return [
    isSortable(column) && { text: t('column.ascending'), checked: sorted?.descending === false, act: () => actions.sortBy({ id, descending: false }, false) },
    isSortable(column) && { text: t('column.descending'), checked: sorted?.descending === true, act: () => actions.sortBy({ id, descending: true }, false) },
    isSortable(column) && !sorted && { text: t('column.then'), hint: '⇧', act: () => actions.sort(id, true) },
    ...(column.group === 'metrics' ? values.map((v, i): MenuItem => ({
      text: t(v ? `value.${v}` : 'value.last'), checked: column.value === v, apart: i === 0, act: () => actions.replace(id, v ? `${base}@${v}` : base),
    })) : []),
    column.group === 'metrics' && { text: t('column.at'), checked: column.value === 'at', act: () => actions.atStep(column) },
    ...(numeric && column.group !== 'info' ? ([null, 'heat', 'bar'] as const).map((m, i): MenuItem => ({ text: t(`mark.${m ?? 'none'}`), checked: mark === m, apart: i === 0, act: () => actions.mark(id, m) })) : []),
    numeric && column.group !== 'info' && { text: t(spread ? 'hist.hide' : 'hist.show'), act: () => actions.spread(!spread) },
    { text: t('column.filter'), apart: true, act: () => actions.filter(column) },
    filters && { text: t('column.only', { value: shown! }), act: () => actions.only(column, value!, false) },
    filters && value !== null && { text: t('column.not', { value: shown! }), act: () => actions.only(column, value!, true) },
    (column.group === 'params' || column.group === 'tags') && { text: t('column.group'), act: () => actions.group(column) },
    !fixed && { text: t(pinned ? 'column.unpin' : 'column.pin'), apart: true, act: () => actions.pin(id, !pinned) },
    !fixed && before !== null && { text: t('column.left'), act: () => actions.move(id, before) },
    !fixed && afterNext !== undefined && { text: t('column.right'), act: () => actions.move(id, afterNext) },
    { text: t('column.auto'), apart: fixed === true, act: () => actions.resize(id, null) },
    !fixed && { text: t('column.hide'), act: () => actions.hide(id) },
  ];
}

/** What is being dragged: the data of a drag cannot be read before the drop. */
let dragged: string | null = null;

export function HeadCell(props: Props): JSX.Element {
  const { column, sorts, actions, numeric, left, fixed } = props;
  const cell = useRef<HTMLTableCellElement>(null);
  const title = columnTitle(column);
  const rank = sorts.findIndex(s => s.id === column.id);
  const sort = sorts[rank];
  const sign = sort ? `${sort.descending ? '↓' : '↑'}${sorts.length > 1 ? rank + 1 : ''}` : '';
  const hint = column.group === 'params' || column.group === 'tags' ? `${column.key}\n${t('runs.sort.text')}` : title;

  const resize = (down: PointerEvent) => {
    if (down.button !== 0) return;
    down.preventDefault();
    const handle = down.currentTarget as HTMLElement;
    const start = cell.current!.getBoundingClientRect().width;
    const col = cell.current!.closest('table')!.querySelector<HTMLElement>(`col[data-id="${CSS.escape(column.id)}"]`);
    let width = start;
    const move = (e: PointerEvent) => {
      width = clampWidth(start + e.clientX - down.clientX);
      if (col) col.style.width = `${width}px`; // the page hears of it at the end only
    };
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      if (width !== start) actions.resize(column.id, width);
    };
    handle.setPointerCapture(down.pointerId);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
  };
  return (
    <th
      ref={cell} scope="col" class={`${props.className} ${numeric ? 'number' : ''} ${left === undefined ? '' : 'frozen'} head`} aria-label={title} style={left === undefined ? undefined : { '--left': `${left}px` }}
      aria-sort={isSortable(column) ? (rank === 0 ? (sort!.descending ? 'descending' : 'ascending') : 'none') : undefined} draggable={!fixed}
      onDragStart={e => {
        dragged = column.id;
        e.dataTransfer?.setData('text/plain', title);
      }}
      onDragOver={e => {
        if (!dragged || dragged === column.id || column.id === NAME.id) return;
        e.preventDefault();
        cell.current!.classList.add('drop-here');
      }}
      onDragLeave={() => cell.current!.classList.remove('drop-here')}
      onDrop={e => {
        e.preventDefault();
        cell.current!.classList.remove('drop-here');
        if (dragged && !fixed) actions.move(dragged, column.id);
      }}
      onDragEnd={() => { dragged = null; }}
    >
      <div class="head-cell">
        {isSortable(column) ? (
          <button type="button" class="sort" title={hint} onClick={e => actions.sort(column.id, e.shiftKey)}>
            <span class="sort-title">{title}</span>{sign && <span aria-hidden="true">{sign}</span>}
            {rank > 0 && <span class="sr-only">{t('column.sorted', { n: rank + 1 })}</span>}
          </button>
        ) : <span class="sort" title={title}><span class="sort-title">{title}</span></span>}
        <Menu label={t('column.menu', { name: title })} items={() => menuOf(props)} class="icon-button quiet head-menu"><Icon name="down" /></Menu>
      </div>
      <span class="resize" aria-hidden="true" onPointerDown={resize} onDblClick={() => actions.resize(column.id, null)} />
    </th>
  );
}
