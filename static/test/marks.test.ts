import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnOf } from '../src/grid/columns';
import { marksFromText, marksToText, rangeOf, markShare, withMark } from '../src/grid/marks';
import type { Row } from '../src/grid/rows';

test('marks go through the address', () => {
  const marks = marksFromText('metrics.a,b:heat,params.lr:bar,nonsense:x');
  assert.deepEqual([...marks], [['b', 'heat'], ['params.lr', 'bar']]);
  assert.equal(marksToText(marks), 'b:heat,params.lr:bar');
  assert.equal(marksToText(withMark(withMark(marks, 'b', null), 'params.lr', null)), null);
  assert.equal(withMark(marks, 'b', 'bar').get('b'), 'bar');
});

const rows = [0.5, NaN, '2', null, 1.7976931348623157e308].map(v => ({ cells: new Map([['metrics.m', v], ['params.p', v]]) }) as unknown as Row);
const keys = { runs: 9, metrics: [{ key: 'm', runs: 9, values: 9, min: -1, max: 10 }], params: [], tags: [] };

test('a range is that of all runs where it is known, and infinity has no place in it', () => {
  assert.deepEqual(rangeOf(columnOf('metrics.m')!, rows, keys), [-1, 10]);
  assert.deepEqual(rangeOf(columnOf('metrics.m')!, rows, undefined), [0.5, 2]);
  assert.deepEqual(rangeOf(columnOf('params.p')!, rows, keys), [0.5, 2]);
  assert.equal(rangeOf(columnOf('params.none')!, rows, keys), null);
});

test('a value has its place in the range', () => {
  assert.equal(markShare(1, [0, 4]), 25);
  assert.equal(markShare('4', [0, 4]), 100);
  assert.equal(markShare('sgd', [0, 4]), null);
  assert.equal(markShare(1, [1, 1]), null);
  assert.equal(markShare(NaN, [0, 1]), null);
});
