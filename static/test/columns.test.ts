import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../src/api/types';
import {
  andFilter, columnsOf, DEFAULT_SORT, defaultColumns, indexOf, isNumericColumn, columnOf, likeValue, nextSort, orderBy, sortFromQuery, sortToQuery,
} from '../src/grid/columns';

const run = (metrics: Record<string, number | 'NaN'>, params: Record<string, string>): Run => ({
  info: { run_id: 'r', experiment_id: '1' },
  data: { metrics: Object.entries(metrics).map(([key, value]) => ({ key, value })), params: Object.entries(params).map(([key, value]) => ({ key, value })) },
});

test('without a choice: metrics by how many runs have them, and the params that differ', () => {
  const runs = [run({ loss: 1, rare: 2, 'system/cpu': 3 }, { lr: '0.1', seed: '1' }), run({ loss: 2 }, { lr: '0.2', seed: '1' }), run({ loss: 3 }, { lr: '0.2', seed: '1', only: 'x' })];
  assert.deepEqual(defaultColumns(runs), ['metrics.loss', 'metrics.rare', 'params.lr', 'params.only']);
  assert.deepEqual(defaultColumns(runs, 'rare')[0], 'metrics.rare');
});

test('the params of a single run are all shown', () => {
  assert.deepEqual(defaultColumns([run({}, { b: '1', a: '2' })]), ['params.a', 'params.b']);
});

test('there is a limit to what is shown unasked', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m${i}`, i]));
  assert.equal(defaultColumns([run(many, {})]).length, 8);
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

test('a column of numbers is set as numbers', () => {
  const runs = [run({}, { lr: '0.1', name: 'a' }), run({}, { lr: '1e-3', name: '2' }), run({}, {})];
  assert.equal(isNumericColumn(runs, columnOf('params.lr')!), true);
  assert.equal(isNumericColumn(runs, columnOf('params.name')!), false);
  assert.equal(isNumericColumn(runs, columnOf('params.none')!), false);
});
