// Text as lines, and lines as pieces of at most so many columns: what a list of equally high rows needs. Pure.

/** What a log says to a terminal: colours, where to write. */
const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Bytes that come one part after the other, as lines. */
export class LineReader {
  readonly lines: string[] = [];
  private rest = '';
  private readonly decoder = new TextDecoder('utf-8');

  push(bytes: Uint8Array, last: boolean): void {
    const text = this.rest + this.decoder.decode(bytes, { stream: !last });
    if (this.rest !== '') this.lines.pop(); // the last line was shown unfinished
    const found = text.split(/\r\n|\n|\r(?!\n|$)/);
    this.rest = found[found.length - 1]!;
    if (this.rest === '') found.pop();
    for (const line of found) this.lines.push(line.includes('\u001b[') ? line.replace(COLOURS, '') : line);
  }
}

const plain = /^[\x20-\x7e]*$/;
const TAB = 4;

/** Letters of East Asia take two columns. */
function widthOf(code: number): number {
  if (code === 9) return TAB;
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || code >= 0x1f300 ? 2 : 1;
}

/** Where the pieces of a line begin. */
export function breaksOf(line: string, columns: number): number[] {
  const starts = [0];
  if (line.length * 2 <= columns) return starts;
  if (plain.test(line)) {
    for (let at = columns; at < line.length; at += columns) starts.push(at);
    return starts;
  }
  let used = 0;
  for (let i = 0; i < line.length;) {
    const code = line.codePointAt(i)!;
    const width = widthOf(code);
    if (used + width > columns && used > 0) {
      starts.push(i);
      used = 0;
    }
    used += width;
    i += code > 0xffff ? 2 : 1;
  }
  return starts;
}

export interface Piece { line: number; from: number; to: number }
export interface Layout { count: number; piece: (row: number) => Piece; /** The first row of a line. */ rowOf: (line: number) => number; widest: number }

export function layout(lines: readonly string[], columns: number): Layout {
  const first = new Uint32Array(lines.length + 1);
  const broken = new Map<number, number[]>();
  let widest = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.length > widest) widest = line.length;
    const starts = line.length * 2 <= columns ? 1 : breaksOf(line, columns);
    if (starts !== 1 && starts.length > 1) broken.set(i, starts);
    first[i + 1] = first[i]! + (starts === 1 ? 1 : starts.length);
  }
  const lineAt = (row: number) => {
    let [low, high] = [0, lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (first[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    count: first[lines.length]!,
    widest: Math.min(widest, columns),
    rowOf: line => first[line]!,
    piece: row => {
      const line = lineAt(row);
      const starts = broken.get(line) ?? [0];
      const k = row - first[line]!;
      return { line, from: starts[k]!, to: starts[k + 1] ?? lines[line]!.length };
    },
  };
}

/** Lines that have these letters, large or small. */
export function linesWith(lines: readonly string[], wanted: string): number[] {
  const small = wanted.toLowerCase();
  const found: number[] = [];
  if (small !== '') for (let i = 0; i < lines.length; i++) if (lines[i]!.toLowerCase().includes(small)) found.push(i);
  return found;
}
