// Which columns are the same in all runs that are looked at. Pure, but for the hook at its end.
import { useMemo } from 'preact/hooks';
import { type ColumnStats, grid, type Groups, type Keys, type Search, type Selection } from '../api/grid';
import { useLoad } from '../state/load';
import type { Column } from './columns';
import { specOf } from './rows';
import { MOST_NAMED, searchOf } from './select';

/** The server tells of so many columns in one answer. */
const AT_ONCE = 40;

const comparable = (c: Column) => c.group !== 'info' && c.value !== 'spark';

/** What the list of keys tells: of params, tags and last values. A key that no run has differs in none. */
export function sameByKeys(keys: Keys | undefined, columns: readonly Column[]): Set<string> {
  if (!keys || keys.runs < 2) return new Set();
  const same = columns.filter(c => {
    if (!comparable(c) || c.value || c.group === 'info') return false;
    const key = keys[c.group].find(k => k.key === c.key);
    if (!key) return true;
    return key.runs === keys.runs && (c.group === 'metrics' ? key.min !== undefined && key.min === key.max : key.values === 1);
  });
  return new Set(same.map(c => c.id));
}

/** What a group of all runs tells: their number, and count, min and max of each column. */
export function sameByStats(runs: number, stats: readonly ColumnStats[], columns: readonly Column[]): string[] {
  if (runs < 2) return [];
  return columns.flatMap((c, i) => {
    const { count, min, max } = stats[i]!;
    return count[0] === 0 || (count[0] === runs && min[0] !== null && min[0] === max[0]) ? [c.id] : [];
  });
}

async function ask(search: Search, columns: readonly Column[], signal: AbortSignal): Promise<Set<string>> {
  const parts: Column[][] = [];
  for (let i = 0; i < columns.length; i += AT_ONCE) parts.push(columns.slice(i, i + AT_ONCE));
  const answers: Groups[] = await Promise.all(parts.map(part => grid.groups(search, { by: [], columns: part.map(specOf) }, signal)));
  return new Set(answers.flatMap((a, i) => sameByStats(a.runs[0] ?? 0, a.columns, parts[i]!)));
}

/** The columns that are the same over the selection, if that is two runs or more, else over all that is found. */
export function useSame(on: boolean, search: Search, found: string, keys: Keys | undefined, selection: Selection, count: number, columns: readonly Column[]): ReadonlySet<string> {
  const some = count > 1 && !('search' in selection) && selection.run_ids.length <= MOST_NAMED ? searchOf(selection, search) : null;
  const asked = some ? columns.filter(comparable) : columns.filter(c => comparable(c) && c.value);
  const answer = useLoad(on ? `same ${some ? some.filter : found} ${asked.map(c => c.id).join(',')}` : 'same', signal => (on && asked.length > 0 ? ask(some ?? search, asked, signal) : Promise.resolve(new Set<string>())));
  return useMemo(() => {
    if (!on) return new Set<string>();
    return new Set([...(some ? [] : sameByKeys(keys, columns)), ...(answer.data ?? [])]);
  }, [on, keys, columns, answer.data, some === null]);
}
