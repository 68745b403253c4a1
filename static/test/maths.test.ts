import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipped, difference, ema, extentOf, gaussian, indexAt, interpolated, median, paddedRange, roomyRange, smoothed, zigzag } from '../src/charts/maths';

const f = (...values: number[]) => Float64Array.from(values);
const near = (a: Float64Array, b: number[]) => a.forEach((v, i) => assert.ok(Object.is(v, b[i]) || Math.abs(v - b[i]!) < 1e-9, `${[...a]} is not ${b}`));

test('a moving average begins where the curve begins, and gaps stay gaps', () => {
  near(ema(f(5, 5, 5), 0.9), [5, 5, 5]);
  near(ema(f(1, NaN, 3), 0.5), [1, NaN, (0.25 * 1 + 0.5 * 3) / 0.75]);
  near(ema(f(1, 2), 0), [1, 2]);
});

test('a Gaussian keeps constants, weighs by distance and knows no gap', () => {
  near(gaussian(f(2, 2, NaN, 2), 3), [2, 2, NaN, 2]);
  const w = Math.exp(-0.5);
  near(gaussian(f(0, 1, 0), 1).slice(1, 2), [1 / (1 + 2 * w)]);
});

test('a median passes a single spike by', () => {
  near(median(f(1, 1, 100, 1, 1), 1), [1, 1, 1, 1, 1]);
  near(median(f(3, 1, 2, NaN, 8), 1), [2, 2, 1.5, NaN, 8]);
  const y = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i * i));
  const slow = y.map((_, i) => {
    const part = [...y.slice(Math.max(0, i - 5), i + 6)].sort((a, b) => a - b);
    return part.length % 2 ? part[part.length >> 1]! : (part[part.length / 2 - 1]! + part[part.length / 2]!) / 2;
  });
  near(median(y, 5), [...slow]);
});

test('more strength smooths more, by each method', () => {
  const y = Float64Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1));
  const rest = (v: Float64Array) => Math.max(...v.slice(100, 300).map(Math.abs));
  for (const method of ['ema', 'gauss'] as const) assert.ok(rest(smoothed(y, method, 0.95)) < rest(smoothed(y, method, 0.5)), method);
  assert.ok(rest(smoothed(f(...Array.from({ length: 400 }, (_, i) => Number(i % 9 === 0))), 'median', 0.8)) === 0);
});

test('a difference is taken where the baseline is, between its points too', () => {
  const [bx, by] = [f(0, 10, 20), f(0, 10, 30)];
  near(f(interpolated(bx, by, 5), interpolated(bx, by, 20), interpolated(bx, by, 21), interpolated(bx, by, -1)), [5, 30, NaN, NaN]);
  near(difference(f(0, 5, 15, 25), f(1, 1, 1, 1), bx, by), [1, -4, -19, NaN]);
});

test('above a place stands the last value so far', () => {
  const [x, y] = [f(1, 2, 3, 4), f(1, NaN, 3, NaN)];
  assert.deepEqual([0, 1, 2.5, 3, 3.5, Infinity].map(at => indexAt(x, y, at)), [-1, 0, 0, 2, 2, 2]);
});

test('a line through buckets goes through every extreme', () => {
  const z = zigzag(f(1, 2, 3), f(0, 5, 1), f(1, 9, 2));
  assert.deepEqual([...z.x], [1, 1, 2, 2, 3, 3]);
  assert.deepEqual([...z.y], [0, 1, 5, 9, 2, 1]);
});

test('the height is that of the part that is seen', () => {
  const [x, y] = [f(0, 1, 2, 3), f(-100, NaN, 2, 100)];
  assert.deepEqual(extentOf(x, y, 1, 2, false), { min: 2, max: 2 });
  assert.deepEqual(extentOf(x, y, 0, 3, true), { min: 2, max: 100 });
  assert.deepEqual(extentOf(x, y, 0, 0, true), { min: Infinity, max: -Infinity });
});

test('outliers are clipped, and nothing else', () => {
  const y = Float64Array.from({ length: 1001 }, (_, i) => i / 1000);
  y[500] = 1e6;
  const x = y.map((_, i) => i);
  const { min, max } = clipped([{ x, y }], 0, 1000, false);
  assert.ok(min === 0 && max > 1 && max < 1.3, `${min} ${max}`);
  assert.deepEqual(clipped([{ x: f(0, 1, 2), y: f(1, 2, 3) }], 0, 2, false), { min: 1, max: 3 });
  assert.deepEqual(clipped([], 0, 1, false), { min: Infinity, max: -Infinity });
});

test('one value has room around it, on either scale', () => {
  assert.deepEqual([paddedRange(5, 5), paddedRange(0, 0), paddedRange(Infinity, -Infinity), paddedRange(1, 2)], [[4.5, 5.5], [-1, 1], [0, 1], [1, 2]]);
  const [low, high] = roomyRange({ min: 1, max: 1 }, true);
  assert.ok(low > 0 && low < 1 && high > 1);
  assert.deepEqual(roomyRange({ min: Infinity, max: -Infinity }, true), [0.1, 10]);
});
