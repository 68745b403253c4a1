import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Curve, lowerBound, readCurves, withTail } from '../src/charts/curves';
import { INFINITE } from '../src/format';

/** What the server sends, made by hand. */
function bytes(curves: { run: number; metric: number; head: [number, number, number, number]; extremes?: number[]; x: number[]; columns: [number, 'd' | 'f', number[]][] }[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4096));
  let at = 0;
  const u32 = (v: number) => view.setUint32((at += 4) - 4, v, true);
  const f64 = (v: number) => view.setFloat64((at += 8) - 8, v, true);
  const f32 = (v: number) => view.setFloat32((at += 4) - 4, v, true);
  for (const c of 'CRNSER1\n') view.setUint8(at++, c.charCodeAt(0));
  for (const c of curves) {
    u32(c.run + 1);
    u32(c.metric);
    u32(c.x.length);
    u32(c.columns.reduce((bits, [bit]) => bits | bit, c.extremes ? 256 : 0));
    c.head.forEach(f64);
    c.extremes?.forEach(f64);
    c.x.forEach(f64);
    for (const [, form, values] of c.columns) values.forEach(form === 'd' ? f64 : f32);
  }
  u32(0);
  return view.buffer.slice(0, at);
}

test('curves are read from bytes, their near values as distances', () => {
  const [a, b, ...more] = readCurves(bytes([
    { run: 0, metric: 1, head: [9, 1, 0, 4], x: [3, 7], columns: [[4, 'd', [10, 1e9]], [8, 'f', [-2, -0.25]], [16, 'f', [0.5, 0]], [128, 'f', [-1, NaN]]] },
    { run: 2, metric: 0, head: [3, 1, 1, 0], x: [0.5, 1.5, 2.5], columns: [[1, 'd', [1, 2, 3]], [4, 'd', [1, NaN, INFINITE]]] },
  ]));
  assert.deepEqual(more, []);
  assert.deepEqual([a!.run, a!.metric, a!.points, a!.nans, a!.infinite, a!.width], [0, 1, 9, 1, 0, 4]);
  assert.deepEqual([...a!.x, ...a!.step, ...a!.last], [3, 7, 3, 7, 10, 1e9]);
  assert.deepEqual([...a!.min, ...a!.max, ...a!.mean], [8, 1e9 - 0.25, 10.5, 1e9, 9, NaN]);
  assert.deepEqual([b!.run, [...b!.step], [...b!.last]], [2, [1, 2, 3], [1, NaN, INFINITE]]);
  assert.deepEqual([...b!.mean], [1, NaN, NaN], 'what is infinite is not drawn');
});

test('extremes and times are read if they are there', () => {
  const [a] = readCurves(bytes([{ run: 0, metric: 0, head: [5, 0, 0, 2], extremes: [0.1, 3, 9, 7], x: [1, 7], columns: [[2, 'd', [1000, 2000]], [4, 'd', [1, 9]]] }]));
  assert.deepEqual([a!.least, a!.greatest, [...a!.time!], [...a!.last]], [{ value: 0.1, step: 3 }, { value: 9, step: 7 }, [1000, 2000], [1, 9]]);
  const [b] = readCurves(bytes([{ run: 0, metric: 0, head: [1, 0, 0, 0], x: [1], columns: [[4, 'd', [1]]] }]));
  assert.deepEqual([b!.least, b!.greatest, b!.time], [undefined, undefined, undefined]);
});

test('bytes that are something else, or not all of it, are an error', () => {
  assert.throws(() => readCurves(new TextEncoder().encode('{"series":[]}').buffer as ArrayBuffer));
  assert.throws(() => readCurves(bytes([]).slice(0, 9)));
  assert.deepEqual(readCurves(bytes([])), []);
});

const curve = (x: number[], y: number[], more: Partial<Curve> = {}): Curve => {
  const values = Float64Array.from(y);
  return { run: 0, metric: 0, points: x.length, nans: 0, infinite: 0, width: 0, x: Float64Array.from(x), step: Float64Array.from(x), last: values, min: values, max: values, mean: values, ...more };
};

test('a curve grows by what is behind its end', () => {
  const grown = withTail(curve([0, 4, 8], [1, 2, 3], { width: 4, points: 9 }), curve([7, 8, 9, 10], [0, 0, 4, 5]));
  assert.deepEqual([[...grown.x], [...grown.mean], grown.points, grown.width], [[0, 4, 8, 9, 10], [1, 2, 3, 4, 5], 11, 4]);
  const same = curve([0, 1], [1, 2]);
  assert.equal(withTail(same, curve([1], [7])), same);
  assert.equal(withTail(same, curve([], [])), same);
});

test('places are found by halves', () => {
  const x = Float64Array.from([1, 3, 3, 5]);
  assert.deepEqual([0, 1, 2, 3, 5, 6].map(v => lowerBound(x, v)), [0, 0, 1, 1, 3, 4]);
});
