// New names by a pattern: "{name}-{n}", "lr {params.lr}". Pure.
import type { Cell, Row } from './rows';
import { type Column, columnOf } from './columns';

const placeholder = /\{(n|name|user|(?:params|tags|metrics)\.[^{}]+)\}/g;

export const hasPlaceholders = (pattern: string) => pattern.search(placeholder) >= 0;

/** The columns that the pattern needs. */
export function columnsOfPattern(pattern: string): Column[] {
  return [...new Set([...pattern.matchAll(placeholder)].map(m => m[1]!))].map(columnOf).filter((c): c is Column => c !== null && c.value !== 'spark');
}

const text = (cell: Cell | undefined) => (cell === null || cell === undefined ? '' : String(cell));

/** What a run is called by it; n counts from 1 in the order of the table. Braces that mean nothing stay. */
export function nameByPattern(pattern: string, row: Pick<Row, 'name' | 'user' | 'cells'>, n: number): string {
  return pattern.replace(placeholder, (_, what: string) => (what === 'n' ? String(n) : what === 'name' ? row.name : what === 'user' ? row.user : text(row.cells.get(what)))).trim();
}
