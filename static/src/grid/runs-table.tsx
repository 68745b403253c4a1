// The runs table: as long as there are runs, with a row in the document for each that is on the screen. Sorted by the
// server, usable without a mouse.
import { Fragment, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatNumber, fullNumber } from '../format';
import { t } from '../i18n';
import type { Window } from '../state/rows';
import { go, href } from '../state/router';
import { Icon } from '../ui/icons';
import { Duration, Status, Time } from '../ui/parts';
import { type Column, type Group, isSortable, type Sort } from './columns';
import { isNumericColumn, type Row } from './rows';

/** Of a row, in pixels; style.css has the same. */
const HEIGHT = 31;
/** Rows drawn above and below those that are seen. */
const AROUND = 12;
/** Browsers end an element at some 33 million pixels. */
const MOST = 1_000_000;

/** All that the search finds but some, or some. */
export interface Picked { all: boolean; ids: ReadonlySet<string> }
export const nothingPicked: Picked = { all: false, ids: new Set() };
export const isPicked = (p: Picked, id: string) => p.all !== p.ids.has(id);
export const pickedCount = (p: Picked, total: number) => (p.all ? total - p.ids.size : p.ids.size);

interface Props {
  rows: Window<Row>;
  columns: readonly Column[];
  /** Of experiments by id, when there may be several; null otherwise. */
  experiments: ReadonlyMap<string, string> | null;
  sort: Sort;
  picked: Picked;
  onPick: (picked: Picked) => void;
  onSort: (id: string) => void;
}

const groupTitle: Record<Group, 'metrics' | 'params' | 'tags' | 'columns.info'> = { metrics: 'metrics', params: 'params', tags: 'tags', info: 'columns.info' };

export function columnTitle(column: Column): string {
  if (column.group === 'info') {
    const known = ['duration', 'user_id', 'source', 'run_id', 'start_time', 'run_name', 'status'] as const;
    const key = known.find(k => k === column.key);
    return key ? t(`runs.${key}`) : column.key;
  }
  if (!column.value) return column.key;
  return `${column.key} ${column.value === 'at' ? `@${column.step}` : t(`value.${column.value}`)}`;
}

function Cell({ row, column, numeric, first }: { row: Row; column: Column; numeric: boolean; first: boolean }): JSX.Element {
  const edge = first ? 'group-start' : '';
  if (column.group === 'info') {
    if (column.key === 'duration') return <td class="number"><Duration start={row.start} end={row.end} running={row.status === 'RUNNING'} /></td>;
    if (column.key === 'user_id') return <td class="text">{row.user}</td>;
    if (column.key === 'run_id') return <td class="id"><code>{row.id}</code></td>;
    if (column.key === 'source') return <td class="text" title={row.source}>{row.source.split('/').pop() || <span class="muted">–</span>}</td>;
    return <td />;
  }
  const v = row.cells.get(column.id) ?? null;
  const cls = `${numeric ? 'number' : ''} ${edge}`;
  if (v === null) return <td class={`muted ${cls}`}>–</td>;
  if (typeof v === 'number') return <td class={cls} title={fullNumber(v)}>{formatNumber(v)}</td>;
  return <td class={`text ${cls}`} title={v}>{v}</td>;
}

/** Which rows are drawn: those that the box shows, and some more. */
function useView(total: number, show: (from: number, to: number) => void) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<[number, number]>([0, 40]);
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const scrolls = element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY !== 'visible';
    // On a phone the page scrolls, not the box.
    const top = scrolls ? element.scrollTop : Math.max(0, -element.getBoundingClientRect().top);
    const height = scrolls || element.clientHeight < innerHeight ? Math.min(element.clientHeight, innerHeight) : innerHeight;
    const from = Math.max(0, Math.floor(top / HEIGHT) - AROUND);
    const to = Math.min(Math.max(0, total - 1), Math.ceil((top + height) / HEIGHT) + AROUND);
    setRange(now => (now[0] === from && now[1] === to ? now : [from, to]));
    show(from, to);
  };
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => latest.current(), [total]);
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => latest.current());
    };
    const watch = new ResizeObserver(soon);
    if (box.current) watch.observe(box.current);
    box.current?.addEventListener('scroll', soon, { passive: true });
    addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      box.current?.removeEventListener('scroll', soon);
      removeEventListener('scroll', soon);
    };
  }, []);
  return { box, range };
}

export function RunsTable({ rows, columns, experiments, sort, picked, onPick, onSort }: Props): JSX.Element {
  const total = Math.min(rows.total ?? 0, MOST);
  const { box, range } = useView(total, rows.show);
  const [current, setCurrent] = useState(0);
  const focusWanted = useRef(-1);
  const lastClicked = useRef(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const [from, to] = [Math.min(range[0], Math.max(0, total - 1)), Math.min(range[1], total - 1)];
  const drawn: (readonly [number, Row | undefined])[] = [];
  for (let i = from; i <= to; i++) drawn.push([i, rows.at(i)]);

  const groups: { group: Group; span: number }[] = [];
  for (const c of columns) {
    const last = groups[groups.length - 1];
    if (last?.group === c.group) last.span++;
    else groups.push({ group: c.group, span: 1 });
  }
  const sample = drawn.flatMap(([, row]) => (row ? [row] : []));
  const numeric = new Set(columns.filter(c => isNumericColumn(sample, c)).map(c => c.id));
  const starts = new Set(columns.filter((c, i) => c.group !== 'info' && columns[i - 1]?.group !== c.group).map(c => c.id));
  const width = 4 + (experiments ? 1 : 0);

  const header = (column: Column, className = '') => {
    const active = sort.id === column.id;
    const title = columnTitle(column);
    const cls = `${className} ${numeric.has(column.id) ? 'number' : ''}`;
    if (!isSortable(column)) return <th scope="col" class={cls} key={column.id}><span class="sort">{title}</span></th>;
    const hint = column.group === 'params' || column.group === 'tags' ? `${column.key}\n${t('runs.sort.text')}` : title;
    return (
      <th scope="col" key={column.id} class={cls} aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" class="sort" title={column.group === 'info' ? undefined : hint} onClick={() => onSort(column.id)}>
          <span class="sort-title">{title}</span>{active && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
        </button>
      </th>
    );
  };

  const move = (i: number) => {
    const to = Math.max(0, Math.min(total - 1, i));
    const element = box.current;
    setCurrent(to);
    focusWanted.current = to;
    if (!element) return;
    const head = element.querySelector('thead')?.clientHeight ?? 0;
    if (to * HEIGHT < element.scrollTop) element.scrollTop = to * HEIGHT;
    else if ((to + 1) * HEIGHT + head > element.scrollTop + element.clientHeight) element.scrollTop = (to + 1) * HEIGHT + head - element.clientHeight;
  };
  // The row may have to be drawn before it can have the focus.
  useLayoutEffect(() => {
    if (focusWanted.current < 0) return;
    const row = body.current?.querySelector<HTMLElement>(`tr[data-index="${focusWanted.current}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    focusWanted.current = -1;
  });

  const toggle = (i: number, range: boolean) => {
    const first = rows.at(i);
    if (!first) return;
    const next = new Set(picked.ids);
    const on = !isPicked(picked, first.id);
    const [a, b] = range ? [Math.min(lastClicked.current, i), Math.max(lastClicked.current, i)] : [i, i];
    for (let k = a; k <= b; k++) {
      const row = rows.at(k);
      if (!row) continue;
      if (on === picked.all) next.delete(row.id);
      else next.add(row.id);
    }
    lastClicked.current = i;
    onPick({ all: picked.all, ids: next });
  };
  const key = (e: KeyboardEvent) => {
    if (e.target instanceof HTMLInputElement && e.key === ' ') return;
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const row = rows.at(current);
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 300) / HEIGHT) - 2);
    if (e.key === 'ArrowDown' || e.key === 'j') move(current + 1);
    else if (e.key === 'ArrowUp' || e.key === 'k') move(current - 1);
    else if (e.key === 'PageDown') move(current + page);
    else if (e.key === 'PageUp') move(current - page);
    else if (e.key === 'Home') move(0);
    else if (e.key === 'End') move(total - 1);
    else if (e.key === 'x' || e.key === ' ') toggle(current, e.shiftKey);
    else if (e.key === 'Enter' && row && e.target instanceof HTMLTableRowElement) go(href.run(row.experimentId, row.id));
    else return;
    e.preventDefault();
  };
  const start: Column = { id: 'info.start_time', group: 'info', key: 'start_time' };
  const name: Column = { id: 'info.run_name', group: 'info', key: 'run_name' };
  const status: Column = { id: 'info.status', group: 'info', key: 'status' };
  const wholeWidth = width + columns.length;
  const all = total > 0 && pickedCount(picked, total) === total;

  return (
    <div class="table-box runs-box" ref={box}>
      <table class={`list runs ${rows.stale ? 'stale' : ''}`} aria-label={t('runs.title')} aria-rowcount={total + 1} data-testid="runs">
        <thead>
          {groups.some(g => g.group !== 'info') && (
            <tr class="group-row">
              <td colSpan={width} />
              {groups.map(g => g.group === 'info' ? <td key={g.group} colSpan={g.span} /> : <th key={g.group} scope="colgroup" colSpan={g.span} class="group-start">{t(groupTitle[g.group])}</th>)}
            </tr>
          )}
          <tr>
            <td class="check">
              <input type="checkbox" aria-label={t('runs.select.all')} checked={all} onChange={() => onPick({ all: !all, ids: new Set() })} />
            </td>
            {header(status, 'status-col')}
            {header(name, 'name')}
            {experiments && <th scope="col"><span class="sort">{t('runs.experiment')}</span></th>}
            {header(start)}
            {columns.map(c => header(c, starts.has(c.id) ? 'group-start' : ''))}
          </tr>
        </thead>
        {from > 0 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${from * HEIGHT}px` }}><td colSpan={wholeWidth} /></tr></tbody>}
        <tbody ref={body} onKeyDown={key} data-testid="rows">
          {drawn.map(([i, row]) => {
            if (!row) return <tr key={`empty ${i}`} data-index={i} class="waiting" aria-rowindex={i + 2} tabIndex={i === current ? 0 : -1}><td colSpan={wholeWidth} /></tr>;
            const marked = isPicked(picked, row.id);
            return (
              <tr
                key={row.id} data-index={i} aria-rowindex={i + 2} tabIndex={i === current || (i === from && (current < from || current > to)) ? 0 : -1} class={marked ? 'marked' : ''}
                onFocus={() => setCurrent(i)} onDblClick={() => go(href.run(row.experimentId, row.id))}
              >
                <td class="check">
                  <input type="checkbox" aria-label={t('runs.select', { name: row.name })} checked={marked} onClick={e => toggle(i, e.shiftKey)} />
                </td>
                <td class="status-col"><Status status={row.status} /></td>
                <th scope="row" class="name">
                  {row.nested && <span class="nested" title={t('runs.nested')}><Icon name="child" /><span class="sr-only">{t('runs.nested')}</span></span>}
                  <a href={href.run(row.experimentId, row.id)} title={row.name}>{row.name}</a>
                </th>
                {experiments && <td class="text"><a href={href.runs(row.experimentId)} title={experiments.get(row.experimentId)}>{experiments.get(row.experimentId) ?? row.experimentId}</a></td>}
                <td><Time ms={row.start} /></td>
                {columns.map(c => <Fragment key={c.id}><Cell row={row} column={c} numeric={numeric.has(c.id)} first={starts.has(c.id)} /></Fragment>)}
              </tr>
            );
          })}
        </tbody>
        {to < total - 1 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${(total - 1 - to) * HEIGHT}px` }}><td colSpan={wholeWidth} /></tr></tbody>}
      </table>
    </div>
  );
}
