import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GridPage, Keys } from '../src/api/grid';
import { columnOf, columnsOf } from '../src/grid/columns';
import { defaultColumns, isNumericColumn, rowsOf, specsOf } from '../src/grid/rows';
import { isPicked, pickedCount } from '../src/grid/select';
import { PAGE, Pages, pagesOf } from '../src/state/rows';

const columns = columnsOf(['info.duration', 'metrics.loss', 'metrics.loss@min', 'metrics.acc@7', 'params.lr', 'tags.team']);

function page(cells: (number | string | null)[][]): GridPage {
  const n = cells[0]?.length ?? 0;
  const all = <T>(v: T): T[] => Array.from({ length: n }, () => v);
  return {
    run_id: Array.from({ length: n }, (_, i) => `r${i}`), experiment_id: all('1'), run_name: all('name'), user_id: all('old'), status: all('RUNNING' as const),
    start_time: all(5), end_time: all(null), lifecycle_stage: all('active'), columns: [all(null), all('a/b.py'), all(null), all(null), ...cells],
  };
}

test('what is asked for comes back to its column', () => {
  assert.deepEqual(specsOf(columns).slice(4), [
    { kind: 'metric', key: 'loss' }, { kind: 'metric', key: 'loss', value: 'min' }, { kind: 'metric', key: 'acc', value: 'at', step: 7 },
    { kind: 'param', key: 'lr' }, { kind: 'tag', key: 'team' }]);
  const [first, second] = rowsOf(page([[1, 'NaN'], [0.5, 'Infinity'], [null, 2], ['0.1', null], ['x', 'y']]), columns);
  assert.deepEqual([...first!.cells.values()], [1, 0.5, null, '0.1', 'x']);
  assert.deepEqual([...second!.cells.values()], [NaN, Infinity, 2, null, 'y']);
  assert.equal(first!.user, 'old', 'the tag of the client is missing');
  assert.equal(first!.source, 'a/b.py');
  assert.equal(first!.end, undefined);
});

const keys = (runs: number, metrics: [string, number][], params: [string, number, number][]): Keys => ({
  runs, tags: [], metrics: metrics.map(([key, n]) => ({ key, runs: n, values: n })), params: params.map(([key, n, values]) => ({ key, runs: n, values })),
});

const info = ['info.start_time', 'info.duration', 'info.user_id'];

test('without a choice: metrics by how many runs have them, and the params that differ', () => {
  const found = keys(3, [['loss', 3], ['rare', 1], ['system/cpu', 3]], [['lr', 3, 2], ['seed', 3, 1], ['only', 1, 1]]);
  assert.deepEqual(defaultColumns(found), ['info.start_time', 'metrics.loss', 'metrics.rare', 'params.lr', 'params.only', 'info.duration', 'info.user_id']);
  assert.deepEqual(defaultColumns(found, 'rare').slice(1, 4), ['metrics.rare@best', 'metrics.rare@spark', 'metrics.rare']);
  assert.deepEqual(defaultColumns(undefined), info);
});

test('the params of a single run are all shown, and there is a limit to what is shown unasked', () => {
  assert.deepEqual(defaultColumns(keys(1, [], [['b', 1, 1], ['a', 1, 1]])), ['info.start_time', 'params.a', 'params.b', 'info.duration', 'info.user_id']);
  assert.equal(defaultColumns(keys(2, Array.from({ length: 50 }, (_, i) => [`m${i}`, 2]), [])).length, 8 + info.length);
});

test('a column of numbers is set as numbers', () => {
  const rows = rowsOf(page([[1, 2], [3, 3], [null, null], ['0.1', '1e-3'], ['a', '2']]), columns);
  assert.equal(isNumericColumn(rows, columnOf('params.lr')!), true);
  assert.equal(isNumericColumn(rows, columnOf('tags.team')!), false);
  assert.equal(isNumericColumn(rows, columnOf('params.none')!), false);
});

test('a selection is some, or all but some', () => {
  const some = { all: false, ids: new Set(['a']) };
  const most = { all: true, ids: new Set(['a']) };
  assert.deepEqual([isPicked(some, 'a'), isPicked(some, 'b'), pickedCount(some, 100)], [true, false, 1]);
  assert.deepEqual([isPicked(most, 'a'), isPicked(most, 'b'), pickedCount(most, 100)], [false, true, 99]);
});

test('the pages of what is on the screen', () => {
  assert.deepEqual(pagesOf(0, 40, undefined), [0]);
  assert.deepEqual(pagesOf(90, 130, 1000), [0, 1]);
  assert.deepEqual(pagesOf(99_950, 100_020, 100_000), [999]);
  assert.deepEqual(pagesOf(0, 10, 0), [0]);
});

/** A list of n rows whose pages are answered when the test says so. */
function listOf(n: number) {
  const asked: { page: number; signal: AbortSignal; answer: () => Promise<void> }[] = [];
  const pages = new Pages<number>(() => undefined);
  pages.ask('list', (page, _total, signal) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    asked.push({ page, signal, answer: async () => {
      resolve({ total: n, rows: Array.from({ length: PAGE }, (_, i) => page * PAGE + i) });
      await new Promise(setImmediate);
    } });
  }));
  pages.begin();
  return { pages, asked };
}

test('a page that is scrolled past and back to at once is asked for again', async () => {
  const { pages, asked } = listOf(1000);
  await asked[0]!.answer();
  pages.show(300, 310);
  pages.show(700, 710);
  pages.show(300, 310); // before the abort of the first is heard of
  assert.deepEqual(asked.map(a => [a.page, a.signal.aborted]), [[0, false], [3, true], [7, true], [3, false]]);
  await asked[3]!.answer();
  assert.equal(pages.at(305), 305);
});

test('of many pages those stay that were seen last, not those that came last', async () => {
  const { pages, asked } = listOf(100_000);
  await asked[0]!.answer();
  for (let page = 1; page < 60; page++) {
    pages.show(page * PAGE, page * PAGE + 10);
    await asked.at(-1)!.answer();
  }
  pages.show(0, 10); // kept, and seen again
  pages.show(60 * PAGE, 60 * PAGE + 10);
  await asked.at(-1)!.answer();
  assert.equal(pages.at(5), 5);
  assert.equal(pages.at(PAGE + 5), undefined, 'the one that was seen longest ago has gone');
});
