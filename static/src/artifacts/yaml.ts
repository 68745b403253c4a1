// The YAML that tools write, of which a document is one tree: blocks, flows, quotes, literals, comments. What goes beyond it
// (anchors, tags, several documents, keys that are no scalars) is refused, and is then shown as text. Pure.
import type { Value } from './value-rows';

interface Line { indent: number; text: string; /** As it stands, for literal blocks. */ raw: string }
type Nest = { [key: string]: Value };

/** Lines of one quoted or flow value: each is read again with the next. */
const MOST_CONTINUED = 400;

const refuse = (why: string): never => {
  throw new SyntaxError(why);
};

/** Without prototype: a key may be called __proto__. */
const nest = (): Nest => Object.create(null) as Nest;

function scalar(text: string): Value {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(text) || /^[-+]?\.\d+$/.test(text)) {
    const n = Number(text);
    return Number.isInteger(n) && !Number.isSafeInteger(n) ? text : n;
  }
  if (/^[&*!%@`]/.test(text)) refuse('beyond');
  return text;
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '"': '"', '/': '/', '\\': '\\', ' ': ' ', N: '\x85', _: '\xa0' };

/** A flow or quoted value at `at`, and where it ends. */
class Flow {
  at = 0;
  private depth = 0;
  constructor(readonly text: string) {}

  private blanks(): void {
    while (/[\s]/.test(this.text[this.at] ?? '')) this.at++;
  }

  value(stops: string): Value {
    this.blanks();
    const c = this.text[this.at];
    if (c === '"' || c === "'") return this.quoted();
    if (c === '[' || c === '{') {
      if (++this.depth > 100) refuse('deep');
      const all = c === '[' ? this.list() : this.map();
      this.depth--;
      return all;
    }
    let end = this.at;
    while (end < this.text.length && !stops.includes(this.text[end]!) && !(this.text[end] === ':' && stops.includes(':') && /[\s,\]}]|$/.test(this.text[end + 1] ?? ''))) end++;
    const found = this.text.slice(this.at, end).trim();
    this.at = end;
    return scalar(found);
  }

  quoted(): string {
    const quote = this.text[this.at++];
    let out = '';
    for (;;) {
      const c = this.text[this.at++];
      if (c === undefined) refuse('quote');
      if (c === quote) {
        if (quote === "'" && this.text[this.at] === "'") {
          out += "'";
          this.at++;
          continue;
        }
        return out;
      }
      if (c === '\\' && quote === '"') {
        const e = this.text[this.at++] ?? refuse('quote');
        const digits = e === 'x' ? 2 : e === 'u' ? 4 : e === 'U' ? 8 : 0;
        if (digits > 0) {
          const code = parseInt(this.text.slice(this.at, this.at + digits), 16);
          if (!(code <= 0x10ffff)) refuse('escape');
          out += String.fromCodePoint(code);
          this.at += digits;
        } else if (e === '\n') while (/[ \t]/.test(this.text[this.at] ?? '')) this.at++;
        else out += escapes[e] ?? refuse('escape');
      } else if (c === '\n') {
        out = out.replace(/[ \t]+$/, '');
        let breaks = 0;
        while (/\s/.test(this.text[this.at] ?? '')) if (this.text[this.at++] === '\n') breaks++;
        out += breaks > 0 ? '\n'.repeat(breaks) : ' ';
      } else out += c;
    }
  }

  private list(): Value[] {
    const all: Value[] = [];
    this.at++;
    for (;;) {
      this.blanks();
      if (this.text[this.at] === ']') break;
      if (this.at >= this.text.length) refuse('list');
      all.push(this.value(',]'));
      this.blanks();
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== ']') refuse('list');
    }
    this.at++;
    return all;
  }

  private map(): Nest {
    const all = nest();
    this.at++;
    for (;;) {
      this.blanks();
      if (this.text[this.at] === '}') break;
      if (this.at >= this.text.length) refuse('map');
      const key = this.value(':,}');
      if (typeof key === 'object' && key !== null) refuse('key');
      this.blanks();
      if (this.text[this.at] === ':') {
        this.at++;
        all[String(key)] = this.value(',}');
      } else all[String(key)] = null;
      this.blanks();
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== '}') refuse('map');
    }
    this.at++;
    return all;
  }
}

/** A comment begins with "#" after a blank, outside of quotes. */
function uncommented(text: string): string {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote) {
      if (c === '\\' && quote === '"') i++;
      else if (c === quote) quote = '';
    } else if ((c === '"' || c === "'") && (i === 0 || /[\s[{,:-]/.test(text[i - 1]!))) quote = c;
    else if (c === '#' && (i === 0 || /\s/.test(text[i - 1]!))) return text.slice(0, i);
  }
  return text;
}

/** "key: rest": where the colon is. */
function colonOf(text: string): number {
  if (text[0] === '"' || text[0] === "'") {
    const flow = new Flow(text);
    try {
      flow.quoted();
    } catch {
      return -1;
    }
    const rest = text.slice(flow.at);
    return /^\s*:(?:\s|$)/.test(rest) ? flow.at + rest.indexOf(':') : -1;
  }
  if (text[0] === '[' || text[0] === '{') return -1;
  const found = /:(?:\s|$)/.exec(text);
  return found ? found.index : -1;
}

class Blocks {
  private at = 0;
  constructor(private readonly lines: readonly Line[]) {}

  private skip(): Line | undefined {
    while (this.at < this.lines.length && this.lines[this.at]!.text === '') this.at++;
    return this.lines[this.at];
  }

  document(): Value {
    const first = this.skip();
    if (!first) return null;
    const value = this.block(first.indent, 0);
    if (this.skip()) refuse('rest');
    return value;
  }

  private block(indent: number, depth: number): Value {
    if (depth > 100) refuse('deep');
    const line = this.skip()!;
    if (/^-(?:\s|$)/.test(line.text)) return this.list(indent, depth);
    if (colonOf(line.text) >= 0) return this.map(indent, depth);
    this.at++;
    return this.inline(line.text, indent - 1);
  }

  private list(indent: number, depth: number): Value[] {
    const all: Value[] = [];
    for (let line = this.skip(); line && line.indent === indent && /^-(?:\s|$)/.test(line.text); line = this.skip()) {
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.at++;
        all.push(this.nested(indent, depth));
        continue;
      }
      const inner = indent + line.text.length - rest.length;
      if (colonOf(rest) >= 0 || /^-(?:\s|$)/.test(rest)) {
        // The rest of the line is the first of a block of its own.
        (this.lines as Line[])[this.at] = { indent: inner, text: rest, raw: line.raw };
        all.push(this.block(inner, depth + 1));
      } else {
        this.at++;
        all.push(this.inline(rest, indent));
      }
    }
    const after = this.skip();
    if (after && after.indent > indent) refuse('indent');
    return all;
  }

  private map(indent: number, depth: number): Nest {
    const all = nest();
    for (let line = this.skip(); line && line.indent === indent; line = this.skip()) {
      const colon = colonOf(line.text);
      if (colon < 0) {
        if (/^-(?:\s|$)/.test(line.text)) break;
        refuse('key');
      }
      const keyText = line.text.slice(0, colon).trim();
      if (/^[&*!?]/.test(keyText) || keyText === '<<') refuse('key');
      const key = /^["']/.test(keyText) ? new Flow(keyText).quoted() : keyText;
      const rest = line.text.slice(colon + 1).trim();
      this.at++;
      if (Object.hasOwn(all, key)) refuse('twice');
      all[key] = rest === '' ? this.nested(indent, depth, true) : this.inline(rest, indent);
    }
    const after = this.skip();
    if (after && after.indent > indent) refuse('indent');
    return all;
  }

  /** What stands below a key or a dash. A list below a key may be as far left as the key. */
  private nested(indent: number, depth: number, ofKey = false): Value {
    const next = this.skip();
    if (!next || next.indent < indent || (next.indent === indent && !(ofKey && /^-(?:\s|$)/.test(next.text)))) return null;
    return this.block(next.indent, depth + 1);
  }

  private inline(text: string, indent: number): Value {
    if (/^[|>]/.test(text)) return this.literal(text, indent);
    if (/^["'[{]/.test(text)) {
      let whole = text;
      for (let more = 0; ; more++) {
        const flow = new Flow(whole);
        let value: Value = null;
        let ended = true;
        try {
          value = flow.value('');
        } catch (e) {
          if (this.at >= this.lines.length || (e instanceof SyntaxError && e.message === 'escape') || more > MOST_CONTINUED) throw e;
          ended = false;
        }
        if (ended) {
          if (whole.slice(flow.at).trim() !== '') refuse('after');
          return value;
        }
        whole += `\n${this.lines[this.at++]!.raw.trim()}`;
      }
    }
    // A plain scalar goes on in the lines that are further right.
    let plain = text;
    for (let line = this.lines[this.at]; line && line.text !== '' && line.indent > indent && colonOf(line.text) < 0; line = this.lines[this.at]) {
      plain += ` ${line.text}`;
      this.at++;
    }
    return scalar(plain);
  }

  private literal(head: string, indent: number): string {
    const found = /^([|>])([1-9])?([+-])?([1-9])?$/.exec(head);
    if (!found) return refuse('literal');
    const raws: string[] = [];
    let width = found[2] ?? found[4] ? indent + Number(found[2] ?? found[4]) : -1;
    for (; this.at < this.lines.length; this.at++) {
      const raw = this.lines[this.at]!.raw;
      const own = raw.length - raw.trimStart().length;
      if (raw.trim() !== '') {
        if (own <= indent) break;
        if (width < 0) width = own;
      }
      raws.push(raw.trim() === '' && raw.length <= width ? '' : raw.slice(Math.max(0, width)));
    }
    let text = raws.join('\n');
    if (found[1] === '>') text = text.replace(/([^\n])\n(?=[^\n ])/g, '$1 ').replace(/\n\n/g, '\n');
    const body = text.replace(/\n+$/, '');
    return found[3] === '-' ? body : found[3] === '+' ? `${text}\n` : body === '' ? '' : `${body}\n`;
  }
}

export function parseYaml(text: string): Value {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  if (lines[0]?.trim() === '---') lines.shift();
  const cut = lines.findIndex(l => /^(?:---|\.\.\.)(?:\s|$)/.test(l));
  if (cut >= 0 && lines.slice(cut + 1).some(l => uncommented(l).trim() !== '')) refuse('documents');
  const kept = cut >= 0 ? lines.slice(0, cut) : lines;
  return new Blocks(
    kept.map(raw => {
      const bare = uncommented(raw).trimEnd();
      const body = bare.trimStart();
      if (bare.slice(0, bare.length - body.length).includes('\t')) refuse('tab');
      return { indent: bare.length - body.length, text: body, raw };
    }),
  ).document();
}
