import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeColumns, type Numbers, type Texts } from '../src/api/columns';

const utf8 = new TextEncoder();
const u32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255];
const f64 = (v: number) => [...new Uint8Array(new Float64Array([v]).buffer)];
const magic = [...utf8.encode('CRNCOL1\n')];
const numbers = (values: number[]) => [...u32(1), ...values.flatMap(f64)];
const texts = (dictionary: string[], codes: number[]) => [...u32(2), ...u32(dictionary.length), ...dictionary.flatMap(s => [...u32(utf8.encode(s).length), ...utf8.encode(s)]), ...codes.flatMap(u32)];
const bytes = (...parts: number[][]) => Uint8Array.from([...magic, ...parts.flat()]);

test('blocks are joined: numbers behind one another, texts under one dictionary', () => {
  const answer = bytes(u32(3), numbers([1, NaN, -2.5]), texts(['adam', '精度'], [1, 2, 0]), u32(2), numbers([1e300, 4]), texts(['精度', 'sgd'], [2, 1]), u32(0));
  const { rows, columns } = decodeColumns(answer, 2);
  assert.equal(rows, 5);
  assert.deepEqual([...(columns[0] as Numbers).values], [1, NaN, -2.5, 1e300, 4]);
  const names = columns[1] as Texts;
  assert.deepEqual([0, 1, 2, 3, 4].map(names.at), ['adam', '精度', null, 'sgd', '精度']);
  const { codes, texts: dictionary } = names.codes();
  assert.deepEqual(dictionary, ['adam', '精度', 'sgd']);
  assert.deepEqual([...codes], [0, 1, -1, 2, 1]);
  assert.equal(names.at(5), null);
  assert.equal(names.at(-1), null);
});

test('no runs are columns without rows', () => {
  const { rows, columns } = decodeColumns(bytes(u32(0)), 2);
  assert.equal(rows, 0);
  assert.equal(columns.length, 2);
  assert.equal((columns[0] as Numbers).values.length, 0);
});

test('what was cut off is no answer, wherever it was cut', () => {
  const whole = bytes(u32(2), numbers([1, 2]), texts(['a'], [1, 0]), u32(0));
  assert.equal(decodeColumns(whole, 2).rows, 2);
  for (let n = 0; n < whole.length; n++) assert.throws(() => decodeColumns(whole.subarray(0, n), 2), /cut off/, `${n} bytes`);
});

test('what is something else is refused', () => {
  assert.throws(() => decodeColumns(utf8.encode('<html>nginx says no</html>'), 1), /no columns/);
  assert.throws(() => decodeColumns(bytes(u32(1), u32(7), u32(0)), 1), /type 7/);
});

test('bytes that begin in the middle of a buffer are read from there', () => {
  const whole = bytes(u32(1), numbers([42]), u32(0));
  const shifted = new Uint8Array(whole.length + 3);
  shifted.set(whole, 3);
  assert.deepEqual([...(decodeColumns(shifted.subarray(3), 1).columns[0] as Numbers).values], [42]);
});
