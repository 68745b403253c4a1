import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Curve } from '../src/api/grid';
import { longest, sectionsOf, toChart, valueAt } from '../src/charts/many';

const curve = (step: number[], last: Curve['last'], more: Partial<Curve> = {}): Curve => ({ run_id: 'r', key: 'm', points: step.length, width: 0, step, timestamp: step.map(s => 1000 * s + 5000), last, ...more });

test('curves share the places where any of them has a point', () => {
  const chart = toChart([curve([0, 2], [1, 3]), undefined, curve([1, 2], ['NaN', 4])], [0, 0, 0], 'step', false);
  assert.deepEqual(chart.x, [0, 1, 2]);
  assert.deepEqual(chart.lines.map(l => l.y), [[1, null, 3], [null, null, null], [null, null, 4]]);
  assert.equal(new Set(chart.lines.map(l => l.color)).size, 3);
  assert.equal(chart.lines[0]!.low, undefined);
});

test('of a bucket the least and the greatest value are drawn as well', () => {
  const [line] = toChart([curve([9, 19], [5, 6], { width: 10, min: [1, 2], max: [8, 9] })], [0], 'step', false).lines;
  assert.deepEqual([line!.low, line!.y, line!.high], [[1, 2], [5, 6], [8, 9]]);
});

test('time is counted from where each run began, and a log scale has no room for zero', () => {
  const chart = toChart([curve([0, 1], [0, 2]), curve([0], [7])], [5000, 4000], 'relative', true);
  assert.deepEqual(chart.x, [0, 1]);
  assert.deepEqual(chart.lines.map(l => l.y), [[null, 2], [null, 7]]);
});

test('above the cursor stands the last value so far', () => {
  assert.equal(valueAt([1, null, 3, null], 1), 1);
  assert.equal(valueAt([1, null, 3, null], 99), 3);
  assert.equal(valueAt([null, 2], 0), null);
});

test('metrics stand by their prefix, those of the machine last', () => {
  assert.deepEqual(sectionsOf(['acc', 'system/cpu', 'system/gpu', 'train/a', 'train/b', 'val/a']), [
    ['', ['acc', 'val/a']], ['train', ['train/a', 'train/b']], ['system', ['system/cpu', 'system/gpu']]]);
});

test('how points are marked is decided by the longest line', () => {
  assert.deepEqual(longest([{ y: [null, null, 1] }, { y: [1, 2, 3] }, { y: [null, 2, 3] }]), [1, 2, 3]);
  assert.deepEqual(longest([]), []);
});
