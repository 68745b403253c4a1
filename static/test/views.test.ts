import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareOf } from '../src/grid/split';
import { viewOf } from '../src/grid/view';
import { showOf, views } from '../src/grid/views';

test('a view is the table, another one, or both; what is not known is the table', () => {
  assert.deepEqual(showOf('table'), { table: true, view: undefined });
  assert.deepEqual(showOf('split'), { table: true, view: views[0] });
  assert.equal(views[0]!.id, 'charts');
  for (const view of views) assert.deepEqual(showOf(view.id), { table: false, view });
  assert.deepEqual(showOf('nonsense'), { table: true, view: undefined });
  assert.equal(new Set(['table', 'split', ...views.map(v => v.id)]).size, views.length + 2, 'no name twice');
});

test('an address of MLflow that shows charts does so here', () => {
  assert.equal(viewOf(new URLSearchParams('compareRunsMode=CHART')).show, 'charts');
  assert.equal(viewOf(new URLSearchParams('compareRunsMode=CHART&show=split')).show, 'split');
  assert.equal(viewOf(new URLSearchParams('')).show, 'table');
});

test('the edge between two parts leaves room for both', () => {
  assert.equal(shareOf(null), 45);
  assert.equal(shareOf('nonsense'), 45);
  assert.equal(shareOf('3'), 20);
  assert.equal(shareOf('61.7'), 62);
  assert.equal(shareOf('99'), 80);
});
