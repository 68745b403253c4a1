import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../src/api/types';
import {
  andFilter, byKey, columnsOf, DEFAULT_SORT, indexOf, columnOf, likeValue, moved, nextSorts, orderBy, sortsFromQuery, sortsToQuery, withColumn,
} from '../src/grid/columns';
import { CHECK, contentWidth, LOOK, placed, STATUS, widthsFromText, widthsToText } from '../src/grid/layout';
import { sparkPath } from '../src/grid/spark';

const run = (metrics: Record<string, number | 'NaN'>, params: Record<string, string>): Run => ({
  info: { run_id: 'r', experiment_id: '1' },
  data: { metrics: Object.entries(metrics).map(([key, value]) => ({ key, value })), params: Object.entries(params).map(([key, value]) => ({ key, value })) },
});

test('columns stand as the reader put them, and nonsense is dropped', () => {
  assert.deepEqual(columnsOf(['params.lr', 'metrics.a.b/c d', 'x', 'bad.y', 'info.duration', 'params.lr', 'metrics.']).map(c => c.id), ['params.lr', 'metrics.a.b/c d', 'info.duration']);
});

test('a new column stands by its like, and one is moved before another', () => {
  const ids = ['info.duration', 'metrics.a', 'metrics.b', 'params.lr'];
  assert.deepEqual(withColumn(ids, 'metrics.c'), ['info.duration', 'metrics.a', 'metrics.b', 'metrics.c', 'params.lr']);
  assert.deepEqual(withColumn(ids, 'metrics.a@min'), ['info.duration', 'metrics.a', 'metrics.a@min', 'metrics.b', 'params.lr']);
  assert.deepEqual(withColumn(['params.lr'], 'metrics.c'), ['metrics.c', 'params.lr']);
  assert.deepEqual(withColumn(ids, 'tags.t'), [...ids, 'tags.t']);
  assert.deepEqual(withColumn(ids, 'metrics.a'), ids);
  assert.deepEqual(moved(ids, 'params.lr', 'metrics.a'), ['info.duration', 'params.lr', 'metrics.a', 'metrics.b']);
  assert.deepEqual(moved(ids, 'info.duration', null), ['metrics.a', 'metrics.b', 'params.lr', 'info.duration']);
  assert.deepEqual(moved(ids, 'metrics.a', 'metrics.a'), ids);
});

test('NaN comes as a string and is a number again', () => {
  assert.ok(Number.isNaN(indexOf(run({ loss: 'NaN' }, {})).metrics.get('loss')));
});

const by = (id: string, descending: boolean) => ({ id, descending });

test('a click on a header turns the order, and the third leads back', () => {
  const first = nextSorts([DEFAULT_SORT], 'metrics.loss', false);
  assert.deepEqual(first, [by('metrics.loss', true)]);
  const second = nextSorts(first, 'metrics.loss', false);
  assert.deepEqual(second, [by('metrics.loss', false)]);
  assert.deepEqual(nextSorts(second, 'metrics.loss', false), [DEFAULT_SORT]);
  assert.deepEqual(nextSorts([DEFAULT_SORT], 'params.lr', false), [by('params.lr', false)]);
});

test('with shift, a click adds a key, turns it, takes it away', () => {
  const one = nextSorts([DEFAULT_SORT], 'metrics.loss', true);
  assert.deepEqual(one, [by('metrics.loss', true)], 'the order that nobody chose gives way');
  const two = nextSorts(one, 'params.lr', true);
  assert.deepEqual(two, [by('metrics.loss', true), by('params.lr', false)]);
  const turned = nextSorts(two, 'metrics.loss', true);
  assert.deepEqual(turned, [by('metrics.loss', false), by('params.lr', false)]);
  assert.deepEqual(nextSorts(turned, 'metrics.loss', true), [by('params.lr', false)]);
  assert.deepEqual(nextSorts(two, 'params.lr', false), [by('params.lr', false)], 'without shift it is the only key');
});

test('the order goes to the server quoted, and through the address unharmed', () => {
  assert.deepEqual(orderBy([by('metrics.val/acc 1', true), by('info.status', false)]), ['metrics.`val/acc 1` DESC', 'attributes.status ASC']);
  assert.deepEqual(orderBy([DEFAULT_SORT]), ['attributes.start_time DESC']);
  const sorts = [by('params.a:b', false), by('metrics.acc@best', true)];
  assert.deepEqual(sortsFromQuery(new URLSearchParams({ sort: sortsToQuery(sorts)! })), sorts);
  assert.equal(sortsToQuery([DEFAULT_SORT]), null);
});

test('addresses of MLflow are understood', () => {
  assert.deepEqual(sortsFromQuery(new URLSearchParams('orderByKey=metrics.%60foo%60&orderByAsc=true')), [by('metrics.foo', false)]);
  assert.deepEqual(sortsFromQuery(new URLSearchParams('orderByKey=attributes.start_time&orderByAsc=false')), [DEFAULT_SORT]);
  assert.deepEqual(sortsFromQuery(new URLSearchParams('sort=nonsense')), [DEFAULT_SORT]);
  assert.deepEqual(sortsFromQuery(new URLSearchParams('sort=metrics.a@spark:desc')), [DEFAULT_SORT]);
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
  assert.deepEqual(orderBy([by('metrics.val/loss@min', false)]), ['min(metrics.`val/loss`) ASC']);
  assert.deepEqual(orderBy([by('metrics.acc@20', true)]), ['metrics.`acc`@20 DESC']);
});

test('pinned columns stand first, each with its place, and widths go through the address', () => {
  const columns = columnsOf(['metrics.a', 'params.b', 'tags.c']);
  const widths = widthsFromText('params.b:120,metrics.a:9999');
  const places = placed(columns, ['tags.c', 'params.b', 'gone'], widths, c => c.key, 200);
  assert.deepEqual(places.map(p => p.column.id), ['tags.c', 'params.b', 'metrics.a']);
  assert.equal(places[0]!.left, CHECK + LOOK + STATUS + 200);
  assert.equal(places[1]!.left, CHECK + LOOK + STATUS + 200 + places[0]!.width);
  assert.equal(places[1]!.width, 120);
  assert.equal(places[2]!.left, undefined);
  assert.equal(widthsToText(widths), 'params.b:120,metrics.a:900');
});

test('a small curve has a gap where there is no number', () => {
  assert.equal(sparkPath([]), '');
  assert.equal(sparkPath([NaN]), '');
  assert.match(sparkPath([1, 2]), /^M2\.0 17\.0L98\.0 3\.0$/);
  assert.equal(sparkPath([1, NaN, 2, 3]).match(/M/g)!.length, 2);
});

test('keys with numbers are in the order of the numbers', () => {
  assert.deepEqual(byKey(['layer10', 'layer2', 'layer1', '層2', '層10'].map(key => ({ key }))).map(k => k.key), ['layer1', 'layer2', 'layer10', '層2', '層10']);
});

test('a column is as wide as the texts that came first, within reason', () => {
  assert.equal(contentWidth([]), 24);
  assert.ok(contentWidth(['AdamW with a warm-up']) > 150);
  assert.ok(contentWidth(['学習率を下げる方針']) > contentWidth(['123456789']));
  assert.equal(contentWidth(['x'.repeat(5000)]), 230);
  const [column] = columnsOf(['params.optimizer']);
  assert.equal(placed([column!], [], new Map(), () => 'optimizer', 190, new Map([['params.optimizer', 200]]))[0]!.width, 200);
  assert.equal(placed([column!], [], new Map([['params.optimizer', 60]]), () => 'optimizer', 190, new Map([['params.optimizer', 200]]))[0]!.width, 60);
});
