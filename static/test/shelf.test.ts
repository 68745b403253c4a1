import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Purge, Which } from '../src/api/shelf';
import { besideRuns, nextOrder, orderOf, type Row, sizeOf, sorted } from '../src/storage/rows';
import { namedOnly, queryOf, sameState, stateOf, viewsOfTags } from '../src/views/saved';
import { purgeAll, sumOf, thingsOf, whichOf } from '../src/trash/which';

const some: Purge = { runs: 2, logged_models: 1, experiments: 1, staying_experiments: 0, bytes: 10, files: 3 };

test('ids are sent in parts that the server takes', () => {
  const ids = Array.from({ length: 2500 }, (_, i) => String(i));
  const parts = whichOf('runs', ids) as { run_ids: string[] }[];
  assert.deepEqual(parts.map(p => p.run_ids.length), [1000, 1000, 500]);
  assert.deepEqual(parts.flatMap(p => p.run_ids), ids);
  assert.deepEqual(whichOf('experiments', ['7']), [{ experiment_ids: ['7'] }]);
  assert.deepEqual(whichOf('runs', []), []);
});

test('what parts say is added up, and what one of them did not see none has seen', () => {
  assert.deepEqual(sumOf([]), { runs: 0, logged_models: 0, experiments: 0, staying_experiments: 0, bytes: 0, files: 0 });
  assert.deepEqual(sumOf([some, { ...some, partial: true, staying_experiments: 2 }]), { runs: 4, logged_models: 2, experiments: 2, staying_experiments: 2, bytes: 20, files: 6, partial: true });
  assert.equal(thingsOf(some), 4);
});

async function purge(answers: readonly (Partial<Purge> & { left: number })[], parts: readonly Which[] = [{ everything: true }], stopAfter = Infinity) {
  const asked: Which[] = [];
  const told: number[] = [];
  const empty = sumOf([]);
  const gone = await purgeAll(parts, async which => {
    asked.push(which);
    return { ...empty, left: 0, ...answers[asked.length - 1] };
  }, sum => told.push(thingsOf(sum)), () => asked.length >= stopAfter);
  return { gone, asked, told };
}

test('a purge goes on until nothing is left', async () => {
  const { gone, asked, told } = await purge([{ runs: 2, bytes: 5, left: 3 }, { runs: 2, bytes: 5, left: 1 }, { experiments: 1, left: 0, staying_experiments: 1 }]);
  assert.equal(asked.length, 3);
  assert.deepEqual(told, [2, 4, 5]);
  assert.deepEqual([gone.runs, gone.experiments, gone.bytes, gone.staying_experiments], [4, 1, 10, 1]);
});

test('steps that finish nothing do not end a purge, for a run may need several', async () => {
  const { gone, asked } = await purge([{ left: 1 }, { left: 1 }, { left: 1 }, { runs: 1, left: 0 }]);
  assert.equal(asked.length, 4);
  assert.equal(gone.runs, 1);
});

test('each part of a purge is taken to its end, and it can be stopped', async () => {
  const parts = whichOf('runs', Array.from({ length: 1500 }, (_, i) => String(i)));
  assert.deepEqual((await purge([{ left: 1 }, { left: 0 }, { left: 0 }], parts)).asked, [parts[0], parts[0], parts[1]]);
  assert.equal((await purge([{ left: 9 }, { left: 8 }, { left: 7 }], parts, 2)).asked.length, 2);
});

const row = (name: string, bytes: number, more: Partial<Row> = {}): Row => ({ id: name, name, bytes, files: 1, ...more });
const compare = new Intl.Collator('en', { numeric: true }).compare;

test('rows are in the order that the address names', () => {
  const rows = [row('b10', 5), row('b9', 5), row('a', 9, { files: 7 })];
  const order = (query: string) => sorted(rows, orderOf(new URLSearchParams(query)), compare).map(r => r.name);
  assert.deepEqual(order(''), ['a', 'b9', 'b10']);
  assert.deepEqual(order('sort=size&dir=asc'), ['b9', 'b10', 'a']);
  assert.deepEqual(order('sort=name'), ['a', 'b9', 'b10']);
  assert.deepEqual(order('sort=name&dir=desc'), ['b10', 'b9', 'a']);
  assert.deepEqual(order('sort=files'), ['a', 'b9', 'b10']);
  assert.deepEqual(order('sort=nonsense'), order(''));
});

test('a click on a head sorts as one expects of it, a second one turns it round', () => {
  const size = orderOf(new URLSearchParams());
  assert.deepEqual(nextOrder(size, 'size'), { key: 'size', descending: false });
  assert.deepEqual(nextOrder(size, 'name'), { key: 'name', descending: false });
  assert.deepEqual(nextOrder(nextOrder(size, 'name'), 'name'), { key: 'name', descending: true });
});

test('what lies beside the runs is known only when all is', () => {
  const whole = { bytes: 100, files: 9 };
  const runs = sizeOf([row('a', 30), row('b', 20)]);
  assert.deepEqual(runs, { bytes: 50, files: 2 });
  assert.deepEqual(besideRuns(whole, runs, true), { bytes: 50, files: 7 });
  assert.equal(besideRuns(whole, runs, false), null);
  assert.equal(besideRuns({ ...whole, partial: true }, runs, true), null);
  assert.equal(besideRuns(whole, sizeOf([row('a', 1, { partial: true })]), true), null);
  assert.equal(besideRuns({ bytes: 50, files: 2 }, runs, true), null);
  assert.equal(besideRuns(undefined, runs, true), null);
});

const tag = (id: string, value: unknown) => ({ key: `cairn.view.${id}`, value: typeof value === 'string' ? value : JSON.stringify(value) });

test('the views of an experiment are in its tags, oldest first', () => {
  const { views, standard } = viewsOfTags([
    tag('b', { name: 'later', state: 'x=1', created: 2, updated: 3 }), { key: 'team', value: 'vision' },
    tag('a', { name: 'first', state: '', created: 1, updated: 1 }), { key: 'cairn.defaultView', value: 'b' },
  ]);
  assert.deepEqual(views.map(v => [v.view_id, v.name, v.state]), [['a', 'first', ''], ['b', 'later', 'x=1']]);
  assert.equal(standard?.name, 'later');
});

test('what is no view under the name of one is left out', () => {
  const bad = ['', 'null', '[]', '7', 'no JSON', '{"name":1,"state":""}', '{"name":"x"}'].map((value, i) => tag(String(i), value));
  assert.deepEqual(viewsOfTags([...bad, { key: 'cairn.defaultView', value: '0' }]), { views: [], standard: undefined });
});

test('the state of a page is its address, and columns that only the browser knew', () => {
  assert.equal(stateOf(new URLSearchParams('v=abc&filter=a+%3E+1'), null), 'filter=a+%3E+1');
  assert.equal(stateOf(new URLSearchParams('filter=x'), ['params.lr', 'metrics.a/b']), 'filter=x&cols=params.lr%2Cmetrics.a%2Fb');
  assert.equal(stateOf(new URLSearchParams('cols=params.lr'), ['tags.x']), 'cols=params.lr');
  assert.ok(sameState('a=1&b=2', 'b=2&a=1'));
  assert.ok(!sameState('a=1', 'a=2') && !sameState('a=1', ''));
});

test('an address that only names a view wants its state', () => {
  const only = (q: string) => namedOnly(new URLSearchParams(q));
  assert.equal(only('v=abc'), 'abc');
  assert.equal(only('v=abc&filter=x'), null);
  assert.equal(only('v=none'), null);
  assert.equal(only(''), null);
  assert.equal(queryOf('abc', 'filter=a+b&v2=c'), 'v=abc&filter=a+b&v2=c');
});
