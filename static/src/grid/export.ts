// Runs as a file: a page at a time, so that a hundred thousand of them need no more memory than one page.
import { grid, type Keys, type Search, type Selection } from '../api/grid';
import { csvCell, tsvCell } from '../csv';
import { isInfinite, isoTime } from '../format';
import { utf8Mark } from '../ui/download';
import { type Column, columnsOf } from './columns';
import { chunks, selectionSearches } from './bulk';
import { type Cell, type Row, rowsOf, specsOf } from './rows';

export type Format = 'csv' | 'tsv' | 'json';
export const formats: readonly Format[] = ['csv', 'tsv', 'json'];

const PAGE = 500;
/** Columns that the server gives at once, less those of every row. */
const AT_ONCE = 90;

/** Every key that the runs have. */
export function allColumns(keys: Keys): Column[] {
  return columnsOf([...keys.metrics.map(k => `metrics.${k.key}`), ...keys.params.map(k => `params.${k.key}`), ...keys.tags.map(k => `tags.${k.key}`)]);
}

const exported = (c: Column) => c.group !== 'info' && c.value !== 'spark';

const time = (ms: number | undefined) => (ms === undefined ? '' : isoTime(ms));

function numberText(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  return isInfinite(v) ? (v > 0 ? 'Infinity' : '-Infinity') : String(v);
}

const cellText = (v: Cell | undefined) => (v === null || v === undefined ? '' : typeof v === 'number' ? numberText(v) : v);

const line = (cells: readonly string[], format: 'csv' | 'tsv') => (format === 'csv' ? `${cells.map(csvCell).join(',')}\r\n` : `${cells.map(tsvCell).join('\t')}\n`);

/** The columns are called as in a frame of mlflow.search_runs. */
export function headOf(columns: readonly Column[], format: Format): string {
  if (format === 'json') return '[\n';
  const names = ['run_id', 'experiment_id', 'run_name', 'status', 'start_time', 'end_time', 'user', ...columns.filter(exported).map(c => c.id)];
  return line(names, format);
}

export const tailOf = (format: Format) => (format === 'json' ? '\n]\n' : '');

export function recordOf(row: Row, columns: readonly Column[]): Record<string, unknown> {
  const of = (group: Column['group']) =>
    Object.fromEntries(columns.flatMap((c): [string, unknown][] => {
      const v = row.cells.get(c.id);
      if (c.group !== group || !exported(c) || v === null || v === undefined) return [];
      return [[c.id.slice(group.length + 1), typeof v === 'number' && (!Number.isFinite(v) || isInfinite(v)) ? numberText(v) : v]];
    }));
  return {
    run_id: row.id, experiment_id: row.experimentId, run_name: row.name, status: row.status, start_time: row.start ?? null, end_time: row.end ?? null, user: row.user,
    metrics: of('metrics'), params: of('params'), tags: of('tags'),
  };
}

export function rowText(row: Row, columns: readonly Column[], format: Format, first: boolean): string {
  if (format === 'json') return `${first ? '' : ',\n'}${JSON.stringify(recordOf(row, columns))}`;
  return line([row.id, row.experimentId, row.name, row.status, time(row.start), time(row.end), row.user, ...columns.filter(exported).map(c => cellText(row.cells.get(c.id)))], format);
}

/** One page of runs, however many columns it has. */
async function pageOf(search: Search, columns: readonly Column[], offset: number, signal: AbortSignal): Promise<Row[]> {
  const parts = chunks(columns, AT_ONCE);
  const answers = await Promise.all((parts.length > 0 ? parts : [[]]).map(async part => rowsOf(await grid.query(search, { columns: specsOf(part), offset, limit: PAGE }, signal), part)));
  const rows = answers[0]!;
  for (const more of answers.slice(1)) {
    const byId = new Map(more.map(r => [r.id, r])); // a new run may have come in between
    for (const row of rows) for (const [id, cell] of byId.get(row.id)?.cells ?? []) row.cells.set(id, cell);
  }
  return rows;
}

/** Calls with what is done after each page. Each page becomes a blob at once: those the browser may keep on its disk. */
export async function exportRuns(selection: Selection, within: Search, columns: readonly Column[], format: Format, progress: (done: number) => void, signal: AbortSignal): Promise<Blob> {
  const parts: Blob[] = [new Blob([format === 'csv' ? utf8Mark : '', headOf(columns, format)])];
  const seen = new Set<string>(); // runs that come or go while one reads shift the others
  const asked = columns.filter(exported);
  for (const search of selectionSearches(selection, within))
    for (let offset = 0; ; offset += PAGE) {
      const rows = await pageOf({ ...search, orderBy: within.orderBy ?? [] }, asked, offset, signal);
      let text = '';
      for (const row of rows) {
        if (seen.has(row.id)) continue;
        text += rowText(row, asked, format, seen.size === 0);
        seen.add(row.id);
      }
      parts.push(new Blob([text]));
      progress(seen.size);
      if (rows.length < PAGE) break;
    }
  parts.push(new Blob([tailOf(format)]));
  return new Blob(parts, { type: { csv: 'text/csv', tsv: 'text/tab-separated-values', json: 'application/json' }[format] });
}
