// Deflate and gzip, at once and into a known length: what the browser's own decompression, which waits, is no use for. Pure.

interface Codes { counts: Uint16Array; symbols: Uint16Array }

/** Canonical Huffman codes by their lengths. */
function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const next = new Uint16Array(16);
  for (let i = 1; i < 16; i++) next[i] = next[i - 1]! + counts[i - 1]!;
  const symbols = new Uint16Array(lengths.length);
  for (let s = 0; s < lengths.length; s++) if (lengths[s] !== 0) symbols[next[lengths[s]!]!++] = s;
  return { counts, symbols };
}

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const fixedLengths = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
const FIXED = { literals: codesOf(fixedLengths), distances: codesOf(new Uint8Array(30).fill(5)) };

/** Deflate cannot pack better: who says so lies. */
const MOST_PACKED = 1032;

const broken = (): never => {
  throw new Error('deflate: broken data');
};

/** `at` is where the data begins. The output must be exactly this long. */
export function inflate(input: Uint8Array, at: number, length: number): Uint8Array {
  if (length > input.length * MOST_PACKED + 64) broken();
  const out = new Uint8Array(length);
  let used = 0;
  let held = 0;
  let holds = 0;

  const bits = (n: number): number => {
    while (holds < n) {
      if (at >= input.length) broken();
      held |= input[at++]! << holds;
      holds += 8;
    }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    holds -= n;
    return value;
  };
  const symbol = ({ counts, symbols }: Codes): number => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let i = 1; i < 16; i++) {
      code |= bits(1);
      const n = counts[i]!;
      if (code - n < first) return symbols[index + code - first]!;
      index += n;
      first = (first + n) << 1;
      code <<= 1;
    }
    return broken();
  };
  const stored = () => {
    held = holds = 0;
    if (at + 4 > input.length) broken();
    const n = input[at]! | (input[at + 1]! << 8);
    if ((n ^ (input[at + 2]! | (input[at + 3]! << 8))) !== 0xffff) broken();
    at += 4;
    if (at + n > input.length || used + n > length) broken();
    out.set(input.subarray(at, at + n), used);
    at += n;
    used += n;
  };
  const dynamic = () => {
    const [literals, distances, lengthCodes] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const own = new Uint8Array(19);
    for (let i = 0; i < lengthCodes; i++) own[ORDER[i]!] = bits(3);
    const codes = codesOf(own);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length;) {
      const s = symbol(codes);
      if (s < 16) {
        lengths[i++] = s;
        continue;
      }
      if (s === 16 && i === 0) broken();
      const value = s === 16 ? lengths[i - 1]! : 0;
      const times = s === 16 ? 3 + bits(2) : s === 17 ? 3 + bits(3) : 11 + bits(7);
      if (i + times > lengths.length) broken();
      lengths.fill(value, i, i + times);
      i += times;
    }
    return { literals: codesOf(lengths.subarray(0, literals)), distances: codesOf(lengths.subarray(literals)) };
  };
  const block = ({ literals, distances }: typeof FIXED) => {
    for (;;) {
      const s = symbol(literals);
      if (s === 256) return;
      if (s < 256) {
        if (used >= length) broken();
        out[used++] = s;
        continue;
      }
      if (s > 285) broken();
      const n = LENGTHS[s - 257]! + bits(LENGTH_BITS[s - 257]!);
      const d = symbol(distances);
      if (d > 29) broken();
      const back = DISTANCES[d]! + bits(DISTANCE_BITS[d]!);
      if (back > used || used + n > length) broken();
      for (let i = 0; i < n; i++, used++) out[used] = out[used - back]!;
    }
  };

  for (let last = 0; last === 0;) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind === 1) block(FIXED);
    else if (kind === 2) block(dynamic());
    else broken();
  }
  if (used !== length) broken();
  return out;
}

/** One member of gzip, of which the length is known. */
export function gunzip(input: Uint8Array, length: number): Uint8Array {
  if (input.length < 18 || input[0] !== 0x1f || input[1] !== 0x8b || input[2] !== 8) broken();
  const flags = input[3]!;
  let at = 10;
  if (flags & 4) at += 2 + input[at]! + (input[at + 1]! << 8);
  for (const flag of [8, 16]) if (flags & flag) at = input.indexOf(0, at) + 1 || broken(); // a name, a note
  if (flags & 2) at += 2;
  return inflate(input, at, length);
}
