import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GridPage } from '../src/api/grid';
import { columnsOf } from '../src/grid/columns';
import { asCurl, asPython, isPlainFilter, pythonValue, type Question, shellQuoted } from '../src/grid/copy-as';
import { tableOf } from '../src/grid/copy-rows';
import { allColumns, headOf, recordOf, rowText, tailOf } from '../src/grid/export';
import { rowsOf } from '../src/grid/rows';
import { loadLanguage } from '../src/i18n';

await loadLanguage('en');

const columns = columnsOf(['info.duration', 'metrics.loss', 'metrics.loss@spark', 'params.note', 'tags.team']);
const page: GridPage = {
  run_id: ['a', 'b'], experiment_id: ['1', '1'], run_name: ['first', '=cmd'], user_id: ['u', 'u'], status: ['FINISHED', 'FAILED'], start_time: [0, 1000], end_time: [5000, null], lifecycle_stage: ['active', 'active'],
  columns: [[null, null], [null, null], [null, null], [null, null], [0.1, 'NaN'], ['says "hi", twice\nor more', null], ['a\tb', '視覚']],
};
const rows = rowsOf(page, columns);

test('a file has the names of a frame of mlflow.search_runs, and every byte of a value', () => {
  const csv = headOf(columns, 'csv') + rows.map((r, i) => rowText(r, columns, 'csv', i === 0)).join('') + tailOf('csv');
  assert.equal(csv, [
    'run_id,experiment_id,run_name,status,start_time,end_time,user,metrics.loss,params.note,tags.team',
    'a,1,first,FINISHED,1970-01-01T00:00:00.000Z,1970-01-01T00:00:05.000Z,u,0.1,"says ""hi"", twice\nor more",a\tb',
    "b,1,'=cmd,FAILED,1970-01-01T00:00:01.000Z,,u,NaN,,視覚", ''].join('\r\n'));
  assert.equal(rowText(rows[1]!, columns, 'tsv', false).split('\t')[2], "'=cmd");
  assert.equal(rowText(rows[0]!, columns, 'tsv', true).split('\t').slice(-2).join('|'), 'says "hi", twice\\nor more|a\\tb\n');
  const json = JSON.parse(headOf(columns, 'json') + rows.map((r, i) => rowText(r, columns, 'json', i === 0)).join('') + tailOf('json')) as unknown[];
  assert.deepEqual(json[1], recordOf(rows[1]!, columns));
  assert.deepEqual(json[1], { run_id: 'b', experiment_id: '1', run_name: '=cmd', status: 'FAILED', start_time: 1000, end_time: null, user: 'u', metrics: { loss: 'NaN' }, params: {}, tags: { team: '視覚' } });
  assert.deepEqual(JSON.parse(headOf([], 'json') + tailOf('json')), []);
  const key = (k: string) => [{ key: k, runs: 1, values: 1 }];
  assert.deepEqual(allColumns({ runs: 1, metrics: key('m'), params: key('p'), tags: key('mlflow.user') }).map(c => c.id), ['metrics.m', 'params.p', 'tags.mlflow.user']);
});

test('rows to paste are as they are read', () => {
  assert.deepEqual(tableOf(rows, columns), { head: ['Name', 'Status', 'loss', 'note', 'team'], rows: [['first', 'Finished', '0.1', 'says "hi", twice\nor more', 'a\tb'], ['=cmd', 'Failed', 'NaN', '', '視覚']] });
});

test('a filter of MLflow is told from one of ours', () => {
  for (const plain of ['', "metrics.loss < 0.5 AND params.opt = 'adam'", "tags.`a b` LIKE '%x%'", "attributes.run_id IN ('a', 'b')", "run_name = 'x' AND status != 'FAILED'", 'start_time > 1700000000000']) assert.equal(isPlainFilter(plain), true, plain);
  for (const ours of ["params.a = '1' OR params.b = '2'", 'params.lr < 0.1', 'metrics.loss@min < 1', 'metrics.loss.min < 1', 'min(metrics.loss) < 1', 'age < 7d', "experiment.name LIKE 'v%'", "NOT params.a = 'x'", "params.a IN ('x')", 'word', "run_name REGEXP 'x'"]) assert.equal(isPlainFilter(ours), false, ours);
});

const question = (filter: string, sort = 'metrics.loss'): Question => ({ server: 'http://h:1/sub', search: { experimentIds: ['7'], filter, view: 'ACTIVE_ONLY' }, sorts: [{ id: sort, descending: false }], columns });

test('the same runs by the client where it can, else by plain requests', () => {
  assert.equal(asPython(question("params.opt = 'ad\"am'")), [
    'import mlflow', '', 'mlflow.set_tracking_uri("http://h:1/sub")', 'runs = mlflow.search_runs(', '    experiment_ids=["7"],', '    filter_string="params.opt = \'ad\\"am\'",', '    order_by=["metrics.`loss` ASC"],', ')', 'print(runs)', ''].join('\n'));
  assert.match(asPython({ ...question(''), search: { experimentIds: [], filter: '', view: 'DELETED_ONLY' } }), /search_all_experiments=True,\n    run_view_type=mlflow.entities.ViewType.DELETED_ONLY/);
  const rest = asPython(question('params.lr < 0.1'));
  assert.match(rest, /^import json\nimport urllib\.request\n/);
  assert.match(rest, /url = "http:\/\/h:1\/sub\/api\/cairn\/1\/runs\/query"/);
  assert.match(asPython(question('', 'metrics.loss@min')), /urllib/, 'MLflow does not sort by it');
  assert.equal(pythonValue({ a: [true, null, 'x', 1.5], b: undefined }), '{"a": [True, None, "x", 1.5]}');
});

test('a line for a shell survives quotes', () => {
  assert.equal(shellQuoted("it's"), "'it'\\''s'");
  assert.match(asCurl(question("params.opt = 'adam'")), /-d '\{"experiment_ids":\["7"\],"filter":"params\.opt = '\\''adam'\\''"/);
});
