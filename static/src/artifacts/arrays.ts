// The heads of files of arrays: names, shapes, types, read from the first bytes only. Pure.
export interface ArrayHead { name: string; dtype: string; shape: number[]; bytes: number | undefined; /** Why nothing is known of it. */ why?: string }

const NPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** What numpy wrote: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. Null when it is no head, or is not all there. */
export function npyHead(bytes: Uint8Array): { dtype: string; shape: number[]; fortran: boolean; dataAt: number } | null {
  if (bytes.length < 12 || NPY.some((b, i) => bytes[i] !== b)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const at = wide ? 12 : 10;
  if (at + length > bytes.length) return null;
  const text = new TextDecoder('latin1').decode(bytes.subarray(at, at + length));
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  const plain = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fields = /'descr'\s*:\s*(\[.*?\])\s*,\s*'fortran_order'/.exec(text)?.[1];
  const descr = plain ?? fields;
  if (shape === undefined || descr === undefined) return null;
  return { dtype: plain ? numpyType(plain) : descr, shape: (shape.match(/\d+/g) ?? []).map(Number), fortran: /'fortran_order'\s*:\s*True/.test(text), dataAt: at + length };
}

/** "<f4": float32. */
export function numpyType(descr: string): string {
  const m = /^([<>|=]?)([a-zA-Z])(\d*)(.*)$/.exec(descr);
  if (!m) return descr;
  const size = Number(m[3]);
  const names: Record<string, string> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };
  const kind = m[2]!;
  if (kind === 'b') return 'bool';
  if (kind === 'O') return 'object';
  if (kind === 'U' || kind === 'S' || kind === 'a') return `${kind === 'U' ? 'str' : 'bytes'}[${size}]`;
  if (kind === 'M' || kind === 'm') return `${kind === 'M' ? 'datetime64' : 'timedelta64'}${m[4] ?? ''}`;
  return names[kind] ? `${names[kind]}${size * 8}${m[1] === '>' ? ' (big-endian)' : ''}` : descr;
}

/** How long the JSON head of a safetensors file is: its first eight bytes. */
export function safetensorsLength(bytes: Uint8Array): number | null {
  if (bytes.length < 8) return null;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  return length > 0 && length <= 100_000_000 ? length : null;
}

export interface Tensors { arrays: ArrayHead[]; metadata: Record<string, string> }

export function safetensorsHead(text: string): Tensors {
  const head: unknown = JSON.parse(text);
  if (typeof head !== 'object' || head === null || Array.isArray(head)) throw new SyntaxError('not a head');
  const tensors: Tensors = { arrays: [], metadata: {} };
  for (const [name, value] of Object.entries(head as Record<string, unknown>)) {
    if (typeof value !== 'object' || value === null) continue;
    if (name === '__metadata__') {
      for (const [k, v] of Object.entries(value)) tensors.metadata[k] = String(v);
      continue;
    }
    const { dtype, shape, data_offsets: at } = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    const range = Array.isArray(at) ? at.map(Number) : [];
    tensors.arrays.push({ name, dtype: String(dtype ?? ''), shape: Array.isArray(shape) ? shape.map(Number) : [], bytes: range.length === 2 ? range[1]! - range[0]! : undefined });
  }
  return tensors;
}

export const elements = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);

export interface ZipEntry { name: string; size: number; packed: number; method: number; at: number }

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;

/** Where the list of a zip is, from its last bytes; `whole` is the size of the file. A 64-bit one may be outside of the tail. */
export function zipDirectory(tail: Uint8Array, whole: number): { at: number; length: number; count: number } | { end64At: number } | null {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let i = tail.length - 22; i >= 0; i--) {
    if (view.getUint32(i, true) !== END) continue;
    const found = { count: view.getUint16(i + 10, true), length: view.getUint32(i + 12, true), at: view.getUint32(i + 16, true) };
    if (found.at !== 0xffffffff && found.count !== 0xffff && found.length !== 0xffffffff) return found.at + found.length <= whole ? found : null;
    if (i < 20 || view.getUint32(i - 20, true) !== LOCATOR64) return null;
    return { end64At: Number(view.getBigUint64(i - 12, true)) };
  }
  return null;
}

export function zipDirectory64(bytes: Uint8Array): { at: number; length: number; count: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 56 || view.getUint32(0, true) !== END64) return null;
  return { count: Number(view.getBigUint64(32, true)), length: Number(view.getBigUint64(40, true)), at: Number(view.getBigUint64(48, true)) };
}

export function zipEntries(directory: Uint8Array): ZipEntry[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const entries: ZipEntry[] = [];
  for (let i = 0; i + 46 <= directory.length && view.getUint32(i, true) === ENTRY;) {
    const [nameLength, extraLength, noteLength] = [view.getUint16(i + 28, true), view.getUint16(i + 30, true), view.getUint16(i + 32, true)];
    const entry: ZipEntry = {
      name: new TextDecoder().decode(directory.subarray(i + 46, i + 46 + nameLength)),
      method: view.getUint16(i + 10, true), packed: view.getUint32(i + 20, true), size: view.getUint32(i + 24, true), at: view.getUint32(i + 42, true),
    };
    const extraEnd = Math.min(directory.length, i + 46 + nameLength + extraLength);
    for (let e = i + 46 + nameLength; e + 4 <= extraEnd; e += 4 + view.getUint16(e + 2, true)) {
      if (view.getUint16(e, true) !== 1) continue; // 64-bit sizes: those that did not fit, in this order
      let k = e + 4;
      const take = () => {
        if (k + 8 > extraEnd) return 0;
        k += 8;
        return Number(view.getBigUint64(k - 8, true));
      };
      if (entry.size === 0xffffffff) entry.size = take();
      if (entry.packed === 0xffffffff) entry.packed = take();
      if (entry.at === 0xffffffff) entry.at = take();
    }
    entries.push(entry);
    i += 46 + nameLength + extraLength + noteLength;
  }
  return entries;
}

/** Where the bytes of an entry begin, from the head that stands before them. */
export function zipDataAt(head: Uint8Array): number | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return head.length >= 30 && view.getUint32(0, true) === 0x04034b50 ? 30 + view.getUint16(26, true) + view.getUint16(28, true) : null;
}
