// What a comparison fetches: the runs, the keys they have, and values of some keys; each in lots that the server takes.
import { grid, type ColumnSpec, type GridPage, type Keys, type Search } from '../api/grid';
import { lots } from '../api/lots';
import { cellAfterHead, headOf, headSpecs } from '../grid/heads';
import { type Cell, type DiffRow, type Head, infoCell, type InfoKey, keyDiffers, mergeKeys } from './rows';

/** The most that are compared. */
export const MOST_RUNS = 1000;
const LOT = 500;
const COLUMNS = 100;

/** Finds these runs wherever they are, the deleted ones too. */
export function searchOf(ids: readonly string[]): Search {
  const list = (ids.length > 0 ? ids : ['-']).map(id => `'${id.replace(/[^\w-]/g, '')}'`).join(',');
  return { experimentIds: [], filter: `attributes.run_id IN (${list})`, view: 'ALL' };
}

const headColumns: ColumnSpec[] = [...headSpecs, { kind: 'tag', key: 'mlflow.source.git.commit' }];

const headsIn = (page: GridPage): Head[] => page.run_id.map((_, i) => ({ ...headOf(page, i), commit: String(cellAfterHead(page, 0, i) ?? '') }));

/** In the order of the ids; those that do not exist are left out. */
export async function fetchHeads(ids: readonly string[], signal?: AbortSignal): Promise<Head[]> {
  const pages = await Promise.all(lots(ids, LOT).map(lot => grid.query(searchOf(lot), { columns: headColumns, offset: 0, limit: LOT }, signal)));
  const by = new Map(pages.flatMap(headsIn).map(h => [h.id, h]));
  return ids.flatMap(id => by.get(id) ?? []);
}

/** The first ones that a search finds. */
export async function fetchFirst(search: Search, except: ReadonlySet<string>, signal?: AbortSignal): Promise<Head[]> {
  const heads: Head[] = [];
  for (let offset = 0; heads.length < MOST_RUNS; offset += LOT) {
    const page = await grid.query(search, { columns: headColumns, offset, limit: LOT }, signal);
    heads.push(...headsIn(page).filter(h => !except.has(h.id)));
    if (page.run_id.length < LOT) break;
  }
  return heads.slice(0, MOST_RUNS);
}

function specOf(row: Pick<DiffRow, 'id' | 'group' | 'key'>): ColumnSpec {
  if (row.group !== 'metrics') return { kind: row.group === 'params' ? 'param' : 'tag', key: row.key };
  const value = row.id.slice(`metrics.${row.key}`.length + 1);
  return value === 'best' || value === 'min' || value === 'max' ? { kind: 'metric', key: row.key, value } : { kind: 'metric', key: row.key };
}

export type Cells = Map<string, Map<string, Cell>>;

/** By row, then by run. */
export async function fetchCells(rows: readonly DiffRow[], ids: readonly string[], signal?: AbortSignal): Promise<Cells> {
  const cells: Cells = new Map(rows.map(r => [r.id, new Map<string, Cell>()]));
  for (const some of lots(rows, COLUMNS)) {
    const pages = await Promise.all(lots(ids, LOT).map(lot => grid.query(searchOf(lot), { columns: some.map(specOf), offset: 0, limit: LOT }, signal)));
    for (const page of pages)
      page.run_id.forEach((id, i) => some.forEach((row, c) => {
        const value = page.columns[c]?.[i] ?? null;
        cells.get(row.id)!.set(id, value === null ? null : row.group === 'metrics' ? Number(value) : String(value));
      }));
  }
  return cells;
}

/** The keys of these runs, and those whose values differ only between two of the lots that were asked for. */
export async function fetchKeys(ids: readonly string[], signal?: AbortSignal): Promise<{ keys: Keys; also: Set<string> }> {
  const parts = lots(ids, LOT);
  const keys = mergeKeys(await Promise.all(parts.map(lot => grid.keys(searchOf(lot), signal, LOT))));
  const also = new Set<string>();
  if (parts.length > 1) {
    const open = (['params', 'tags'] as const).flatMap(group => keys[group].filter(k => !keyDiffers(k, keys.runs)).map((k): DiffRow => ({ id: `${group}.${k.key}`, group, key: k.key, differs: false })));
    const first = await fetchCells(open, parts.map(lot => lot[0]!), signal);
    for (const [id, values] of first) if (new Set(values.values()).size > 1) also.add(id);
  }
  return { keys, also };
}

export function cellOf(cells: Cells, row: DiffRow, head: Head): Cell | undefined {
  return row.group === 'info' ? infoCell(head, row.key as InfoKey) : cells.get(row.id)?.get(head.id);
}
