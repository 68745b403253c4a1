// The words of a filter, for colours, completion and chips. Pure. What a filter means is the server's business
// (fcgi/search/README.md); here it is only taken apart, and anything may be half written.

export type TokenKind = 'name' | 'operator' | 'joiner' | 'string' | 'number' | 'open' | 'close' | 'comma' | 'bad';

export interface Token { kind: TokenKind; text: string; from: number; to: number }

const JOINERS = /^(and|or|not)$/i;
const WORD_OPERATORS = /^(like|ilike|in|between|regexp|rlike)$/i;

// A name is words, and parts in quotes behind a dot: params.`a b`, metrics.loss@min, metrics.acc@-20.
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:\.(?:`[^`]*`|"[^"]*"|[\p{L}\p{M}\p{N}_-]+)|[/-](?=[\p{L}_])[\p{L}\p{M}\p{N}_-]*)*(?:@(?:[a-z]+|-?\d*))?/uy;
const OPEN_NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*\.(?:[`"][^`"]*)?$/uy; // still being written
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:ms|[smhdw])?(?![\p{L}\p{N}_])/uy;
const OPERATOR = /<=|>=|!=|<>|==|=|<|>/y;
const STRING = /'[^']*'|"[^"]*"/y;
const SPACE = /\s+/y;

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function wordKind(word: string): TokenKind {
  return JOINERS.test(word) ? 'joiner' : WORD_OPERATORS.test(word) ? 'operator' : 'name';
}

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const space = match(SPACE, text, at);
    if (space) {
      at += space.length;
      continue;
    }
    const [kind, length] = next(text, at);
    found.push({ kind, text: text.slice(at, at + length), from: at, to: at + length });
    at += length;
  }
  return found;
}

function next(text: string, at: number): [TokenKind, number] {
  const c = text[at]!;
  if (c === '(') return ['open', 1];
  if (c === ')') return ['close', 1];
  if (c === ',') return ['comma', 1];
  const string = match(STRING, text, at);
  if (string) return ['string', string.length];
  if (c === "'" || c === '"') return ['bad', text.length - at]; // the quote that would end it is missing
  const number = match(NUMBER, text, at);
  if (number) return ['number', number.length];
  const operator = match(OPERATOR, text, at);
  if (operator) return ['operator', operator.length];
  const open = match(OPEN_NAME, text, at);
  const name = match(NAME, text, at);
  if (open.length > name.length) return ['name', open.length];
  if (name) return [wordKind(name), name.length];
  return ['bad', 1];
}

const wide: Record<string, string> = { '≤': '<=', '≥': '>=', '≠': '!=', '　': ' ', '‘': "'", '’': "'", '“': '"', '”': '"', '＇': "'", '＂': '"', '｀': '`' };

/** What an input method leaves behind, as the grammar has it: digits, signs and quotes of full width. Within quotes
    every letter is kept as it is. */
export function normalized(text: string): string {
  let out = '';
  let quote = '';
  for (const c of text) {
    const plain = wide[c] ?? (c >= '！' && c <= '～' ? c.normalize('NFKC') : c);
    if (quote) {
      if (plain === quote) quote = '';
      out += quote === '' ? plain : c;
    } else {
      if (plain === "'" || plain === '"' || plain === '`') quote = plain;
      out += plain;
    }
  }
  return out;
}
