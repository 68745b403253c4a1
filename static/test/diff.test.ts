import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keys, Search } from '../src/api/grid';
import { columnsOf } from '../src/grid/columns';
import { sameByKeys, sameByStats } from '../src/grid/diff';
import { searchOf, selectionOf } from '../src/grid/select';

const columns = columnsOf(['info.user_id', 'metrics.same', 'metrics.moves', 'metrics.some', 'metrics.none', 'metrics.same@min', 'params.one', 'params.two', 'params.some', 'tags.t']);
const keys: Keys = {
  runs: 3,
  metrics: [{ key: 'same', runs: 3, values: 3, min: 0.5, max: 0.5 }, { key: 'moves', runs: 3, values: 3, min: 0, max: 0.5 }, { key: 'some', runs: 2, values: 2, min: 1, max: 1 }],
  params: [{ key: 'one', runs: 3, values: 1 }, { key: 'two', runs: 3, values: 2 }, { key: 'some', runs: 1, values: 1 }],
  tags: [{ key: 't', runs: 3, values: 1 }],
};

test('a column is the same when every run has it with one value, or none has it', () => {
  assert.deepEqual([...sameByKeys(keys, columns)], ['metrics.same', 'metrics.none', 'params.one', 'tags.t']);
  assert.equal(sameByKeys({ ...keys, runs: 1 }, columns).size, 0, 'one run differs from none');
  assert.equal(sameByKeys(undefined, columns).size, 0);
});

test('what a group of all runs tells says the same', () => {
  const stat = (count: number, min: number | string | null, max: number | string | null) => ({ count: [count], mean: [null], std: [null], min: [min], max: [max] });
  const three = columnsOf(['metrics.a@min', 'metrics.b@max', 'params.c', 'params.d']);
  assert.deepEqual(sameByStats(3, [stat(3, 0.5, 0.5), stat(2, 1, 1), stat(3, 'x', 'y'), stat(0, null, null)], three), ['metrics.a@min', 'params.d']);
  assert.deepEqual(sameByStats(1, [stat(1, 1, 1)], three.slice(0, 1)), []);
});

test('a selection is a search of its own', () => {
  const within: Search = { experimentIds: ['7'], filter: "params.a = '1' OR params.b = '2'", view: 'ACTIVE_ONLY' };
  const some = searchOf(selectionOf({ all: false, ids: new Set(['a', 'b']) }, within), within);
  assert.deepEqual([some.experimentIds, some.filter], [['7'], "attributes.run_id IN ('a', 'b')"]);
  const all = { all: true, ids: new Set<string>() };
  assert.equal(searchOf(selectionOf(all, within), within), within);
  assert.equal(searchOf(selectionOf({ ...all, ids: new Set(['a']) }, within), within).filter, "(params.a = '1' OR params.b = '2') AND attributes.run_id NOT IN ('a')");
});
