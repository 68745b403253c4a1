import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Search } from '../src/api/grid';
import { columnsOf } from '../src/grid/columns';
import { groupProposals } from '../src/grid/group-bar';
import { aggregateOf, bestOf, groupKeys, groupQuery, rowsOfGroups, searchOfGroup, statColumns, statText } from '../src/grid/groups';
import { loadLanguage } from '../src/i18n';

await loadLanguage('en');

const keys = groupKeys(['params.opt', 'info.user_id', 'params.opt', 'info.start_time', 'nonsense']);
const columns = statColumns(columnsOf(['info.duration', 'metrics.loss', 'metrics.loss@spark', 'metrics.acc@max', 'params.lr', 'params.opt']), keys);

test('keys are what a group can be made of, each once; columns are what is left', () => {
  assert.deepEqual(keys.map(k => k.id), ['params.opt', 'info.user_id']);
  assert.deepEqual(columns.map(c => c.id), ['metrics.loss', 'metrics.acc@max', 'params.lr']);
});

test('groups are ordered as rows are, and the best run is at the end that is sorted to the top', () => {
  const numeric = new Set(['params.lr']);
  const largest = groupQuery(keys, columns, numeric, [{ id: 'info.start_time', descending: true }], 'mean');
  assert.deepEqual(largest.by, [{ kind: 'param', key: 'opt' }, { kind: 'tag', key: 'mlflow.user' }], 'the user is who the client says it is');
  assert.deepEqual(largest.columns, [{ kind: 'metric', key: 'loss' }, { kind: 'metric', key: 'acc', value: 'max' }, { kind: 'param', key: 'lr', numeric: true }]);
  assert.deepEqual([largest.order, largest.best, largest.best_is_least], [undefined, 0, true], 'a loss is best when it is least');
  const sorted = groupQuery(keys, columns, numeric, [{ id: 'metrics.acc@max', descending: true }], 'range');
  assert.deepEqual([sorted.order, sorted.order_column, sorted.descending, sorted.best, sorted.best_is_least], ['min', 1, true, 1, false]);
  assert.equal(groupQuery(keys, columns, new Set(), [{ id: 'params.lr', descending: false }], 'mean').order, 'min', 'texts have no mean');
  assert.equal(groupQuery(keys, columns, numeric, [{ id: 'params.opt', descending: false }], 'mean').order, 'keys');
  assert.equal(bestOf([], columnsOf(['params.lr'])), null);
});

test('a group is a search of its own', () => {
  const search: Search = { experimentIds: ['1', '2'], filter: "params.a = '1' OR params.b = '2'", view: 'ACTIVE_ONLY' };
  const of = (ids: string[], values: (string | number | null)[]) => searchOfGroup(search, groupKeys(ids), values);
  assert.equal(of(['params.opt', 'info.user_id'], ['adam', null])!.filter, "(params.a = '1' OR params.b = '2') AND params.opt = 'adam' AND NOT tags.mlflow.user LIKE '%'");
  assert.deepEqual(of(['info.experiment_id', 'info.status'], ['2', 'FAILED']), { ...search, experimentIds: ['2'], filter: "(params.a = '1' OR params.b = '2') AND attributes.status = 'FAILED'" });
  assert.equal(of(['metrics.loss@min'], [1]), null, 'no equality for it');
  assert.equal(of(['info.status'], [null]), null);
});

test('a cell says what a column comes to, in few digits, and all of it when asked', () => {
  const [row] = rowsOfGroups({
    total: 1, values: [['adam']], runs: [3], best: [null],
    columns: [{ count: [3], mean: [0.123456], std: [0.0123456], min: [0.1], max: [0.2] }, { count: [2], mean: [null], std: [null], min: ['a'], max: ['b'] }, { count: [0], mean: [null], std: [null], min: [null], max: [null] }, { count: [1], mean: [2], std: [null], min: [2], max: [2] }],
  });
  const text = (i: number, a: string) => statText(row!.stats[i]!, aggregateOf(a))?.text;
  assert.deepEqual(['mean', 'min', 'max', 'range', 'nonsense'].map(a => text(0, a)), ['0.1235 ± 0.012', '0.1', '0.2', '0.1 … 0.2', '0.1235 ± 0.012']);
  assert.deepEqual(['mean', 'min', 'max'].map(a => text(1, a)), ['a … b', 'a', 'b']);
  assert.equal(text(2, 'mean'), undefined);
  assert.equal(text(3, 'mean'), '2', 'of one run there is no deviation');
  assert.equal(statText(row!.stats[0]!, 'mean')!.title, 'values: 3\nmean 0.123456\nstd. deviation 0.0123456\nmin 0.1\nmax 0.2');
});

test('what is proposed as a key differs between runs, where something does', () => {
  const info = (key: string, runs: number, values: number) => ({ key, runs, values });
  const found = { runs: 5, metrics: [], params: [info('same', 5, 1), info('lr', 4, 3)], tags: [info('team', 5, 2), info('mlflow.user', 5, 2)] };
  assert.deepEqual(groupProposals(found, true, ['info.source'], '').map(p => p.text), ['params.lr', 'params.same', 'info.status', 'info.user_id', 'info.experiment_id', 'tags.team']);
  assert.deepEqual(groupProposals(found, false, [], ' TEAM').map(p => p.text), ['tags.team']);
});
