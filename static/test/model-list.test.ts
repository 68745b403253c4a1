import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoggedModel } from '../src/api/models';
import { lastOf, metricColumns, nextOrder, orderOf } from '../src/run/model-list';

const model = (...metrics: [string, number, number][]): LoggedModel => ({ info: { model_id: 'm', experiment_id: '1' }, data: { metrics: metrics.map(([key, value, timestamp]) => ({ key, value, timestamp })) } });

test('the columns are the metrics that most models have, each once', () => {
  const models = [model(['acc', 1, 1], ['acc', 2, 2], ['rare', 0, 1]), model(['acc', 1, 1], ['loss', 1, 1]), model(['loss', 1, 1])];
  assert.deepEqual(metricColumns(models, 2), ['acc', 'loss']);
  assert.deepEqual(metricColumns([{ info: { model_id: 'm', experiment_id: '1' } }], 4), []);
});

test('of several measurements the last one stands there, with their number', () => {
  assert.deepEqual(lastOf(model(['acc', 0.1, 5], ['acc', 0.2, 9], ['acc', 0.3, 7]), 'acc'), { value: 0.2, of: 3 });
  assert.equal(lastOf(model(), 'acc'), null);
});

test('an order is in the address, and a click turns it round', () => {
  assert.deepEqual(orderOf('metrics.val/acc: x:asc'), { field: 'metrics.val/acc: x', ascending: true });
  assert.deepEqual(orderOf('nonsense:asc'), { field: 'creation_timestamp', ascending: false });
  assert.equal(nextOrder(orderOf(null), 'metrics.a'), 'metrics.a:desc');
  assert.equal(nextOrder(orderOf('metrics.a:desc'), 'metrics.a'), 'metrics.a:asc');
  assert.equal(nextOrder(orderOf(null), 'name'), 'name:asc');
  assert.equal(nextOrder(orderOf('name:asc'), 'creation_timestamp'), null);
});
