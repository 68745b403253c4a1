import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paddedRange, relativeLabel, toSeries } from '../src/charts/series';
import { INFINITE } from '../src/format';

const points = [
  { key: 'm', value: 2, step: 2, timestamp: 3000 },
  { key: 'm', value: 1, step: 1, timestamp: 2000 },
  { key: 'm', value: 'NaN' as const, step: 3, timestamp: 4000 },
  { key: 'm', value: INFINITE, step: 4, timestamp: 5000 },
  { key: 'm', value: -1, step: 5, timestamp: 6000 },
];

test('points are put in order, and what cannot be drawn is a gap that is counted', () => {
  const s = toSeries(points, 'step', 1000, false);
  assert.deepEqual(s.x, [1, 2, 3, 4, 5]);
  assert.deepEqual(s.y, [1, 2, null, null, -1]);
  assert.deepEqual([s.notNumbers, s.infinite, s.notPositive, s.min, s.max, s.last], [1, 1, 0, -1, 2, -1]);
});

test('time is counted from the start, or as it was', () => {
  assert.deepEqual(toSeries(points, 'relative', 1000, false).x, [1, 2, 3, 4, 5]);
  assert.deepEqual(toSeries(points, 'wall', 1000, false).x, [2, 3, 4, 5, 6]);
});

test('a log scale leaves out what has no logarithm', () => {
  const s = toSeries(points, 'step', 0, true);
  assert.deepEqual(s.y, [1, 2, null, null, null]);
  assert.equal(s.notPositive, 1);
});

test('a member that is not sent is zero', () => {
  assert.deepEqual(toSeries([{ key: 'm' }], 'step', 0, false).y, [0]);
});

test('one value has room around it', () => {
  assert.deepEqual(paddedRange(5, 5), [4.5, 5.5]);
  assert.deepEqual(paddedRange(0, 0), [-1, 1]);
  assert.deepEqual(paddedRange(null, null), [0, 1]);
  assert.deepEqual(paddedRange(1, 2), [1, 2]);
});

test('a time axis has one unit', () => {
  assert.deepEqual(relativeLabel(90, 100), { value: 90, unit: 's' });
  assert.deepEqual(relativeLabel(90, 3600), { value: 1.5, unit: 'min' });
  assert.deepEqual(relativeLabel(7200, 86_400), { value: 2, unit: 'h' });
});
