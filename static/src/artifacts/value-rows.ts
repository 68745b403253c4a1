// A value of JSON or YAML as the rows of a tree. Pure.

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export interface ValueRow { id: string; depth: number; name: string; value: Value; /** How many are inside; undefined of a plain value. */ inside: number | undefined; open: boolean }

const entriesOf = (value: Value): [string, Value][] =>
  Array.isArray(value) ? value.map((v: Value, i): [string, Value] => [String(i), v]) : typeof value === 'object' && value !== null ? Object.entries(value) : [];

export const isNest = (value: Value): value is readonly Value[] | { readonly [key: string]: Value } => typeof value === 'object' && value !== null;

/** `toggled` are the ids that are not as they are at first: the first two levels open, unless they are long. */
export function valueRows(root: Value, toggled: ReadonlySet<string>): ValueRow[] {
  const rows: ValueRow[] = [];
  const walk = (value: Value, depth: number, prefix: string) => {
    for (const [name, v] of entriesOf(value)) {
      const id = `${prefix}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`; // a JSON pointer
      const inside = isNest(v) ? entriesOf(v).length : undefined;
      const open = inside !== undefined && inside > 0 && (depth < 2 && inside <= 50) !== toggled.has(id);
      rows.push({ id, depth, name, value: v, inside, open });
      if (open) walk(v, depth + 1, id);
    }
  };
  walk(root, 0, '');
  return rows;
}

/** Of a plain value: as it is written. */
export function written(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
