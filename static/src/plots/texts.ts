// Which params are texts that hardly repeat – names, paths, digests: no axis unasked. A few runs are looked at before
// whole columns of them are read.
import { useRef } from 'preact/hooks';
import { grid, type GridPage } from '../api/grid';
import type { ViewProps } from '../grid/view-props';
import { isNumeric } from '../grid/columns';
import { useLoad } from '../state/load';
import { MANY_VALUES, paramsByInterest } from './fields';

const RUNS = 50;
const KEYS_MOST = 60;

/** Of params whose values in some runs are given, those that have a text among them. */
export function textsIn(ids: readonly string[], columns: GridPage['columns']): Set<string> {
  return new Set(ids.filter((_, i) => columns[i]?.some(v => v !== null && !isNumeric(String(v)))));
}

/** undefined: not known yet. When it cannot be known, every param may be an axis. */
export function useTexts(p: ViewProps): ReadonlySet<string> | undefined {
  const last = useRef<ReadonlySet<string> | undefined>(undefined);
  const values = new Map(p.keys?.params.map(k => [`params.${k.key}`, k.values]));
  const ids = p.keys ? paramsByInterest(p.keys, new Set()).filter(id => values.get(id)! > MANY_VALUES).slice(0, KEYS_MOST) : [];
  const found = useLoad(`texts ${p.search.experimentIds.join(',')} ${p.search.view} ${ids.join(',')}`, async signal => {
    if (ids.length === 0) return new Set<string>();
    const page = await grid.query({ ...p.search, orderBy: [] }, { columns: ids.map(id => ({ kind: 'param', key: id.slice('params.'.length) })), offset: 0, limit: RUNS }, signal);
    return textsIn(ids, page.columns);
  });
  if (found.data) last.current = found.data;
  return found.data ?? last.current ?? (found.error === null ? undefined : new Set());
}
