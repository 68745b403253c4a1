import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, constants, gzipSync } from 'node:zlib';
import { gunzip, inflate } from '../src/artifacts/inflate';

function noise(n: number): Uint8Array {
  let seed = 7;
  return Uint8Array.from({ length: n }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);
}
const samples: [string, Uint8Array][] = [
  ['nothing', new Uint8Array()], ['one', Uint8Array.of(65)], ['zeros', new Uint8Array(100_000)], ['noise', noise(70_000)],
  ['text', new TextEncoder().encode(Array.from({ length: 5000 }, (_, i) => `${i} step ${i % 97} loss ${1 / (i + 1)}`).join('\n'))],
];

test('what zlib packed in any way is unpacked', () => {
  for (const [name, data] of samples)
    for (const options of [{ level: 0 }, { level: 1 }, { level: 9 }, { strategy: constants.Z_FIXED }, { strategy: constants.Z_HUFFMAN_ONLY }]) {
      assert.deepEqual(Buffer.from(inflate(deflateRawSync(data, options), 0, data.length)), Buffer.from(data), `${name} ${JSON.stringify(options)}`);
      assert.deepEqual(Buffer.from(gunzip(gzipSync(data, options), data.length)), Buffer.from(data), name);
    }
});

test('broken or lying data is refused, and ends', () => {
  const [, data] = samples[4]!;
  const packed = gzipSync(data);
  assert.throws(() => gunzip(packed, data.length - 1));
  assert.throws(() => gunzip(packed, data.length + 1));
  assert.throws(() => gunzip(packed.subarray(0, packed.length / 2), data.length));
  assert.throws(() => gunzip(noise(500), 10));
  assert.throws(() => gunzip(packed, 4e9), /broken data/, 'before so much is asked for');
  for (let i = 0; i < 300; i++) {
    const bad = Uint8Array.from(packed);
    bad[10 + ((i * 97) % (packed.length - 20))]! ^= 1 << i % 8;
    try {
      assert.equal(gunzip(bad, data.length).length, data.length);
    } catch (e) {
      assert.match(String(e), /deflate: broken data/);
    }
  }
});
