import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunks, inverseOf } from '../src/grid/bulk';
import { columnsOfPattern, hasPlaceholders, nameByPattern } from '../src/grid/pattern';

test('what was is put back by the fewest requests', () => {
  const before = [{ run_id: 'a', value: '1' }, { run_id: 'b', value: '2' }, { run_id: 'c', value: '1' }, { run_id: 'd' }];
  const ids = (c: ReturnType<typeof inverseOf>) => c.map(x => [x.operation, x.selection]);
  assert.deepEqual(ids(inverseOf({ operation: 'delete' }, before)), [[{ operation: 'restore' }, { run_ids: ['a', 'b', 'c', 'd'] }]]);
  assert.deepEqual(ids(inverseOf({ operation: 'delete_tag', key: 'k' }, before)), [[{ operation: 'set_tag', key: 'k', value: '' }, { each: before }]]);
  assert.deepEqual(ids(inverseOf({ operation: 'move', experiment_id: '9' }, before.slice(0, 3))), [
    [{ operation: 'move', experiment_id: '1' }, { run_ids: ['a', 'c'] }], [{ operation: 'move', experiment_id: '2' }, { run_ids: ['b'] }]]);
  const many = Array.from({ length: 25_000 }, (_, i) => ({ run_id: String(i) }));
  assert.deepEqual(inverseOf({ operation: 'restore' }, many).map(c => ('run_ids' in c.selection ? c.selection.run_ids.length : 0)), [10_000, 10_000, 5000]);
  assert.deepEqual(chunks([], 3), []);
});

test('names by a pattern', () => {
  const row = { name: 'trial', user: 'hanako', cells: new Map<string, string | number | null>([['params.lr', '0.1'], ['metrics.loss@min', 0.25], ['tags.team', null]]) };
  assert.equal(nameByPattern('{name}-{n}', row, 7), 'trial-7');
  assert.equal(nameByPattern('lr {params.lr} loss {metrics.loss@min} {tags.team} {user}', row, 1), 'lr 0.1 loss 0.25  hanako');
  assert.equal(nameByPattern(' {nonsense} {} ', row, 1), '{nonsense} {}', 'braces that mean nothing stay');
  assert.deepEqual(columnsOfPattern('{params.lr} {n} {metrics.loss@min} {params.lr} {metrics.x@spark}').map(c => c.id), ['params.lr', 'metrics.loss@min']);
  assert.deepEqual(['plain', '{name}', '{nonsense}'].map(hasPlaceholders), [false, true, false]);
});
