// The logic of the run page: summaries of curves, params as trees and as text, changes, data sets, nested runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Curve } from '../src/charts/curves';
import { answers } from '../src/charts/shared';
import { profileOf, schemaOf, sourceOf } from '../src/run/dataset';
import { indexIn } from '../src/run/neighbours';
import { nestedOf, toFlags, toJson, toYaml, valueOf } from '../src/run/param-text';
import { extended, MOST_VALUES, nextRead, summaryOf, summaryQuery } from '../src/run/summary';
import { gapsIn, placeOf, tellingOf, timelineOf } from '../src/run/timeline';
import { foldedAtFirst, isBranch, linesOf, treeOf } from '../src/run/tree';
import { countOf, type Member, twigsOf } from '../src/run/twigs';
import { changesOf } from '../src/run/versus';

const curve = (step: number[], last: number[], more: Partial<Curve> = {}): Curve => {
  const [x, values] = [Float64Array.from(step), Float64Array.from(last)];
  const numbers = values.map(v => (Math.abs(v) > 1e300 ? NaN : v));
  const place = (value: number) => ({ value, step: step[numbers.indexOf(value)] ?? 0 });
  const real = [...numbers].filter(v => !Number.isNaN(v));
  return {
    run: 0, metric: 0, points: step.length, nans: 0, infinite: 0, width: 0, x, step: x, last: values, min: numbers, max: numbers, mean: numbers, time: x.map(s => s * 10),
    least: real.length > 0 ? place(Math.min(...real)) : { value: NaN, step: 0 }, greatest: real.length > 0 ? place(Math.max(...real)) : { value: NaN, step: 0 }, ...more,
  };
};

test('a curve is summed up with the steps of its extremes; what is no number counts as a point only', () => {
  const s = summaryOf(curve([0, 1, 2, 3], [3, NaN, 1, 1.7976931348623157e308]));
  assert.equal(s.points, 4);
  assert.deepEqual([s.min, s.max], [{ value: 1, step: 2 }, { value: 3, step: 0 }]);
  assert.deepEqual([s.lastStep, s.times.at(-1)], [3, 30]);
  assert.deepEqual(s.values, [3, NaN, 1, NaN]);
  assert.deepEqual([summaryOf(curve([0], [NaN])).min, summaryOf(curve([], [])).points], [null, 0]);
});

test('the small curve of a long one has all that stands out', () => {
  const steps = Array.from({ length: 200 }, (_, i) => i * 10);
  const s = summaryOf(curve(steps, steps.map(() => 1), { points: 2000, width: 10, min: Float64Array.from(steps, i => (i === 500 ? -7 : 1)), max: Float64Array.from(steps, i => (i === 1990 ? 9 : 1)) }));
  assert.ok(s.values.length <= 60, String(s.values.length));
  assert.deepEqual([Math.min(...s.values), Math.max(...s.values), s.values.at(-1)], [-7, 9, 9]);
});

test('a curve that goes on is added to its summary', () => {
  const s = extended(summaryOf(curve([0, 1], [3, 2])), curve([2, 3], [5, 1]));
  assert.deepEqual(s, { points: 4, min: { value: 1, step: 3 }, max: { value: 5, step: 2 }, values: [3, 2, 5, 1], lastStep: 3, times: [0, 10, 20, 30] });
  assert.equal(extended(summaryOf(curve([], [])), curve([2], [5])).max?.value, 5);
  assert.equal(nextRead(undefined, 3), 'whole');
  assert.equal(nextRead(s, 4), 'tail');
  assert.equal(nextRead(s, 3), 'whole', 'the last step was logged again');
  assert.equal(nextRead({ ...s, values: new Array<number>(MOST_VALUES + 1).fill(0) }, 4), 'whole');
});

test('one answer serves another question if it has all of that', () => {
  const has = summaryQuery();
  const wants = { buckets: 200, columns: ['last', 'min', 'max', 'mean'] };
  assert.equal(answers(has, wants), true);
  assert.equal(answers(has, { ...wants, x: 'step' }), true);
  assert.equal(answers(has, { ...wants, buckets: 300 }), false);
  assert.equal(answers(has, { ...wants, buckets: 300 }, true), true);
  assert.equal(answers(has, { ...wants, x: 'time' }), false);
  assert.equal(answers(has, { ...wants, columns: ['count'] }), false);
  assert.equal(answers(has, { ...wants, from_step: 3 }), false);
  assert.equal(answers(wants, has), false, 'without the extremes');
  assert.equal(answers(summaryQuery(2), { ...wants, from_step: 3 }), true);
});

const leaves = (...keys: string[]) => keys.map(key => ({ key, value: key.toUpperCase() }));
const outline = (keys: string[], folded: string[] = []) => linesOf(treeOf(leaves(...keys)), new Set(folded)).map(({ node, depth }) => `${' '.repeat(depth)}${node.label}${isBranch(node) ? ` (${node.leaves})` : ''}`);

test('of many params the folders are folded at first, the inner ones before the outer ones', () => {
  const keys = ['a', 'b'].flatMap(outer => ['x', 'y'].flatMap(inner => ['1', '2', '3'].map(leaf => `${outer}.${inner}.${leaf}`)));
  const tree = treeOf(leaves('lr', ...keys));
  assert.equal(linesOf(tree, foldedAtFirst(tree, 100)).length, 1 + 2 + 4 + 12);
  assert.equal(linesOf(tree, foldedAtFirst(tree, 10)).length, 1 + 2 + 4);
  assert.equal(linesOf(tree, foldedAtFirst(tree, 5)).length, 1 + 2);
});

test('names with parts are a tree; a part of one name alone is none', () => {
  assert.deepEqual(outline(['a.b.c', 'a.b.d', 'a.e', 'lone.x', 'z']), ['a (3)', ' b (2)', '  c', '  d', ' e', 'lone.x', 'z']);
  assert.deepEqual(outline(['m.enc.dim', 'm.enc.layers']), ['m.enc (2)', ' dim', ' layers'], 'branches that hold but one are one');
  assert.deepEqual(outline(['a', 'a.b', 'a.c']), ['a', 'a (2)', ' b', ' c']);
  assert.deepEqual(outline(['a.b', 'a.c', 'd'], ['a']), ['a (2)', 'd']);
});

test('params are read back as what Python printed', () => {
  assert.deepEqual(['True', 'None', '1e-05', '-3', '0.10', '007', '12345678901234567890', '1_000', ' 1', ''].map(valueOf), [true, null, 1e-5, -3, 0.1, '007', '12345678901234567890', '1_000', ' 1', '']);
});

const params = [{ key: 'model.dim', value: '64' }, { key: 'model.act', value: 'on' }, { key: 'lr', value: '1e-05' }, { key: 'name', value: "it's: #1" }, { key: 'neg', value: '-2' }, { key: 'path', value: '/data/x' }, { key: 'date', value: '2024-01-01' }, { key: 'hex', value: '0x1F' }, { key: 'none' }];

test('params as YAML, JSON and flags', () => {
  assert.equal(toYaml(params), 'model:\n  dim: 64\n  act: "on"\nlr: 0.00001\nname: "it\'s: #1"\nneg: -2\npath: /data/x\ndate: "2024-01-01"\nhex: "0x1F"\nnone: ""\n'.replace('0.00001', '0.00001'));
  assert.equal(toYaml([{ key: 'tiny', value: '1e-07' }]), 'tiny: 1.0e-7\n', 'a number of YAML has a point');
  assert.equal(toYaml([]), '{}\n');
  assert.deepEqual(JSON.parse(toJson(params)), { model: { dim: 64, act: 'on' }, lr: 1e-5, name: "it's: #1", neg: -2, path: '/data/x', date: '2024-01-01', hex: '0x1F', none: '' });
  assert.equal(toFlags(params.slice(2, 6)), `--lr 1e-05 --name 'it'\\''s: #1' --neg=-2 --path /data/x`);
});

test('where one name is a part of another, nothing is nested', () => {
  assert.deepEqual({ ...nestedOf([{ key: 'a', value: '1' }, { key: 'a.b', value: '2' }]) }, { a: 1, 'a.b': 2 });
  assert.deepEqual(JSON.parse(toJson([{ key: '__proto__.x', value: '1' }]))['__proto__'], { x: 1 });
});

test('how params differ from others', () => {
  const changes = changesOf([{ key: 'lr', value: '1' }, { key: 'same', value: 'x' }, { key: 'new', value: '' }], [{ key: 'lr', value: '2' }, { key: 'same', value: 'x' }, { key: 'old', value: '3' }]);
  assert.deepEqual([...changes], [['lr', { kind: 'changed', was: '2' }], ['new', { kind: 'added' }], ['old', { kind: 'removed', was: '3' }]]);
});

test('schemas and profiles as the client writes them; what is none of them is nothing', () => {
  assert.deepEqual(schemaOf('{"mlflow_colspec": [{"type": "double", "name": "a", "required": true}, {"type": "string", "name": "b", "required": false}]}'), [{ name: 'a', type: 'double', required: true }, { name: 'b', type: 'string', required: false }]);
  const tensors = { mlflow_tensorspec: { features: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]', targets: null } };
  assert.deepEqual(schemaOf(JSON.stringify(tensors)), [{ name: 'features', type: 'float64(-1, 3)' }]);
  for (const text of [undefined, '', 'no json', '[]', '3']) assert.deepEqual([schemaOf(text), profileOf(text)], [[], []]);
  assert.deepEqual(profileOf('{"num_rows": 2, "shape": [1, 2], "none": null}'), [['num_rows', '2'], ['shape', '[1,2]']]);
  assert.deepEqual(['{"uri": "s3://x"}', '{"tags": {"mlflow.source.name": "a.py"}}', '{"q": 1}', 'plain', undefined].map(sourceOf), ['s3://x', 'a.py', '{"q": 1}', 'plain', '']);
});

test('nested runs are a tree of any depth; a circle ends', () => {
  const member = (id: string, parent: string, start: number): Member => ({ id, parent, start, experimentId: '1', name: id, status: 'FINISHED', metric: null, duration: null });
  const twigs = twigsOf('root', [member('c', 'a', 5), member('b', 'root', 2), member('a', 'root', 1), member('d', 'c', 9), member('root', 'd', 0), member('lost', 'nowhere', 1)]);
  const text = (list: typeof twigs): string => list.map(t => `${t.member.id}${t.children.length > 0 ? `(${text(t.children)})` : ''}`).join(' ');
  assert.equal(text(twigs), 'a(c(d)) b');
  assert.equal(countOf(twigs), 4);
});

test('a run is found in the list that it was opened from', () => {
  const rows = ['x', undefined, 'y'];
  const list = { search: { experimentIds: [], filter: '', view: 'ALL' as const }, total: 3, at: (i: number) => (rows[i] ? { id: rows[i], experimentId: '1' } : undefined) };
  assert.deepEqual(['x', 'y', 'z'].map(id => indexIn(list, id)), [0, 2, -1]);
});

test('a run is silent when it is silent for much longer than usual', () => {
  const minute = 60_000;
  const steady = Array.from({ length: 20 }, (_, i) => i * 1000);
  assert.deepEqual(gapsIn(steady), []);
  assert.deepEqual(gapsIn([...steady, 19_000 + 2 * minute]), [{ from: 19_000, to: 19_000 + 2 * minute }]);
  assert.deepEqual(gapsIn([...steady, 19_000 + 30_000]), [], 'half a minute is none');
  const slow = Array.from({ length: 20 }, (_, i) => i * minute);
  assert.deepEqual(gapsIn([...slow, 19 * minute + 5 * minute]), [], 'five times the usual is none');
  assert.deepEqual(gapsIn([0, 100 * minute]), [], 'one interval is the usual one');
  const many = [0, 1, 2, 3, 4, 5, 6].flatMap(i => steady.map(s => i * (10 + i) * minute + s));
  assert.equal(gapsIn(many, 3).length, 3);
  const order = gapsIn(many, 3).map(g => g.from);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
});

test('a timeline has the start, the end, and what was logged between', () => {
  const line = timelineOf(1000, 5000, [4000, 2000, 2000, 0]);
  assert.deepEqual(line, { start: 1000, end: 5000, first: 2000, last: 4000, gaps: [] });
  assert.deepEqual([500, 1000, 2000, 5000, 9000].map(m => placeOf(line, m)), [0, 0, 25, 100, 100]);
  const early = timelineOf(1000, 5000, [500, 9000]);
  assert.deepEqual([early.start, early.end], [500, 9000], 'clocks of several machines differ');
  assert.deepEqual(timelineOf(1, 1, []), { start: 1, end: 1, first: null, last: null, gaps: [] });
  assert.equal(placeOf(timelineOf(1, 1, []), 1), 0);
});

test('of many metrics the longest ones and the last one tell when the run was at work', () => {
  const metric = (key: string, step: number, timestamp: number) => ({ key, value: 0, step, timestamp });
  const all = [metric('a', 1, 5), metric('b', 900, 10), metric('c', 30, 70), metric('d', 20, 99), metric('e', 500, 10), metric('f', 600, 20)];
  assert.deepEqual(tellingOf(all).map(m => m.key), ['b', 'f', 'e', 'd'], 'what the machine logs goes on when the training is over');
  assert.deepEqual(tellingOf(all.slice(0, 2)).map(m => m.key), ['b', 'a']);
  assert.deepEqual(tellingOf([]), []);
});
