import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clauseOfBins, edgeOf, histogramOf } from '../src/grid/histograms';

test('values are counted in bins, those that are no numbers are not', () => {
  const h = histogramOf([0, 1, 2, 3, 4, 4, NaN, Infinity, 1.7976931348623157e308], 4)!;
  assert.deepEqual(h, { low: 0, high: 4, log: false, counts: [1, 1, 1, 3] });
  assert.deepEqual([0, 1, 2, 3, 4].map(i => edgeOf(h, i)), [0, 1, 2, 3, 4]);
  assert.equal(histogramOf([1, 1, NaN]), null);
  assert.equal(histogramOf([]), null);
});

test('values of many sizes are spread by their logarithms', () => {
  const h = histogramOf([0.0001, 0.001, 0.01, 0.1, 1], 4)!;
  assert.equal(h.log, true);
  assert.deepEqual([0, 1, 2, 3, 4].map(i => edgeOf(h, i)), [0.0001, 0.001, 0.01, 0.1, 1]);
  assert.equal(h.counts.reduce((a, b) => a + b), 5);
  assert.equal(histogramOf([-1, 10_000], 4)!.log, false);
});

test('bins become a condition', () => {
  const h = histogramOf([0, 1, 2, 3, 4], 4)!;
  assert.equal(clauseOfBins('metrics.m', h, 1, 2), 'metrics.m >= 1 AND metrics.m < 3');
  assert.equal(clauseOfBins('metrics.m', h, 2, 1), 'metrics.m >= 1 AND metrics.m < 3');
  assert.equal(clauseOfBins('metrics.m', h, 0, 0), 'metrics.m < 1');
  assert.equal(clauseOfBins('metrics.m', h, 3, 3), 'metrics.m >= 3', 'the last bin has its end in it');
  assert.equal(clauseOfBins('metrics.m', h, 0, 3), 'metrics.m >= 0', 'all that have a number');
});

test('values further apart than a number have no picture', () => {
  assert.equal(histogramOf([-1.5e308, 0, 1.5e308]), null);
});
