// The runs table: as long as there are runs, with a row in the document for each that is on the screen. Sorted by the
// server, usable without a mouse.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import type { Keys } from '../api/grid';
import { go, href } from '../state/router';
import { useKeys } from '../keys';
import type { Column, Sort } from './columns';
import { type ColumnActions, columnTitle } from './header';
import type { Eyes } from './drawn';
import { CHECK, contentWidth, LOOK, NAME, naturalWidth, placed, STATUS, type Widths } from './layout';
import { type Marks, rangeOf } from './marks';
import { isNumericColumn, type Row } from './rows';
import { type RowFrame, RunRow } from './run-row';
import { HEIGHT, reach, useRowWindow } from './row-window';
import { isPicked, type Picked, pickedCount } from './select';
import { useSparks } from './spark';
import { EXPERIMENT, TableHead } from './table-head';
import type { Lines } from './use-rows';

/** Browsers end an element at some 33 million pixels. */
const MOST = 1_000_000;

export interface TableActions extends ColumnActions {
  pick: (picked: Picked) => void;
  /** Draws it in charts, or no longer. */
  eye: (row: Pick<Row, 'id' | 'status'>) => void;
  eyes: (eyes: Eyes) => void;
  /** Puts it to the top of the table, or back. */
  top: (id: string) => void;
  /** Shows it beside the table; nothing: shows none. */
  peek: (id: string | null) => void;
  /** Shows the runs below it, or no longer. */
  open: (id: string) => void;
}

interface Props {
  rows: Lines;
  /** Another text, other rows or another order of them. */
  list: string;
  columns: readonly Column[];
  pins: readonly string[];
  widths: Widths;
  marks: Marks;
  keys: Keys | undefined;
  /** Of the columns that have one; null: none are to be shown. */
  histograms: ReadonlyMap<string, JSX.Element> | null;
  /** Of experiments by id, when there may be several; null otherwise. */
  experiments: ReadonlyMap<string, string> | null;
  sorts: readonly Sort[];
  picked: Picked;
  /** Those that stand at the top, wherever the others are. */
  top: readonly Row[];
  drawn: ReadonlySet<string>;
  eyes: Eyes;
  peeked: string;
  /** Of a tree: whose parts are shown. */
  open: readonly string[];
  /** Goes up when the runs have moved on. */
  version: number;
  actions: TableActions;
}

/** Of a tree: what stands beside a name. */
const OPENER = 50;

function symmetric(ids: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** How wide texts are that came first, so that columns do not jump when others come. */
function useContents(sample: readonly Row[], columns: readonly Column[], numeric: ReadonlySet<string>): Widths {
  const known = useRef(new Map<string, number>());
  const note = (id: string, texts: readonly string[]) => texts.length > 0 && !known.current.has(id) && known.current.set(id, contentWidth(texts));
  note(NAME.id, sample.map(row => row.name));
  for (const c of columns) {
    if (numeric.has(c.id) || (c.group !== 'params' && c.group !== 'tags')) continue;
    note(c.id, sample.flatMap(row => {
      const cell = row.cells.get(c.id);
      return typeof cell === 'string' ? [cell] : [];
    }));
  }
  return known.current;
}

export function RunsTable({ rows, list, columns, pins, widths, marks, keys, histograms, experiments, sorts, picked, top, drawn: inCharts, eyes, peeked, open, version, actions }: Props): JSX.Element {
  const total = Math.min(rows.total ?? 0, MOST);
  const { box, range } = useRowWindow(total, top.length, rows.show);
  const [current, setCurrent] = useState(0);
  const focusWanted = useRef(-1);
  const waited = useRef(false);
  const lastClicked = useRef(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const listed = useRef(list);
  useLayoutEffect(() => {
    if (listed.current === list) return;
    // What was asked for stands at the top.
    listed.current = list;
    if (box.current) box.current.scrollTop = 0;
    setCurrent(0);
  }, [list]);
  const [from, to] = [Math.min(range[0], Math.max(0, total - 1)), Math.min(range[1], total - 1)];
  const drawn: (readonly [number, Row | undefined])[] = [];
  for (let i = from; i <= to; i++) drawn.push([i, rows.at(i)]);

  const sample = [...top, ...drawn.flatMap(([, row]) => (row ? [row] : []))];
  const numeric = new Set(columns.filter(c => isNumericColumn(sample, c)).map(c => c.id));
  const contents = useContents(sample, columns, numeric);
  // Where there is little room, it is for the columns.
  const nameWidth = widths.get(NAME.id) ?? naturalWidth(NAME, '', innerWidth < 1200 ? 0 : (contents.get(NAME.id) ?? 0) + (rows.spot ? OPENER : 0));
  const places = placed(columns, pins, widths, columnTitle, nameWidth, contents);
  const loose = places.filter(p => p.left === undefined);
  const edges = new Set(loose.filter((p, i) => i > 0 && loose[i - 1]!.column.group !== p.column.group).map(p => p.column.id));
  const pinnedCount = places.length - loose.length;
  const whole = CHECK + LOOK + STATUS + nameWidth + (experiments ? EXPERIMENT : 0) + places.reduce((sum, p) => sum + p.width, 0);
  const wholeSpan = 5 + places.length + (experiments ? 1 : 0);
  const sparks = useSparks(sample.map(r => r.id), columns, version);
  const row0 = rows.at(current);
  const ranges = new Map(columns.filter(c => marks.has(c.id)).map(c => [c.id, rangeOf(c, marks.size > 0 ? rows.loaded() : [], keys)]));
  const frame: RowFrame = { places, pinnedCount, experiments, numeric, edges, sparks, marks, ranges };

  const reachRow = (i: number) => box.current && reach(box.current, i, top.length);
  const move = (i: number) => {
    const to = Math.max(0, Math.min(total - 1, i));
    setCurrent(to);
    focusWanted.current = to;
    waited.current = false;
    if (peeked && rows.at(to)) actions.peek(rows.at(to)!.id);
    reachRow(to);
  };
  // The row may have to be drawn before it can have the focus; and one that stood for a run on its way goes with it, when
  // the run has come.
  useLayoutEffect(() => {
    if (focusWanted.current < 0) return;
    const row = body.current?.querySelector<HTMLElement>(`tr[data-index="${focusWanted.current}"]`);
    if (!row) {
      if (!waited.current) reachRow(focusWanted.current); // a browser that lays out half of a change scrolls back
      return;
    }
    const focused = document.activeElement;
    // Meanwhile the reader may have gone elsewhere.
    if (!waited.current || focused === document.body || body.current!.contains(focused)) row.focus({ preventScroll: true });
    waited.current = row.classList.contains('waiting');
    if (!waited.current) focusWanted.current = -1;
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
  /** Selects on the way from row to row. */
  const extend = (i: number) => {
    const row = rows.at(current);
    if (row && !isPicked(picked, row.id)) toggle(current, false);
    const next = Math.max(0, Math.min(total - 1, i));
    if (next !== current) toggle(next, true);
    move(next);
  };
  const key = (e: KeyboardEvent) => {
    if (e.target instanceof HTMLInputElement && e.key === ' ') return;
    if (e.target instanceof HTMLButtonElement && (e.key === ' ' || e.key === 'Enter')) return;
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const row = rows.at(current);
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 300) / HEIGHT) - 2);
    const go1 = e.shiftKey ? extend : move;
    const branch = rows.spot !== null && row !== undefined && row.children > 0;
    const above = rows.spot?.(current).above ?? -1;
    if (e.key === 'ArrowDown' || e.key === 'j' || e.key === 'J') go1(current + 1);
    else if (e.key === 'ArrowUp' || e.key === 'k' || e.key === 'K') go1(current - 1);
    else if (e.key === 'PageDown') move(current + page);
    else if (e.key === 'PageUp') move(current - page);
    else if (e.key === 'ArrowRight' && branch && row && !open.includes(row.id)) actions.open(row.id);
    else if (e.key === 'ArrowRight' && branch) move(current + 1);
    else if (e.key === 'ArrowLeft' && branch && row && open.includes(row.id)) actions.open(row.id);
    else if (e.key === 'ArrowLeft' && above >= 0) move(above);
    else if (e.key === 'Home') move(0);
    else if (e.key === 'End') move(total - 1);
    else if (e.key === 'x' || e.key === 'X') toggle(current, e.shiftKey);
    else if (e.key === ' ' && row) actions.eye(row);
    else if (e.key === 'p' && row) actions.top(row.id);
    else if (e.key === 'o' && row) actions.peek(peeked === row.id ? null : row.id);
    else if (e.key === 'Escape' && peeked) actions.peek(null);
    else if (e.key === 'Enter' && row && e.target instanceof HTMLTableRowElement) go(href.run(row.experimentId, row.id));
    else return;
    e.preventDefault();
  };
  useKeys([
    { keys: ['j', 'ArrowDown'], text: t('keys.row.next'), group: 'table', keysOnly: true, act: () => move(current) },
    { keys: ['k', 'ArrowUp'], text: t('keys.row.previous'), group: 'table', keysOnly: true },
    { keys: ['Shift+j', 'Shift+k'], text: t('keys.row.extend'), group: 'table', keysOnly: true },
    { keys: ['ArrowRight', 'ArrowLeft'], text: t('keys.row.branch'), group: 'table', keysOnly: true },
    { keys: 'x', text: t('keys.row.select'), group: 'table', keysOnly: true },
    { keys: 'Space', text: t('keys.row.eye'), group: 'table', keysOnly: true },
    { keys: 'p', text: t('keys.row.top'), group: 'table', keysOnly: true },
    { keys: 'o', text: t('keys.row.peek'), group: 'table', keysOnly: true },
    { keys: 'Enter', text: t('keys.row.open'), group: 'table', keysOnly: true },
  ]);
  /** A click beside links and buttons. */
  const clicked = (e: MouseEvent, row: Row, i: number) => {
    if (e.target instanceof Element && e.target.closest('a, button, input')) return;
    if (getSelection()?.type === 'Range') return; // text was marked, to be copied
    if (i >= 0 && (e.shiftKey || e.ctrlKey || e.metaKey)) toggle(i, e.shiftKey);
    else actions.peek(row.id);
  };
  const all = total > 0 && pickedCount(picked, rows.found ?? 0) === rows.found;

  return (
    <div class="table-box runs-box" ref={box}>
      <table class={`list runs ${rows.stale ? 'stale' : ''}`} role={rows.spot ? 'treegrid' : undefined} aria-label={t('runs.title')} aria-rowcount={total + 1} data-testid="runs" style={{ minWidth: `${whole}px`, '--lines': String(total + top.length), '--name-left': `${CHECK + LOOK + STATUS}px` }}>
        <TableHead
          places={places} pinnedCount={pinnedCount} nameWidth={nameWidth} experiments={experiments !== null} edges={edges} numeric={numeric} sorts={sorts} marks={marks} histograms={histograms} eyes={eyes}
          sample={row0} all={all} onAll={() => actions.pick({ all: !all, ids: new Set() })} onEyes={actions.eyes} actions={actions}
        />
        {top.length > 0 && (
          <tbody class="on-top" data-testid="on-top">
            {top.map((row, k) => (
              <RunRow
                key={row.id} row={row} frame={frame} marked={isPicked(picked, row.id)} drawn={inCharts.has(row.id)} peeked={row.id === peeked} onEye={() => actions.eye(row)}
                onCheck={() => actions.pick({ all: picked.all, ids: symmetric(picked.ids, row.id) })}
                attributes={{ style: { '--above': `${k * HEIGHT}px` }, onDblClick: () => go(href.run(row.experimentId, row.id)), onClick: e => clicked(e, row, -1) }}
              />
            ))}
          </tbody>
        )}
        {from > 0 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${from * HEIGHT}px` }}><td colSpan={wholeSpan} /></tr></tbody>}
        <tbody ref={body} onKeyDown={key} data-testid="rows">
          {drawn.map(([i, row]) => {
            if (!row) return <tr key={i} data-index={i} class="waiting" aria-rowindex={i + 2} tabIndex={i === current ? 0 : -1}><td colSpan={wholeSpan} /></tr>;
            const spot = rows.spot?.(i);
            return (
              <RunRow
                key={row.id} row={row} frame={frame} twig={spot && { depth: spot.level.depth, open: row.children > 0 ? open.includes(row.id) : undefined, onOpen: () => actions.open(row.id) }}
                marked={isPicked(picked, row.id)} drawn={inCharts.has(row.id)} peeked={row.id === peeked} onCheck={range => toggle(i, range)} onEye={() => actions.eye(row)}
                attributes={{
                  'data-index': i, 'aria-rowindex': i + 2, ...(spot && { 'aria-level': spot.level.depth + 1, 'aria-posinset': spot.index + 1, 'aria-setsize': spot.level.total, 'aria-expanded': row.children > 0 ? open.includes(row.id) : undefined }), tabIndex: i === current || (i === from && (current < from || current > to)) ? 0 : -1,
                  onFocus: () => setCurrent(i), onDblClick: () => go(href.run(row.experimentId, row.id)), onClick: e => clicked(e, row, i),
                }}
              />
            );
          })}
        </tbody>
        {to < total - 1 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${(total - 1 - to) * HEIGHT}px` }}><td colSpan={wholeSpan} /></tr></tbody>}
      </table>
    </div>
  );
}
