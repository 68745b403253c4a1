import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentSummary } from '../src/api/summary';
import { type Going, heardOf, isStale, pinnedFirst, splitName, STALE } from '../src/home/activity';
import { filterOf, isFilter, isWords } from '../src/query/free';

const experiment = (id: string, activity: number): ExperimentSummary => ({ id, name: id, created: 0, runs: 0, running: 0, failed: 0, activity });

test('pinned experiments come first in their own order, each once, and are never cut', () => {
  const list = [experiment('1', 10), experiment('2', 30), experiment('3', 20), experiment('4', 40)];
  assert.deepEqual(pinnedFirst(list, ['3', '1', '99'], 3).map(e => e.id), ['3', '1', '4']);
  assert.deepEqual(pinnedFirst(list, [], 2).map(e => e.id), ['4', '2']);
  assert.deepEqual(pinnedFirst(list, ['1', '2', '3'], 2).map(e => e.id), ['1', '2', '3']);
});

test('a running run is stale when it has neither begun nor logged for a while', () => {
  const run: Going = { id: 'a', experimentId: '1', name: 'a', status: 'RUNNING', start: 1000, end: 0 };
  assert.ok(!isStale(run, 1000 + STALE));
  assert.ok(isStale(run, 1001 + STALE));
  const logged: Going = { ...run, news: { run_id: 'a', metric_key: 'loss', value: 1, step: 1, last: 5000 } };
  assert.equal(heardOf(logged), 5000);
  assert.ok(!isStale(logged, 1001 + STALE));
  assert.ok(!isStale({ ...run, status: 'FINISHED' }, 1e15));
});

test('names have folders', () => {
  assert.deepEqual(splitName('team/vision/exp'), ['team/vision/', 'exp']);
  assert.deepEqual(splitName('alone'), ['', 'alone']);
  assert.deepEqual(splitName('/Users/me/'), ['/Users/', 'me/']);
});

test('a search is a filter when it compares, else a part of a name', () => {
  for (const text of ['metrics.loss < 0.5', "params.opt='adam'", "attributes.run_name ILIKE '%a%'", 'metrics.`精度` ＞ 0.5'.normalize('NFKC'), "params.opt IN ('a')", 'duration BETWEEN 1 AND 2']) assert.ok(isFilter(text), text);
  for (const text of ['resnet 50', 'what is in it', 'like a swan', '実験']) assert.ok(!isFilter(text), text);
  assert.equal(filterOf(' resnet '), "attributes.run_name ILIKE '%resnet%'");
  assert.equal(filterOf('params.lr ＜ ０.１'), 'params.lr < 0.1');
});

test('words alone are looked for in names; what may be half a clause is not', () => {
  for (const text of ['resnet', 'ResNet 50', '実験 ２', 'row-003', 'orange band']) assert.ok(isWords(text), text);
  for (const text of ['', '  ', 'metrics.loss', 'params.lr <', "'adam'", 'x AND', 'nonsense >> 1', 'status = FAILED', 'a (b)']) assert.ok(!isWords(text), text);
});
