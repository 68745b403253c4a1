// The columns that a chart shows of all runs that are found, in one answer, so that their rows belong together.
import { useEffect, useRef, useState } from 'preact/hooks';
import { readColumns, type Texts, type WholeColumn } from '../api/columns';
import type { Search, Selection } from '../api/grid';
import { type Loaded, useLoad } from '../state/load';
import { columnFor, type Field, fieldOf } from './fields';

export interface Frame {
  rows: number;
  fields: ReadonlyMap<string, Field>;
  id: (row: number) => string;
  name: (row: number) => string;
  experiment: (row: number) => string;
}

const own: readonly WholeColumn[] = [{ kind: 'attribute', key: 'run_id' }, { kind: 'attribute', key: 'run_name' }, { kind: 'attribute', key: 'experiment_id' }];

export async function loadFrame(search: Search, ids: readonly string[], names: ReadonlyMap<string, string> | undefined, signal?: AbortSignal): Promise<Frame> {
  const known = [...new Set(ids)].filter(id => columnFor(id) !== null);
  const answer = await readColumns(search, [...own, ...known.map(id => columnFor(id)!)], signal);
  const text = (column: number) => (row: number) => (answer.columns[column] as Texts).at(row) ?? '';
  const [id, name, experiment] = [text(0), text(1), text(2)];
  const fields = new Map(known.map((of, i) => [of, fieldOf(of, answer.columns[own.length + i]!, of === 'info.experiment_id' ? names : undefined)]));
  return { rows: answer.rows, fields, id, name: row => name(row) || id(row), experiment };
}

/** Rows of runs that were selected one by one: they stand out. All of them would not. */
export function pickedRows(frame: Frame, selection: Selection | null): number[] {
  if (!selection || !('run_ids' in selection)) return [];
  const ids = new Set(selection.run_ids);
  return Array.from({ length: frame.rows }, (_, row) => row).filter(row => ids.has(frame.id(row)));
}

export const pickedKey = (selection: Selection | null): string => (selection && 'run_ids' in selection ? selection.run_ids.join() : '');

/** How often a chart of many runs follows them, in ms: all of its columns are read again. */
const pace = (rows: number) => (rows <= 2000 ? 2000 : rows <= 20_000 ? 15_000 : 60_000);

/** The latest version (or total), but no sooner than its turn has come. */
function usePaced(version: number, ms: number): number {
  const [paced, setPaced] = useState(version);
  const last = useRef(0);
  useEffect(() => {
    if (version === paced) return;
    const timer = setTimeout(() => {
      last.current = Date.now();
      setPaced(version);
    }, Math.max(0, last.current + ms - Date.now()));
    return () => clearTimeout(timer);
  }, [version, paced, ms]);
  return paced;
}

interface Asked {
  search: Search;
  ids: readonly string[];
  version: number;
  names?: ReadonlyMap<string, string> | undefined;
  /** How many runs the table has found: others than these show that runs have come or gone. */
  total: number;
  /** How many of a frame's are those that the table finds; all when absent. */
  found?: (frame: Frame) => number;
}

/** While other runs are on their way, those at hand are shown if they have what is asked for. */
export function useFrame({ search, ids, version, names, total, found }: Asked): Loaded<Frame> & { stale: boolean } {
  const last = useRef<Frame | undefined>(undefined);
  const paced = usePaced(version, pace(last.current?.rows ?? 0));
  const of = `${search.experimentIds.join(',')} ${search.filter} ${search.view} ${ids.join(',')} ${names?.size ?? 0}`;
  const loaded = useLoad(of, signal => loadFrame(search, ids, names, signal));
  const first = useRef(paced);
  useEffect(() => {
    if (paced === first.current) return;
    first.current = paced;
    loaded.reload();
  }, [paced]);
  const now = usePaced(total, pace(last.current?.rows ?? 0));
  const tried = useRef('');
  useEffect(() => {
    const frame = loaded.data;
    const asked = `${of} ${now}`;
    if (!frame || loaded.loading || tried.current === asked || (found ? found(frame) : frame.rows) === now) return;
    tried.current = asked; // once: who is right is not decided by asking again and again
    loaded.reload();
  }, [loaded.data, loaded.loading, now]);
  if (loaded.data) last.current = loaded.data;
  const kept = last.current && ids.every(id => columnFor(id) === null || last.current!.fields.has(id)) ? last.current : undefined;
  return { ...loaded, data: loaded.data ?? (loaded.error === null ? kept : undefined), stale: loaded.data === undefined };
}
