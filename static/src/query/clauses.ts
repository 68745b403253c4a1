// A filter as a list of clauses under one AND, each a chip where it is simple enough. Text and chips are two views of
// the same thing: what cannot be a chip stays text, to the letter. Pure.
import { type Token, tokens } from './lexer';

export interface Condition { name: string; operator: string; value: string }

/** text is the clause as it stands in the filter; condition is absent where it is more than a name, a sign and a value. */
export interface Clause { text: string; from: number; to: number; condition?: Condition }

const upper = (t: Token | undefined) => t?.text.toUpperCase();

/** Where the tokens of each clause begin and end; OR at the top makes it all one clause. */
function split(all: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let level = 0;
  let between = false;
  for (const token of all) {
    if (token.kind === 'open') level++;
    if (token.kind === 'close') level--;
    if (level === 0 && token.kind === 'joiner' && upper(token) === 'OR') return [all.slice()];
    if (level === 0 && upper(token) === 'BETWEEN') between = true;
    if (level === 0 && token.kind === 'joiner' && upper(token) === 'AND') {
      if (between) between = false;
      else {
        parts.push([]);
        continue;
      }
    }
    parts[parts.length - 1]!.push(token);
  }
  return parts.filter(p => p.length > 0);
}

/** min(metrics.a) is a name too: how many tokens the name takes; 0 if there is none. */
function nameLength(part: readonly Token[]): number {
  if (part[0]?.kind !== 'name') return 0;
  if (part[1]?.kind !== 'open') return 1;
  return part[2]?.kind === 'name' && part[3]?.kind === 'close' ? 4 : 0;
}

function isValue(part: readonly Token[]): boolean {
  return part.length === 1 && (part[0]!.kind === 'string' || part[0]!.kind === 'number');
}

function isList(part: readonly Token[]): boolean {
  if (part.length < 3 || part[0]!.kind !== 'open' || part[part.length - 1]!.kind !== 'close') return false;
  return part.slice(1, -1).every((t, i) => (i % 2 === 0 ? t.kind === 'string' || t.kind === 'number' : t.kind === 'comma'));
}

function isRange(part: readonly Token[]): boolean {
  return part.length === 3 && isValue(part.slice(0, 1)) && upper(part[1]) === 'AND' && isValue(part.slice(2));
}

const slice = (text: string, part: readonly Token[]) => text.slice(part[0]!.from, part[part.length - 1]!.to);

function conditionOf(text: string, part: readonly Token[]): Condition | undefined {
  let at = nameLength(part);
  if (at === 0) return undefined;
  const name = part.slice(0, at);
  const negated = upper(part[at]) === 'NOT';
  if (negated) at++;
  const operator = part[at];
  const value = part.slice(at + 1);
  if (operator?.kind !== 'operator' || value.length === 0) return undefined;
  const word = upper(operator)!;
  const fits = word === 'IN' ? isList(value) : word === 'BETWEEN' ? isRange(value) : isValue(value);
  if (!fits || (negated && !/^[A-Z]/.test(word))) return undefined;
  return { name: slice(text, name), operator: negated ? `NOT ${word}` : word, value: slice(text, value) };
}

export function clausesOf(text: string): Clause[] {
  return split(tokens(text)).map(part => {
    const condition = conditionOf(text, part);
    const clause = { text: slice(text, part), from: part[0]!.from, to: part[part.length - 1]!.to };
    return condition ? { ...clause, condition } : clause;
  });
}

/** An OR at the top needs parentheses beside other clauses. */
function beside(text: string): string {
  const all = tokens(text);
  let level = 0;
  for (const token of all) {
    level += Number(token.kind === 'open') - Number(token.kind === 'close');
    if (level === 0 && token.kind === 'joiner' && upper(token) === 'OR') return `(${text})`;
  }
  return text;
}

export function joined(texts: readonly string[]): string {
  const some = texts.map(s => s.trim()).filter(Boolean);
  return some.length > 1 ? some.map(beside).join(' AND ') : (some[0] ?? '');
}

export function textOf(c: Condition): string {
  return `${c.name} ${c.operator} ${c.value}`;
}

/** The filter with one more condition; one that is there already is not put twice. */
export function withClause(filter: string, clause: string): string {
  const clauses = clausesOf(filter);
  return clauses.some(c => c.text === clause) ? filter : joined([...clauses.map(c => c.text), clause]);
}

export function withoutClause(filter: string, index: number): string {
  return joined(clausesOf(filter).filter((_, i) => i !== index).map(c => c.text));
}

export function replaceClause(filter: string, index: number, clause: string): string {
  return joined(clausesOf(filter).map((c, i) => (i === index ? clause : c.text)));
}

/** A name as the grammar wants it: params.lr, metrics.`val/acc`. */
export function quotedName(entity: string, key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(key) && !/\.(min|max|best|first|count)$/.test(key)) return `${entity}.${key}`;
  return `${entity}.${key.includes('`') ? `"${key}"` : `\`${key}\``}`;
}

/** Names as columns are headed, metrics.val/acc, as the grammar wants them: what has other signs than words have, in quotes. */
export function withQuotedNames(text: string): string {
  let out = '';
  let at = 0;
  for (const token of tokens(text)) {
    const name = token.kind === 'name' ? /^(metrics?|params?|parameters?|tags?)\.([^`"@]*[/-][^`"@]*)(@.*)?$/iu.exec(token.text) : null;
    if (!name) continue;
    out += `${text.slice(at, token.from)}${name[1]}.\`${name[2]}\`${name[3] ?? ''}`;
    at = token.to;
  }
  return out + text.slice(at);
}

/** A text in quotes; null where the grammar, which has no escapes, cannot say it. */
export function quotedText(value: string): string | null {
  if (!value.includes("'")) return `'${value}'`;
  return value.includes('"') ? null : `"${value}"`;
}

/** A condition for this value of a param or tag, or for having none. */
export function equals(entity: 'params' | 'tags', key: string, value: string | null): string {
  const name = quotedName(entity, key);
  if (value === null) return `NOT ${name} LIKE '%'`;
  const quoted = quotedText(value);
  return quoted === null ? `${name} LIKE '${value.replace(/'/g, '_')}'` : `${name} = ${quoted}`;
}

/** Which part of a refused filter the server's words are about. */
export function faultOf(filter: string, message: string): { from: number; to: number } | null {
  const whole = filter.trim();
  if (!whole) return null;
  const said = [...message.matchAll(/'((?:[^']|'(?=[^,\s.]))+)'|"([^"]+)"|`([^`]+)`/g)].map(m => m[1] ?? m[2] ?? m[3] ?? '').filter(s => s && s !== whole && filter.includes(s));
  const longest = said.sort((a, b) => b.length - a.length)[0];
  if (longest) {
    const from = filter.indexOf(longest);
    return { from, to: from + longest.length };
  }
  const bad = tokens(filter).find(t => t.kind === 'bad');
  if (bad) return { from: bad.from, to: bad.to };
  const odd = clausesOf(filter).find(c => !c.condition && !/\b(or|not)\b|\(/i.test(c.text));
  if (odd) return { from: odd.from, to: odd.to };
  const from = filter.indexOf(whole);
  return { from, to: from + whole.length };
}
