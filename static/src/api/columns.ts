// Whole columns of all runs that a search finds, as the server's bytes (runs/column of `cairn describe`).
import { errorOf, persist, send } from './client';
import { bodyOf, type ColumnSpec, type Search } from './grid';

export type WholeColumn = Omit<ColumnSpec, 'kind'> & { kind: ColumnSpec['kind'] | 'attribute' };

export interface Numbers { kind: 'numbers'; values: Float64Array }
/** Texts are read when somebody asks: names of 100,000 runs are bytes until one is pointed at. */
export interface Texts { kind: 'texts'; at: (row: number) => string | null; codes: () => { codes: Int32Array; texts: string[] } }
export type Values = Numbers | Texts;

/** The most columns of one request. */
export const COLUMNS_MOST = 16;

const MAGIC = 'CRNCOL1\n';
const NUMBERS = 1;
const TEXTS = 2;

/** What a block has of one column: where its numbers begin, or its texts and codes. */
interface Part { type: number; row: number; rows: number; at: number; starts: number[] }

/** Takes the bytes of so many columns apart; throws when they are not whole. */
export function decodeColumns(bytes: Uint8Array, count: number): { rows: number; columns: Values[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (n: number) => {
    if (n > bytes.length - at) throw new Error('The columns were cut off before their end.');
    at += n;
  };
  const u32 = () => {
    skip(4);
    return view.getUint32(at - 4, true);
  };
  for (const c of MAGIC) {
    skip(1);
    if (bytes[at - 1] !== c.charCodeAt(0)) throw new Error('The answer has no columns in it.');
  }
  const parts: Part[][] = Array.from({ length: count }, () => []);
  let rows = 0;
  for (let n = u32(); n > 0; n = u32()) {
    for (const of of parts) of.push(readPart(u32(), n));
    rows += n;
  }
  return { rows, columns: parts.map(of => (of[0]?.type === TEXTS ? textsOf(of) : numbersOf(of, rows))) };

  function readPart(type: number, n: number): Part {
    const part: Part = { type, row: rows, rows: n, at: 0, starts: [] };
    if (type === TEXTS) {
      for (let texts = u32(); texts > 0; texts--) {
        part.starts.push(at);
        skip(u32());
      }
    } else if (type !== NUMBERS) throw new Error(`The answer has a column of type ${type}.`);
    part.at = at;
    skip(n * (type === NUMBERS ? 8 : 4));
    return part;
  }

  function numbersOf(of: readonly Part[], n: number): Numbers {
    const values = new Float64Array(n);
    for (const part of of) for (let i = 0; i < part.rows; i++) values[part.row + i] = view.getFloat64(part.at + 8 * i, true);
    return { kind: 'numbers', values };
  }

  function textsOf(of: readonly Part[]): Texts {
    const utf8 = new TextDecoder();
    const textOf = (start: number) => utf8.decode(bytes.subarray(start + 4, start + 4 + view.getUint32(start, true)));
    const partOf = (row: number) => {
      let low = 0;
      for (let high = of.length - 1; low < high; ) {
        const middle = (low + high + 1) >> 1;
        if (of[middle]!.row <= row) low = middle;
        else high = middle - 1;
      }
      return of[low];
    };
    return {
      kind: 'texts',
      at(row) {
        const part = partOf(row);
        if (!part || row < part.row || row >= part.row + part.rows) return null;
        const code = view.getUint32(part.at + 4 * (row - part.row), true);
        return code === 0 ? null : textOf(part.starts[code - 1]!);
      },
      codes() {
        const texts: string[] = [];
        const known = new Map<string, number>();
        const codes = new Int32Array(of.reduce((sum, p) => sum + p.rows, 0));
        for (const part of of) {
          const here = part.starts.map(start => {
            const text = textOf(start);
            let code = known.get(text);
            if (code === undefined) {
              code = texts.push(text) - 1;
              known.set(text, code);
            }
            return code;
          });
          for (let i = 0; i < part.rows; i++) {
            const code = view.getUint32(part.at + 4 * i, true);
            codes[part.row + i] = code === 0 ? -1 : here[code - 1]!;
          }
        }
        return { codes, texts };
      },
    };
  }
}

export function readColumns(search: Search, columns: readonly WholeColumn[], signal?: AbortSignal): Promise<{ rows: number; columns: Values[] }> {
  return persist(signal, async () => {
    const response = await send('ajax-api/cairn/1/runs/column', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...bodyOf(search), order_by: undefined, columns }),
      signal: signal ?? null,
    });
    if (!response.ok) throw errorOf(response.status, await response.text());
    return decodeColumns(new Uint8Array(await response.arrayBuffer()), columns.length);
  });
}
