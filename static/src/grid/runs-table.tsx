// The runs table: as long as there are runs, with a row in the document for each that is on the screen. Sorted by the
// server, usable without a mouse.
import { type ComponentChildren, Fragment, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatNumber, fullNumber } from '../format';
import { t } from '../i18n';
import type { Window } from '../state/rows';
import { go, href } from '../state/router';
import { Icon } from '../ui/icons';
import { Duration, Status, Time } from '../ui/parts';
import type { Column, Group, Sort } from './columns';
import { type ColumnActions, columnTitle, groupTitle, HeadCell } from './header';
import { CHECK, NAME, naturalWidth, type Placed, placed, STATUS, type Widths } from './layout';
import { isNumericColumn, type Row } from './rows';
import { isPicked, type Picked, pickedCount } from './select';
import { Spark, type Sparks, useSparks } from './spark';

/** Of a row, in pixels; style.css has the same. */
const HEIGHT = 31;
/** Rows drawn above and below those that are seen. */
const AROUND = 12;
/** Browsers end an element at some 33 million pixels. */
const MOST = 1_000_000;

export interface TableActions extends ColumnActions { pick: (picked: Picked) => void }

interface Props {
  rows: Window<Row>;
  columns: readonly Column[];
  pins: readonly string[];
  widths: Widths;
  /** Of experiments by id, when there may be several; null otherwise. */
  experiments: ReadonlyMap<string, string> | null;
  sorts: readonly Sort[];
  picked: Picked;
  /** Goes up when the runs have moved on. */
  version: number;
  actions: TableActions;
}

const EXPERIMENT = 150;

/** The cell of a column; attributes of its place are the same for all kinds. */
function Cell({ row, place, numeric, edge, sparks }: { row: Row; place: Placed; numeric: boolean; edge: boolean; sparks: Sparks }): JSX.Element {
  const { column, left } = place;
  const cell = (cls: string, content: ComponentChildren, title?: string) => (
    <td class={`${cls} ${edge ? 'group-start' : ''} ${left === undefined ? '' : 'frozen'}`} title={title} style={left === undefined ? undefined : { '--left': `${left}px` }}>{content}</td>
  );
  const none = <span class="muted">–</span>;
  if (column.value === 'spark') return cell('', <Spark values={sparks(row.id, column.key)} />);
  if (column.group === 'info') {
    if (column.key === 'start_time') return cell('', <Time ms={row.start} />);
    if (column.key === 'end_time') return cell('', <Time ms={row.end} />);
    if (column.key === 'duration') return cell('number', <Duration start={row.start} end={row.end} running={row.status === 'RUNNING'} />);
    if (column.key === 'user_id') return cell('text', row.user, row.user);
    if (column.key === 'run_id') return cell('id', <code>{row.id}</code>);
    if (column.key === 'source') return cell('text', row.source.split('/').pop() || none, row.source);
    return cell('', null);
  }
  const v = row.cells.get(column.id) ?? null;
  if (v === null) return cell(`muted ${numeric ? 'number' : ''}`, '–');
  if (typeof v === 'number') return cell('number', formatNumber(v), fullNumber(v));
  return cell(`text ${numeric ? 'number' : ''}`, v, v);
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

export function RunsTable({ rows, columns, pins, widths, experiments, sorts, picked, version, actions }: Props): JSX.Element {
  const total = Math.min(rows.total ?? 0, MOST);
  const { box, range } = useView(total, rows.show);
  const [current, setCurrent] = useState(0);
  const focusWanted = useRef(-1);
  const lastClicked = useRef(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const [from, to] = [Math.min(range[0], Math.max(0, total - 1)), Math.min(range[1], total - 1)];
  const drawn: (readonly [number, Row | undefined])[] = [];
  for (let i = from; i <= to; i++) drawn.push([i, rows.at(i)]);

  const sample = drawn.flatMap(([, row]) => (row ? [row] : []));
  const numeric = new Set(columns.filter(c => isNumericColumn(sample, c)).map(c => c.id));
  const nameWidth = widths.get(NAME.id) ?? naturalWidth(NAME, '');
  const places = placed(columns, pins, widths, columnTitle, nameWidth);
  const loose = places.filter(p => p.left === undefined);
  const groups: { group: Group; span: number }[] = [];
  for (const { column } of loose) {
    const last = groups[groups.length - 1];
    if (last?.group === column.group) last.span++;
    else groups.push({ group: column.group, span: 1 });
  }
  const edges = new Set(loose.filter((p, i) => i > 0 && loose[i - 1]!.column.group !== p.column.group).map(p => p.column.id));
  const pinnedCount = places.length - loose.length;
  const whole = CHECK + STATUS + nameWidth + (experiments ? EXPERIMENT : 0) + places.reduce((sum, p) => sum + p.width, 0);
  const wholeSpan = 4 + places.length + (experiments ? 1 : 0);
  const sparks = useSparks(sample.map(r => r.id), columns, version);
  const row0 = rows.at(current);

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
    actions.pick({ all: picked.all, ids: next });
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
  const all = total > 0 && pickedCount(picked, total) === total;

  return (
    <div class="table-box runs-box" ref={box}>
      <table class={`list runs ${rows.stale ? 'stale' : ''}`} aria-label={t('runs.title')} aria-rowcount={total + 1} data-testid="runs" style={{ minWidth: `${whole}px`, '--name-left': `${CHECK + STATUS}px` }}>
        <colgroup>
          <col style={{ width: `${CHECK}px` }} /><col style={{ width: `${STATUS}px` }} /><col data-id={NAME.id} style={{ width: `${nameWidth}px` }} />
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
              <td class="frozen corner" colSpan={3 + pinnedCount} style={{ '--left': '0px' }} />
              {experiments && <td />}
              {groups.map((g, i) => g.group === 'info' ? <td key={i} colSpan={g.span} class={i > 0 ? 'group-start' : ''} /> : <th key={i} scope="colgroup" colSpan={g.span} class={i > 0 ? 'group-start' : ''}>{t(groupTitle[g.group])}</th>)}
              <td />
            </tr>
          )}
          <tr>
            <td class="check frozen" style={{ '--left': '0px' }}>
              <input type="checkbox" aria-label={t('runs.select.all')} checked={all} onChange={() => actions.pick({ all: !all, ids: new Set() })} />
            </td>
            <th scope="col" class="status-col frozen" style={{ '--left': `${CHECK}px` }} aria-sort={sorts[0]?.id === 'info.status' ? (sorts[0].descending ? 'descending' : 'ascending') : 'none'} aria-label={t('runs.status')}>
              <button type="button" class="sort" title={t('runs.status')} onClick={e => actions.sort('info.status', e.shiftKey)}><span class="dot" aria-hidden="true" /><span class="sr-only">{t('runs.status')}</span></button>
            </th>
            <HeadCell column={NAME} sorts={sorts} actions={actions} className="name" numeric={false} left={CHECK + STATUS} pinned value={undefined} before={null} afterNext={undefined} fixed />
            {places.map((p, i) => (
              <Fragment key={p.column.id}>
                {experiments && i === pinnedCount && <th scope="col"><span class="sort">{t('runs.experiment')}</span></th>}
                <HeadCell
                  column={p.column} sorts={sorts} actions={actions} className={edges.has(p.column.id) ? 'group-start' : ''} numeric={numeric.has(p.column.id)} left={p.left} pinned={p.left !== undefined}
                  value={row0 && p.column.group !== 'info' ? (row0.cells.get(p.column.id) ?? null) : undefined}
                  before={places[i - 1]?.column.id ?? null} afterNext={i + 1 < places.length ? (places[i + 2]?.column.id ?? null) : undefined}
                />
              </Fragment>
            ))}
            {experiments && pinnedCount === places.length && <th scope="col"><span class="sort">{t('runs.experiment')}</span></th>}
            <td />
          </tr>
        </thead>
        {from > 0 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${from * HEIGHT}px` }}><td colSpan={wholeSpan} /></tr></tbody>}
        <tbody ref={body} onKeyDown={key} data-testid="rows">
          {drawn.map(([i, row]) => {
            // The element stays when its run arrives: it may have the focus.
            if (!row) return <tr key={i} data-index={i} class="waiting" aria-rowindex={i + 2} tabIndex={i === current ? 0 : -1}><td colSpan={wholeSpan} /></tr>;
            const marked = isPicked(picked, row.id);
            return (
              <tr
                key={i} data-index={i} aria-rowindex={i + 2} tabIndex={i === current || (i === from && (current < from || current > to)) ? 0 : -1} class={marked ? 'marked' : ''}
                onFocus={() => setCurrent(i)} onDblClick={() => go(href.run(row.experimentId, row.id))}
              >
                <td class="check frozen" style={{ '--left': '0px' }}>
                  <input type="checkbox" aria-label={t('runs.select', { name: row.name })} checked={marked} onClick={e => toggle(i, e.shiftKey)} />
                </td>
                <td class="status-col frozen" style={{ '--left': `${CHECK}px` }}><Status status={row.status} /></td>
                <th scope="row" class="name frozen" style={{ '--left': `${CHECK + STATUS}px` }}>
                  {row.nested && <span class="nested" title={t('runs.nested')}><Icon name="child" /><span class="sr-only">{t('runs.nested')}</span></span>}
                  <a href={href.run(row.experimentId, row.id)} title={row.name}>{row.name}</a>
                </th>
                {places.map((p, k) => (
                  <Fragment key={p.column.id}>
                    {experiments && k === pinnedCount && <ExperimentCell row={row} names={experiments} />}
                    <Cell row={row} place={p} numeric={numeric.has(p.column.id)} edge={edges.has(p.column.id)} sparks={sparks} />
                  </Fragment>
                ))}
                {experiments && pinnedCount === places.length && <ExperimentCell row={row} names={experiments} />}
                <td />
              </tr>
            );
          })}
        </tbody>
        {to < total - 1 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${(total - 1 - to) * HEIGHT}px` }}><td colSpan={wholeSpan} /></tr></tbody>}
      </table>
    </div>
  );
}

function ExperimentCell({ row, names }: { row: Row; names: ReadonlyMap<string, string> }): JSX.Element {
  return <td class="text"><a href={href.runs(row.experimentId)} title={names.get(row.experimentId)}>{names.get(row.experimentId) ?? row.experimentId}</a></td>;
}
