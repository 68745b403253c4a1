// Attributes as rows, runs as columns, of any number of either: only what is in sight is drawn.
import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { exactTime, formatNumber, fullNumber } from '../format';
import { type Key, count, duration, t } from '../i18n';
import { lookOf } from '../state/colours';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Status, Time } from '../ui/parts';
import { type Cells, cellOf } from './data';
import { bestOf, type Cell, type DiffRow, type Group, type Head, type Line, numberIn, relativeText, relativeTo, runWidth } from './rows';

const HEIGHT = 30;
const AROUND = 6;
/** A number of a param is given as it was written, up to so many letters. */
const LONG = 10;

export interface DiffActions {
  base: (id: string | null) => void;
  /** Absent where the runs are those of a search. */
  remove?: ((id: string) => void) | undefined;
  sort: (row: DiffRow) => void;
  fold: (group: Group) => void;
}

interface Props {
  lines: readonly Line[];
  heads: readonly Head[];
  /** The run that the others are held against; it stands first. */
  base: Head | undefined;
  cells: Cells;
  names: ReadonlyMap<string, string>;
  folded: ReadonlySet<string>;
  sorted: { id: string; descending: boolean } | null;
  isMinimized: (key: string) => boolean;
  show: (rows: readonly DiffRow[]) => void;
  actions: DiffActions;
}

const groupTitle: Record<Group, Key> = { info: 'columns.info', params: 'params', metrics: 'metrics', tags: 'tags' };
/** In these no two runs are alike. */
const unlike: ReadonlySet<string> = new Set(['info.id', 'info.start', 'info.duration']);
const isRow = (line: Line): line is DiffRow => 'id' in line;

export function titleOf(row: DiffRow): string {
  return row.group === 'info' ? t(`compare.info.${row.key}` as Key) : row.key;
}

/** How a cell reads, short and in full. */
export function textsOf(row: DiffRow, cell: Cell, names: ReadonlyMap<string, string>): { text: string; full: string } {
  if (cell === null) return { text: '–', full: '' };
  if (row.group !== 'info') {
    if (typeof cell === 'number') return { text: formatNumber(cell), full: fullNumber(cell) };
    return { text: row.group === 'params' && cell.length > LONG && numberIn(cell) !== null ? formatNumber(Number(cell)) : cell, full: cell };
  }
  const text = String(cell);
  if (row.key === 'start') return { text: exactTime(Number(cell)), full: exactTime(Number(cell)) };
  if (row.key === 'duration') return { text: duration(Number(cell)), full: duration(Number(cell)) };
  if (row.key === 'status') return { text: t(`status.${text}` as Key), full: t(`status.${text}` as Key) };
  if (row.key === 'experiment') return { text: names.get(text) ?? text, full: names.get(text) ?? text };
  if (row.key === 'commit') return { text: text.slice(0, 8), full: text };
  if (row.key === 'source') return { text: text.split('/').pop() ?? text, full: text };
  return { text, full: text };
}

/** The rows and the columns that the box shows, and some more. */
function useSight(box: RefObject<HTMLDivElement | null>, rows: number, columns: number, width: number) {
  const [sight, setSight] = useState<readonly [number, number, number, number]>([0, 30, 0, 12]);
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const next = [
      Math.max(0, Math.floor(element.scrollTop / HEIGHT) - AROUND), Math.min(rows - 1, Math.ceil((element.scrollTop + element.clientHeight) / HEIGHT) + AROUND),
      Math.max(0, Math.floor(element.scrollLeft / width) - 2), Math.min(columns - 1, Math.ceil((element.scrollLeft + element.clientWidth) / width) + 2),
    ] as const;
    setSight(now => (now.every((n, i) => n === next[i]) ? now : next));
  };
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => latest.current(), [rows, columns, width]);
  useEffect(() => {
    const element = box.current!;
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => latest.current());
    };
    const watch = new ResizeObserver(soon);
    watch.observe(element);
    element.addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      element.removeEventListener('scroll', soon);
    };
  }, []);
  return sight;
}

/** The width of the box; 0 before it is there. */
function useRoom(box: RefObject<HTMLDivElement | null>): number {
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setRoom(box.current!.clientWidth);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  return room;
}

export function DiffTable({ lines, heads, base, cells, names, folded, sorted, isMinimized, show, actions }: Props): JSX.Element {
  const small = innerWidth < 641;
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const keyWidth = small ? 130 : 240;
  const width = small ? 128 : runWidth(room - keyWidth, heads.length);
  const others = base ? heads.filter(h => h.id !== base.id) : heads;
  const sight = useSight(box, lines.length, others.length, width);
  const [top, bottom, left, right] = [Math.min(sight[0], Math.max(0, lines.length - 1)), Math.min(sight[1], lines.length - 1), Math.min(sight[2], Math.max(0, others.length - 1)), Math.min(sight[3], others.length - 1)];
  const drawn = lines.slice(top, bottom + 1);
  const seen = others.slice(left, right + 1);
  const before = left * width;
  const after = Math.max(0, others.length - 1 - right) * width;
  const columns = 3 + seen.length + Number(base !== undefined);
  const inSight = drawn.filter(isRow);
  useEffect(() => show(inSight), [inSight.map(r => r.id).join(' ')]);

  return (
    <div class="table-box diff-box" ref={box} role="region" aria-label={t('compare.table')} tabIndex={0} data-testid="diff">
      <table
        class="list diff" aria-label={t('compare.table')} aria-rowcount={lines.length + 1} aria-colcount={heads.length + 1}
        style={{ width: `${keyWidth + heads.length * width}px`, '--key': `${keyWidth}px` }}
      >
        <colgroup>
          <col style={{ width: `${keyWidth}px` }} />
          {base && <col style={{ width: `${width}px` }} />}
          <col style={{ width: `${before}px` }} />
          {seen.map(h => <col key={h.id} style={{ width: `${width}px` }} />)}
          <col style={{ width: `${after}px` }} />
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <td class="diff-key" />
            {base && <RunHead head={base} names={names} base column={2} actions={actions} />}
            <td class="diff-space" />
            {seen.map((h, i) => <RunHead key={h.id} head={h} names={names} base={false} column={left + i + 2 + Number(base !== undefined)} actions={actions} />)}
            <td class="diff-space" />
          </tr>
        </thead>
        {top > 0 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${top * HEIGHT}px` }}><td colSpan={columns} /></tr></tbody>}
        <tbody>
          {drawn.map((line, i) =>
            isRow(line) ? (
              <Row
                key={line.id} row={line} index={top + i + 2} heads={heads} seen={seen} left={left} base={base} cells={cells} names={names}
                sorted={sorted?.id === line.id ? sorted : null} minimized={line.group === 'metrics' && isMinimized(line.key)} actions={actions}
              />
            ) : (
              <tr key={line.title} class="diff-group" aria-rowindex={top + i + 2}>
                <th scope="row">
                  <button type="button" class="plain" aria-expanded={!folded.has(line.title)} onClick={() => actions.fold(line.title)}>
                    <Icon name="right" class={folded.has(line.title) ? '' : 'turned'} /> {t(groupTitle[line.title])} <span class="muted">{count(line.count)}</span>
                  </button>
                </th>
                <td colSpan={columns - 1} />
              </tr>
            ),
          )}
        </tbody>
        {bottom < lines.length - 1 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${(lines.length - 1 - bottom) * HEIGHT}px` }}><td colSpan={columns} /></tr></tbody>}
      </table>
    </div>
  );
}

function RunHead({ head, names, base, column, actions }: { head: Head; names: ReadonlyMap<string, string>; base: boolean; column: number; actions: DiffActions }): JSX.Element {
  const experiment = names.get(head.experimentId) ?? head.experimentId;
  return (
    <th scope="col" class={base ? 'diff-base' : ''} aria-colindex={column} data-run={head.id}>
      <span class="diff-run">
        <Status status={head.status} /> <span class="swatch" style={{ background: lookOf(head.id).color }} aria-hidden="true" />
        <a href={href.run(head.experimentId, head.id)} title={head.name}>{head.name}</a>
        <Menu
          class="icon-button quiet" label={t('compare.menu', { name: head.name })}
          items={() => [
            base ? { text: t('compare.base.clear'), act: () => actions.base(null) } : { text: t('compare.base.set'), act: () => actions.base(head.id) },
            actions.remove && { text: t('compare.remove'), act: () => actions.remove!(head.id) },
          ]}
        >
          <Icon name="down" />
        </Menu>
      </span>
      <span class="diff-where"><a href={href.runs(head.experimentId)} title={experiment}>{experiment}</a></span>
      <span class="diff-where">{base ? <b class="chip">{t('compare.base')}</b> : head.deleted ? t('compare.deleted') : <Time ms={head.start} />}</span>
    </th>
  );
}

interface RowProps {
  row: DiffRow; index: number; heads: readonly Head[]; seen: readonly Head[]; left: number; base: Head | undefined; cells: Cells; names: ReadonlyMap<string, string>;
  sorted: { descending: boolean } | null; minimized: boolean; actions: DiffActions;
}

function Row({ row, index, heads, seen, left, base, cells, names, sorted, minimized, actions }: RowProps): JSX.Element {
  const known = row.group === 'info' || cells.has(row.id);
  const values = cells.get(row.id);
  const best = useMemo(() => (row.group === 'metrics' ? bestOf(heads.map(h => values?.get(h.id)), minimized) : null), [values, heads, minimized]);
  const numeric = useMemo(() => row.group === 'metrics' || (row.group === 'params' && values !== undefined && [...values.values()].every(v => v === null || numberIn(v) !== null)), [values]);
  const baseCell = base && cellOf(cells, row, base);
  const title = titleOf(row);
  const cell = (head: Head, isBase: boolean, column: number) => {
    const value = cellOf(cells, row, head);
    const place = { key: head.id, 'aria-colindex': column };
    const own = isBase ? 'diff-base' : '';
    if (!known || value === undefined) return <td {...place} class={`waiting ${own}`} />;
    const { text, full } = textsOf(row, value, names);
    const share = isBase || row.group === 'info' ? null : relativeTo(value, baseCell);
    const beside = share === null ? '' : relativeText(share);
    const side = beside && row.group === 'metrics' ? (share! < 0 === minimized ? 'better' : 'worse') : '';
    const other = base && !isBase && !unlike.has(row.id) && value !== baseCell ? 'other' : '';
    const isBest = best !== null && value === best;
    return (
      <td {...place} class={`${own} ${numeric ? 'number' : ''} ${other} ${isBest ? 'best' : ''} ${value === null ? 'muted' : ''}`} title={full || undefined}>
        {isBest && <span class="best-mark" title={t('compare.best')}><span aria-hidden="true">★</span><span class="sr-only">{t('compare.best')}</span></span>}
        <span class="diff-value">{text}</span>
        {beside && <span class={`diff-share ${side}`}>{beside}</span>}
      </td>
    );
  };
  return (
    <tr aria-rowindex={index} data-row={row.id} class={row.differs ? '' : 'same'}>
      <th scope="row" aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : undefined}>
        <button type="button" class="sort" title={`${title}\n${t('compare.sort')}`} onClick={() => actions.sort(row)}>
          <span class="sort-title">{title}</span>{sorted && <span aria-hidden="true">{sorted.descending ? ' ↓' : ' ↑'}</span>}
        </button>
      </th>
      {base && cell(base, true, 2)}
      <td class="diff-space" />
      {seen.map((h, i) => cell(h, false, left + i + 2 + Number(base !== undefined)))}
      <td class="diff-space" />
    </tr>
  );
}
