// The logic of a comparison: which rows differ, what a cell is beside the baseline, and what is copied.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toCsv, toMarkdown } from '../src/compare/copy';
import { lots } from '../src/api/lots';
import { INVERSES, isMinimized, nameIsMinimized, PARTS, WORDS } from '../src/compare/direction';
import { bestOf, freshened, type Head, linesOf, mergeKeys, relativeText, relativeTo, rowsOf, runWidth, sortedBy } from '../src/compare/rows';
import type { Keys } from '../src/api/grid';

const head = (id: string, more: Partial<Head> = {}): Head => ({ id, experimentId: '1', name: id, user: 'u', status: 'FINISHED', start: 10, end: 20, deleted: false, source: 'train.py', commit: '', ...more });
const keys: Keys = {
  runs: 2,
  metrics: [{ key: 'loss', runs: 2, values: 2, min: 1, max: 2 }, { key: 'same', runs: 2, values: 1, min: 3, max: 3 }, { key: 'system/cpu', runs: 2, values: 2, min: 1, max: 2 }, { key: 'some', runs: 1, values: 1, min: 3, max: 3 }],
  params: [{ key: 'lr', runs: 2, values: 2 }, { key: 'epochs', runs: 2, values: 1 }],
  tags: [{ key: 'team', runs: 2, values: 1 }, { key: 'mlflow.user', runs: 2, values: 2 }],
};

test('the directions of metrics are those of the server', () => {
  const text = readFileSync('../fcgi/search/directions.def', 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const of = (macro: string) => [...text.matchAll(new RegExp(`^${macro}\\("(.+)"\\)`, 'gm'))].map(m => m[1]!).sort();
  assert.deepEqual([...PARTS].sort(), of('PART'));
  assert.deepEqual([...WORDS].sort(), of('WORD'));
  assert.deepEqual([...INVERSES].sort(), of('INVERSE'));
});

test('a name says whether a metric is to be small, tags say it before', () => {
  for (const name of ['val_LogLoss/top-5', 'train.loss', 'MAE', 'valRmse', 'word_error_rate']) assert.ok(nameIsMinimized(name), name);
  for (const name of ['accuracy', 'neg_mean_squared_error', 'maeve', 'f1']) assert.ok(!nameIsMinimized(name), name);
  assert.ok(isMinimized('score', [{ key: 'cairn.metric.direction.score', value: 'Minimize' }]));
  assert.ok(!isMinimized('loss', [{ key: 'mlflow.experiment.primaryMetric.name', value: 'loss' }, { key: 'mlflow.experiment.primaryMetric.greaterIsBetter', value: 'True' }]));
  assert.ok(isMinimized('loss', [{ key: 'mlflow.experiment.primaryMetric.name', value: 'other' }]));
});

test('rows differ by what the keys say, and by the runs themselves', () => {
  const rows = rowsOf([head('a'), head('b', { status: 'FAILED', commit: 'f00' })], keys, new Set(), 'last');
  assert.deepEqual(rows.filter(r => r.differs).map(r => r.id), ['info.status', 'info.commit', 'info.id', 'params.lr', 'metrics.loss', 'metrics.some', 'metrics.system/cpu']);
  assert.ok(!rows.some(r => r.id === 'tags.mlflow.user'), 'tags of the system are other rows');
  assert.ok(rowsOf([head('a'), head('b')], keys, new Set(['tags.team']), 'last').find(r => r.id === 'tags.team')!.differs);
  const best = rowsOf([head('a'), head('b')], keys, new Set(), 'best');
  assert.ok(best.find(r => r.id === 'metrics.same@best')!.differs, 'only of last values it is known that they are equal');
});

test('lines are rows under titles; what is hidden is counted', () => {
  const rows = rowsOf([head('a'), head('b')], keys, new Set(), 'last');
  const names = (lines: ReturnType<typeof linesOf>['lines']) => lines.map(l => ('title' in l ? `[${l.title} ${l.count}]` : l.id));
  const some = linesOf(rows, { all: false, search: '', folded: new Set(['metrics']) });
  assert.deepEqual(names(some.lines), ['[info 1]', 'info.id', '[params 1]', 'params.lr', '[metrics 3]']);
  assert.equal(some.same, rows.length - 5);
  assert.equal(some.found.length, 5, 'what is folded is copied all the same');
  const found = linesOf(rows, { all: true, search: ' EPO', folded: new Set() });
  assert.deepEqual(names(found.lines), ['[params 1]', 'params.epochs']);
});

test('keys of several lots are one list', () => {
  const merged = mergeKeys([keys, { runs: 3, metrics: [{ key: 'loss', runs: 3, values: 1, min: 0.5, max: 0.5 }], params: [{ key: 'zeta', runs: 3, values: 1 }], tags: [] }]);
  assert.equal(merged.runs, 5);
  assert.deepEqual(merged.metrics.find(m => m.key === 'loss'), { key: 'loss', runs: 5, values: 2, min: 0.5, max: 2 });
  assert.deepEqual(merged.params.map(p => p.key), ['epochs', 'lr', 'zeta']);
  assert.equal(keys.metrics[0]!.runs, 2, 'the lots stay as they were');
  assert.deepEqual(lots([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
});

test('a value beside the baseline', () => {
  assert.equal(relativeTo(3, 2), 0.5);
  assert.equal(relativeTo('0.01', '0.1'), (0.01 - 0.1) / 0.1);
  assert.equal(relativeTo(1, -2), 1.5);
  for (const [v, b] of [[1, 0], ['adam', 1], [null, 1], [NaN, 1], [1, undefined]] as const) assert.equal(relativeTo(v, b), null);
  assert.deepEqual([0, 0.0324, -0.9, 1.5, 8.99, 9, 26.81, -3].map(relativeText), ['', '+3.2 %', '−90 %', '+150 %', '+899 %', '×10', '×27.8', '−300 %']);
});

test('the best of a row', () => {
  assert.equal(bestOf([3, 1, null, NaN, 2], true), 1);
  assert.equal(bestOf([3, 1, undefined, 2], false), 3);
  assert.equal(bestOf([3, 3], false), null);
  assert.equal(bestOf([3, null], false), null);
});

test('runs are sorted by numbers as numbers, and those without a value are the last in either direction', () => {
  const cells = [['a', '10'], ['b', '9'], ['c', null], ['d', '10']] as const;
  assert.deepEqual(sortedBy(cells, c => c[1], false).map(c => c[0]), ['b', 'a', 'd', 'c']);
  assert.deepEqual(sortedBy(cells, c => c[1], true).map(c => c[0]), ['a', 'd', 'b', 'c']);
  assert.deepEqual(freshened([head('a'), head('b')], [head('b', { status: 'FAILED' })]).map(h => h.status), ['FINISHED', 'FAILED']);
});

test('what is copied survives where it is pasted', () => {
  const table = { head: ['Name', 'run "1"'], rows: [['=lr', '-0.5'], ['a|b', 'x,\ny']] };
  assert.equal(toCsv(table), 'Name,"run ""1"""\r\n\'=lr,-0.5\r\na|b,"x,\ny"\r\n');
  assert.equal(toMarkdown(table), '| Name | run "1" |\n| --- | ---: |\n| =lr | -0.5 |\n| a\\|b | x,<br>y |\n');
});

test('few runs share the room, many have the least that can be read', () => {
  assert.equal(runWidth(900, 3), 300);
  assert.equal(runWidth(900, 1), 340);
  assert.equal(runWidth(900, 500), 176);
  assert.equal(runWidth(-240, 0), 176);
});
