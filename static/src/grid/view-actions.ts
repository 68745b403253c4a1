// What a reader does to the view, as changes of the address.
import { equals, quotedName, withClause } from '../query/clauses';
import { replace, withMembers } from '../state/router';
import { store } from '../state/settings';
import { type Column, moved, nextSorts, type Sort, sortsToQuery } from './columns';
import { type Eyes, toggledEye, toggledTop } from './drawn';
import type { ColumnActions } from './header';
import type { TableActions } from './runs-table';
import { widthsToText } from './layout';
import { marksToText, withMark } from './marks';
import { toggledOpen } from './tree';
import type { View } from './view';

/** A longer choice of columns is kept in this browser only: addresses are passed around in chats. */
const LONGEST_IN_ADDRESS = 1500;

export const storeKeyOf = (scope: readonly string[]) => `cairn.columns.${scope.join(',') || 'all'}`;

/** Chooses columns: for this address, and in this browser for the next visit. */
export function useChoice(scope: readonly string[]): (ids: string[] | null) => void {
  return next => {
    const text = next?.join(',') ?? null;
    store(storeKeyOf(scope), text);
    replace(withMembers({ cols: text && text.length <= LONGEST_IN_ADDRESS ? text : null }));
  };
}

interface Means {
  choose: (ids: string[] | null) => void;
  setFilter: (text: string) => void;
  askStep: (column: Column) => void;
  /** Puts text into the query bar, for the reader to go on. */
  write: (text: string) => void;
}

/** What a column is called in the query. */
export function nameOf(column: Column): string {
  if (column.group === 'info') return column.key;
  const name = quotedName(column.group, column.key);
  if (!column.value || column.value === 'spark') return name;
  return `${name}@${column.value === 'at' ? column.step : column.value === 'points' ? 'count' : column.value}`;
}

export function columnActions(view: View, ids: readonly string[], means: Means): ColumnActions {
  const setSorts = (sorts: readonly Sort[]) => replace(withMembers({ sort: sortsToQuery(sorts), orderByKey: null, orderByAsc: null }));
  const setPins = (pins: readonly string[]) => replace(withMembers({ pin: pins.join(',') || null }));
  return {
    sort: (id, more) => setSorts(nextSorts(view.sorts, id, more)),
    sortBy: (sort, more) => setSorts(more ? [...view.sorts.filter(s => s.id !== sort.id), sort] : [sort]),
    hide: id => means.choose(ids.filter(i => i !== id)),
    pin: (id, on) => setPins(on ? [...view.pins.filter(p => p !== id), id] : view.pins.filter(p => p !== id)),
    move(id, before) {
      // Pinned columns stand among themselves: moved over the border, a column is pinned or let go.
      const pinned = before !== null && view.pins.includes(before);
      if (pinned) setPins(moved([...view.pins.filter(p => p !== id), id], id, before));
      else {
        const pins = view.pins.filter(p => p !== id);
        if (pins.length !== view.pins.length) setPins(pins);
        means.choose(moved(ids, id, before));
      }
    },
    resize(id, width) {
      const widths = new Map(view.widths);
      if (width === null) widths.delete(id);
      else widths.set(id, width);
      replace(withMembers({ width: widthsToText(widths) }));
    },
    replace(id, by) {
      if (id === by) return;
      const next = ids.includes(by) ? ids.filter(i => i !== id) : ids.map(i => (i === id ? by : i));
      if (view.pins.includes(id)) setPins(view.pins.map(p => (p === id ? by : p)));
      if (view.sorts.some(s => s.id === id)) setSorts(view.sorts.map(s => (s.id === id && !by.endsWith('@spark') ? { ...s, id: by } : s)));
      means.choose(next);
    },
    atStep: means.askStep,
    filter: column => means.write(`${view.filter ? `${view.filter} AND ` : ''}${nameOf(column)} `),
    only(column, value, not) {
      const clause = column.group === 'metrics' ? `${nameOf(column)} ${not ? '!=' : '='} ${value}` : equals(column.group as 'params' | 'tags', column.key, value === null ? null : String(value));
      means.setFilter(withClause(view.filter, not && column.group !== 'metrics' ? `NOT ${clause}` : clause));
    },
    spread: on => replace(withMembers({ hist: on ? '1' : null })),
    mark: (id, mark) => replace(withMembers({ mark: marksToText(withMark(view.marks, id, mark)) })),
    group: column => replace(withMembers({ group: [...new Set([...view.group, column.id])].join(',') })),
  };
}

/** What is done with single runs: all of it stands in the address. */
export function runActions(view: View, drawn: ReadonlySet<string>, most: number): Pick<TableActions, 'eye' | 'eyes' | 'top' | 'peek' | 'open'> {
  const setEyes = ({ hide, eye }: Eyes) => replace(withMembers({ hide: hide.join(','), eye: eye.join(',') }));
  return {
    eye: row => setEyes(toggledEye(row, drawn.has(row.id), view.eyes, most)),
    eyes: setEyes,
    top: id => replace(withMembers({ top: toggledTop(view.top, id).join(',') })),
    peek: id => replace(withMembers({ peek: id })),
    open: id => replace(withMembers({ open: toggledOpen(view.open, id).join(',') })),
  };
}
