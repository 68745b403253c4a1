// Params as text for a config file or a command line. Pure.

export interface Param { key: string; value?: string }

type Value = string | number | boolean | null;
interface Nested { [key: string]: Value | Nested }

/** Params are logged as text: what Python printed is read back, where that is certain. */
export function valueOf(text: string): Value {
  if (text === 'True' || text === 'true') return true;
  if (text === 'False' || text === 'false') return false;
  if (text === 'None' || text === 'null') return null;
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
    const n = Number(text);
    // A number that would come out as another one stays a text: ids, long fractions.
    if (Number.isFinite(n) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(n))) return n;
  }
  return text;
}

/** By the dots in the names; flat when one name is a part of another. */
export function nestedOf(params: readonly Param[]): Nested {
  const keys = new Set(params.map(p => p.key));
  const clash = params.some(p => {
    const parts = p.key.split('.');
    return parts.includes('') || parts.slice(1).some((_, i) => keys.has(parts.slice(0, i + 1).join('.')));
  });
  const root: Nested = Object.create(null) as Nested;
  for (const { key, value = '' } of params) {
    const parts = clash ? [key] : key.split('.');
    let at = root;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= Object.create(null) as Nested) as Nested;
    at[parts.at(-1)!] = valueOf(value);
  }
  return root;
}

export function toJson(params: readonly Param[]): string {
  return `${JSON.stringify(nestedOf(params), null, 2)}\n`;
}

/** Words that YAML 1.1 reads as something else than a text. */
const special = /^(|~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|[-+]?[\d.][\d._,:eExXoO+\-a-fA-FTZ ]*)$/i;

function yamlText(text: string): string {
  const plain = /^[\p{L}\p{N}_/.][^\x00-\x1f\x7f-\x9f:#]*$/u.test(text) && text.trim() === text && !special.test(text);
  return plain ? text : JSON.stringify(text);
}

export function toYaml(params: readonly Param[]): string {
  const write = (value: Nested, indent: string): string =>
    Object.entries(value)
      .map(([key, v]) => {
        const name = `${indent}${yamlText(key)}:`;
        if (v !== null && typeof v === 'object') return `${name}\n${write(v, `${indent}  `)}`;
        return `${name} ${typeof v === 'string' ? yamlText(v) : v === null ? 'null' : yamlNumber(v)}\n`;
      })
      .join('');
  return write(nestedOf(params), '') || '{}\n';
}

/** YAML 1.1 takes 1e-7 for a text: its numbers have a point. */
function yamlNumber(v: number | boolean): string {
  return String(v).replace(/^(-?\d+)e/, '$1.0e').replace(/e(\d)/, 'e+$1');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function toFlags(params: readonly Param[]): string {
  return params.map(({ key, value = '' }) => `${shellWord(`--${key}`)}${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`).join(' ');
}
