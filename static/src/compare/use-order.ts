// Which run stands where: as they came, or by their values of a row. The choice is in the address.
import { useMemo } from 'preact/hooks';
import { route } from '../state/router';
import { cellOf } from './data';
import { type DiffRow, type Head, sortedBy } from './rows';
import type { Comparison } from './use-comparison';

export interface Order {
  /** The row that is sorted by. */
  row: DiffRow | undefined;
  descending: boolean;
  /** The runs in this order, the baseline not set apart. */
  heads: readonly Head[];
  base: Head | undefined;
}

export function useOrder({ heads, rows, cells }: Comparison): Order {
  const query = route.value.query;
  const by = /^(.+):(asc|desc)$/.exec(query.get('by') ?? '');
  const row = by ? rows.find(r => r.id === by[1]) : undefined;
  const descending = by?.[2] === 'desc';
  const values = row && row.group !== 'info' ? cells.get(row.id) : undefined;
  const known = row !== undefined && (row.group === 'info' || values !== undefined);
  const ordered = useMemo(() => (known ? sortedBy(heads, h => cellOf(cells, row, h) ?? null, descending) : heads), [heads, row, descending, values, known]);
  return { row, descending, heads: ordered, base: heads.find(h => h.id === query.get('base')) };
}
