import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../src/api/types';
import {
  andFilter, columnsOf, DEFAULT_SORT, indexOf, columnOf, likeValue, nextSort, orderBy, sortFromQuery, sortToQuery,
} from '../src/grid/columns';

const run = (metrics: Record<string, number | 'NaN'>, params: Record<string, string>): Run => ({
  info: { run_id: 'r', experiment_id: '1' },
  data: { metrics: Object.entries(metrics).map(([key, value]) => ({ key, value })), params: Object.entries(params).map(([key, value]) => ({ key, value })) },
});

test('columns keep their groups together, and nonsense is dropped', () => {
  assert.deepEqual(columnsOf(['params.lr', 'metrics.a.b/c d', 'x', 'bad.y', 'info.duration', 'params.lr', 'metrics.']).map(c => c.id), ['info.duration', 'metrics.a.b/c d', 'params.lr']);
});

test('NaN comes as a string and is a number again', () => {
  assert.ok(Number.isNaN(indexOf(run({ loss: 'NaN' }, {})).metrics.get('loss')));
});

test('a click on a header turns the order, and the third leads back', () => {
  const first = nextSort(DEFAULT_SORT, 'metrics.loss');
  assert.deepEqual(first, { id: 'metrics.loss', descending: true });
  const second = nextSort(first, 'metrics.loss');
  assert.deepEqual(second, { id: 'metrics.loss', descending: false });
  assert.deepEqual(nextSort(second, 'metrics.loss'), DEFAULT_SORT);
  assert.deepEqual(nextSort(DEFAULT_SORT, 'params.lr'), { id: 'params.lr', descending: false });
});

test('the order goes to the server quoted, and through the address unharmed', () => {
  assert.deepEqual(orderBy({ id: 'metrics.val/acc 1', descending: true }), ['metrics.`val/acc 1` DESC']);
  assert.deepEqual(orderBy(DEFAULT_SORT), ['attributes.start_time DESC']);
  const sort = { id: 'params.a:b', descending: false };
  assert.deepEqual(sortFromQuery(new URLSearchParams({ sort: sortToQuery(sort)! })), sort);
  assert.equal(sortToQuery(DEFAULT_SORT), null);
});

test('addresses of MLflow are understood', () => {
  assert.deepEqual(sortFromQuery(new URLSearchParams('orderByKey=metrics.%60foo%60&orderByAsc=true')), { id: 'metrics.foo', descending: false });
  assert.deepEqual(sortFromQuery(new URLSearchParams('orderByKey=attributes.start_time&orderByAsc=false')), DEFAULT_SORT);
  assert.deepEqual(sortFromQuery(new URLSearchParams('sort=nonsense')), DEFAULT_SORT);
});

test('filters are joined, and values quoted without escapes', () => {
  assert.equal(andFilter(' ', 'a = 1', 'b = 2'), 'a = 1 AND b = 2');
  assert.equal(likeValue('été'), "'%été%'");
  assert.equal(likeValue("it's"), `"%it's%"`);
  assert.equal(likeValue(`'"`), `'%_"%'`);
});

test('a metric has columns over all its points, and no metric can be called so', () => {
  assert.deepEqual(columnOf('metrics.val/loss@min'), { id: 'metrics.val/loss@min', group: 'metrics', key: 'val/loss', value: 'min' });
  assert.deepEqual(columnOf('metrics.acc@-20'), { id: 'metrics.acc@-20', group: 'metrics', key: 'acc', value: 'at', step: -20 });
  assert.equal(columnOf('params.a@min')?.key, 'a@min');
  assert.deepEqual(orderBy({ id: 'metrics.val/loss@min', descending: false }), ['min(metrics.`val/loss`) ASC']);
  assert.deepEqual(orderBy({ id: 'metrics.acc@20', descending: true }), ['metrics.`acc`@20 DESC']);
});
