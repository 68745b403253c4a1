// What may stand where the caret is. Pure: the values of a key are asked for by whoever shows the list.
import type { Keys } from '../api/grid';
import { quotedName, quotedText } from './clauses';
import { type Token, tokens } from './lexer';

export type Wanted = 'name' | 'operator' | 'value' | 'joiner';

/** The part of the text that a choice replaces, and what is being written there. */
export interface Place { wanted: Wanted; from: number; to: number; prefix: string; name: string; operator: string }

export interface Option { text: string; label: string; hint?: string; runs?: number }

const upper = (t: Token) => t.text.toUpperCase();

/** The place of the caret: the word it stands in or behind, else where a new one begins. */
export function placeOf(text: string, caret: number): Place {
  let wanted: Wanted = 'name';
  let name = '';
  let operator = '';
  let list = false;
  for (const token of tokens(text)) {
    if (token.from >= caret) break;
    const inside = token.to >= caret && !(token.to === caret && (token.kind === 'open' || token.kind === 'comma' || token.kind === 'close'));
    if (inside) return { wanted, from: token.from, to: token.to, prefix: text.slice(token.from, caret), name, operator };
    switch (token.kind) {
      case 'name':
        name = /\($/.test(name) ? name + token.text : token.text;
        wanted = 'operator';
        break;
      case 'operator':
        operator = upper(token);
        wanted = 'value';
        break;
      case 'string':
      case 'number':
        wanted = list ? 'value' : 'joiner';
        break;
      case 'joiner':
        if (upper(token) === 'AND' && operator === 'BETWEEN') {
          operator = 'BETWEEN AND';
          wanted = 'value';
        } else if (upper(token) === 'NOT' && wanted === 'operator') wanted = 'operator';
        else {
          wanted = 'name';
          name = operator = '';
        }
        break;
      case 'open':
        if (wanted === 'value') list = true;
        else if (wanted === 'operator') {
          name += '(';
          wanted = 'name';
        } else wanted = 'name';
        break;
      case 'close':
        if (/\(/.test(name) && wanted === 'operator') name += ')';
        else wanted = 'joiner';
        list = false;
        break;
      case 'comma':
      case 'bad':
        break;
    }
  }
  return { wanted, from: caret, to: caret, prefix: '', name, operator };
}

/** What a name speaks of: "params.lr" of the param lr. */
export function subjectOf(name: string): { kind: 'metric' | 'param' | 'tag' | 'attribute'; key: string } {
  const inner = /^\w+\((.*)\)?$/.exec(name)?.[1]?.replace(/\)$/, '') ?? name;
  const m = /^(metrics?|param(?:eter)?s?|tags?)\.(.*?)(?:@(?:[a-z]*|-?\d*))?$/s.exec(inner);
  if (!m) return { kind: 'attribute', key: inner.replace(/^attr(?:ibute)?s?\./, '') };
  const key = /^[`"](.*)[`"]$/s.exec(m[2]!)?.[1] ?? m[2]!;
  return { kind: m[1]!.startsWith('m') ? 'metric' : m[1]!.startsWith('p') ? 'param' : 'tag', key };
}

export const attributes = ['status', 'run_name', 'age', 'duration', 'start_time', 'end_time', 'user_id', 'run_id', 'experiment.name'] as const;
export const statuses = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'SCHEDULED'] as const;
const series = ['min', 'max', 'best', 'first', 'count'] as const;

/** What is asked for comes first where it begins a key, then where it is anywhere in one. */
function ranked(options: readonly Option[], prefix: string, most: number): Option[] {
  const wanted = prefix.toLowerCase().replace(/[`"']/g, '');
  const rank = (o: Option) => {
    const label = o.label.toLowerCase().replace(/[`"']/g, '');
    const at = label.indexOf(wanted);
    return at < 0 ? -1 : at === 0 ? 0 : /[./_ -]/.test(label[at - 1]!) ? 1 : 2;
  };
  const found = options.map((o, i) => [rank(o), i, o] as const).filter(([r]) => r >= 0);
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, , o]) => o);
}

export function nameOptions(keys: Keys | undefined, prefix: string, most = 50): Option[] {
  const of = (entity: 'metrics' | 'params' | 'tags'): Option[] =>
    (keys?.[entity] ?? []).map(k => ({ text: quotedName(entity, k.key), label: `${entity}.${k.key}`, runs: k.runs }));
  const metrics = of('metrics');
  const at = prefix.indexOf('@');
  if (at > 0)
    return ranked(metrics.flatMap(m => series.map(s => ({ text: `${m.text}@${s}`, label: `${m.label}@${s}` }))), prefix, most);
  const plain: Option[] = attributes.map(a => ({ text: a, label: a }));
  return ranked([...metrics, ...of('params'), ...plain, ...of('tags')], prefix, most);
}

const numbers = ['<', '<=', '>', '>=', '=', '!=', 'BETWEEN'];
const texts = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT LIKE', 'NOT IN', 'REGEXP'];

export function operatorsOf(name: string): string[] {
  const { kind, key } = subjectOf(name);
  if (kind === 'metric') return numbers;
  if (kind === 'param') return ['=', '!=', '<', '>', 'LIKE', 'IN', '<=', '>=', 'ILIKE', 'BETWEEN', 'NOT LIKE', 'NOT IN', 'REGEXP'];
  if (kind === 'tag') return texts;
  if (key === 'age' || key === 'duration') return ['<', '>', '<=', '>=', 'BETWEEN'];
  if (key === 'start_time' || key === 'end_time') return ['>', '<', '>=', '<=', 'BETWEEN'];
  if (key === 'status') return ['=', '!=', 'IN'];
  return texts;
}

export function operatorOptions(name: string, prefix: string): Option[] {
  return ranked(operatorsOf(name).map(o => ({ text: o, label: o })), prefix, 20);
}

export const joinerOptions = (prefix: string): Option[] => ranked(['AND', 'OR'].map(j => ({ text: j, label: j })), prefix, 2);

/** Values that are known without asking: states, spans, the range of a metric. */
export function fixedValues(name: string, keys: Keys | undefined, prefix: string): Option[] {
  const { kind, key } = subjectOf(name);
  if (kind === 'attribute' && key === 'status') return ranked(statuses.map(s => ({ text: `'${s}'`, label: s })), prefix, 10);
  if (kind === 'attribute' && key === 'age') return ranked(['1h', '6h', '1d', '7d', '30d'].map(s => ({ text: s, label: s })), prefix, 10);
  if (kind === 'attribute' && key === 'duration') return ranked(['10s', '1m', '10m', '1h', '1d'].map(s => ({ text: s, label: s })), prefix, 10);
  if (kind !== 'metric') return [];
  const info = keys?.metrics.find(k => k.key === key);
  const ends: Option[] = [];
  if (info?.min !== undefined) ends.push({ text: String(info.min), label: String(info.min), hint: 'min' });
  if (info?.max !== undefined && info.max !== info.min) ends.push({ text: String(info.max), label: String(info.max), hint: 'max' });
  return prefix ? [] : ends;
}

export function valueOptions(values: readonly { value: string; runs: number }[], prefix: string, most = 50): Option[] {
  const options = values.flatMap(v => {
    const quoted = quotedText(v.value);
    return quoted === null ? [] : [{ text: quoted, label: v.value, runs: v.runs }];
  });
  return ranked(options, prefix, most);
}

/** The text with the choice in its place, a blank behind it, and the caret after that. */
export function complete(text: string, place: Place, option: Option): { text: string; caret: number } {
  const opensList = place.wanted === 'operator' && / ?\bIN$/.test(option.text);
  const before = text.slice(0, place.from);
  const gap = before && !/[\s(,]$/.test(before) ? ' ' : '';
  const put = `${gap}${option.text}${opensList ? ' (' : ''}`;
  const rest = text.slice(place.to);
  const blank = opensList || /^[\s),]/.test(rest) ? '' : ' ';
  return { text: before + put + blank + rest, caret: before.length + put.length + (opensList ? 0 : 1) };
}
