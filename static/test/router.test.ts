import assert from 'node:assert/strict';
import { test } from 'node:test';
import { href, parseHash } from '../src/state/router';

const of = (hash: string) => {
  const { query, ...rest } = parseHash(hash);
  return { ...rest, query: query.toString() };
};

test('the links that the client prints lead to the right pages', () => {
  assert.deepEqual(of('#/experiments/7'), { page: 'runs', experimentId: '7', query: '' });
  assert.deepEqual(of('#/experiments/7/runs/abc'), { page: 'run', experimentId: '7', runId: 'abc', section: 'overview', artifactPath: '', query: '' });
});

test('the sub-pages of MLflow are sections of the run page', () => {
  assert.equal(parseHash('#/experiments/7/runs/abc/model-metrics').page, 'run');
  const system = parseHash('#/experiments/7/runs/abc/system-metrics');
  assert.equal(system.page === 'run' && system.section, 'system');
  const file = parseHash('#/experiments/7/runs/abc/artifacts/a%20b/%E7%B5%90%E6%9E%9C.txt?x=wall');
  assert.ok(file.page === 'run');
  assert.equal(file.artifactPath, 'a b/結果.txt');
  assert.equal(file.query.get('x'), 'wall');
});

test('runs to compare come by the address of MLflow', () => {
  const r = parseHash('#/compare-runs?runs=[%22a1%22,%22b-2%22,%22a1%22]&experiments=[%227%22]&base=a1');
  assert.ok(r.page === 'compare');
  assert.deepEqual(r.runIds, ['a1', 'b-2']);
  const made = parseHash(href.compare(['b-2', 'c'], r.query));
  assert.ok(made.page === 'compare');
  assert.deepEqual(made.runIds, ['b-2', 'c']);
  assert.equal(made.query.get('base'), 'a1');
  assert.deepEqual(of('#/compare-runs'), { page: 'compare', runIds: [], query: '' });
});

test('a chart comes by the addresses of MLflow, old and new', () => {
  const old = parseHash('#/metric/train/loss?runs=["a","b"]&x_axis=wall&y_axis_scale=log&line_smoothness=60');
  assert.ok(old.page === 'metric');
  assert.deepEqual([old.metrics, old.runIds], [['train/loss'], ['a', 'b']]);
  assert.deepEqual(['x', 'ylog', 'smooth'].map(name => old.query.get(name)), ['wall', '1', '0.6']);
  const recent = parseHash(`#/metric?runs=["a"]&metric=${encodeURIComponent('"val/acc"')}&plot_metric_keys=${encodeURIComponent('["val/acc","val/f1"]')}&x_axis=relative&x=step&line_smoothness=1`);
  assert.ok(recent.page === 'metric');
  assert.deepEqual([recent.metrics, recent.runIds, recent.query.get('x'), recent.query.get('smooth')], [['val/acc', 'val/f1'], ['a'], 'step', null]);
  const odd = parseHash('#/metric/100%25?runs=nonsense{');
  assert.ok(odd.page === 'metric');
  assert.deepEqual([odd.metrics, odd.runIds], [['100%'], ['nonsense']]);
});

test('members of MLflow may have been encoded once more, or not at all', () => {
  const twice = (text: string) => encodeURIComponent(encodeURIComponent(text));
  const runs = '["a1","b-2"]';
  for (const said of [runs, encodeURIComponent(runs), twice(runs), encodeURIComponent(twice(runs)), 'a1,b-2']) {
    const r = parseHash(`#/compare-runs?runs=${said}&experiments=${twice('["7"]')}`);
    assert.ok(r.page === 'compare');
    assert.deepEqual(r.runIds, ['a1', 'b-2'], said);
  }
  assert.equal(of(`#/compare-experiments/s?experiments=${twice('["1","22"]')}`).query, 'exp=1%2C22');
  const chart = parseHash(`#/metric?runs=${twice('["a"]')}&metric=${twice('"50%25 done"')}`);
  assert.ok(chart.page === 'metric');
  assert.deepEqual([chart.metrics, chart.runIds], [['50%25 done'], ['a']]);
});

test('what is not known behind a known address is ignored', () => {
  assert.equal(of('#/experiments/7/traces?compareRunsMode=CHART').page, 'runs');
  assert.equal(of('#/experiments/7/runs').page, 'runs');
  assert.equal(of('#/experiments/7/runs/abc/evaluations').page, 'run');
  assert.equal(of('').page, 'home');
  assert.equal(of('#/').page, 'home');
  assert.equal(of('#/experiments').page, 'experiments');
});

test('other addresses are not found, and broken escapes do not throw', () => {
  assert.equal(of('#/nowhere').page, 'not-found');
  assert.equal(of('#/experiments/abc').page, 'not-found');
  assert.equal(of('#/experiments/7/runs/%E0%A4%A').page, 'run');
});

test('an address made is an address understood', () => {
  const made = parseHash(href.artifact('7', 'abc', 'dir/100% + ä?.txt'));
  assert.ok(made.page === 'run');
  assert.equal(made.artifactPath, 'dir/100% + ä?.txt');
});

test('models of an experiment, and one of them', () => {
  assert.deepEqual(of('#/experiments/7/models?filter=x'), { page: 'models', experimentId: '7', query: 'filter=x' });
  assert.equal(parseHash('#/experiments/7/models/m-1').page, 'model');
  assert.deepEqual(of(href.models('7')), { page: 'models', experimentId: '7', query: '' });
});

test('the list of MLflow keeps its time and its deleted runs', () => {
  const of7 = parseHash(`#/experiments/7/runs?searchFilter=${encodeURIComponent("params.lr = '1'")}&startTime=LAST_7_DAYS&lifecycleFilter=Deleted&orderByKey=x`).query;
  assert.deepEqual(['filter', 'searchFilter', 'startTime', 'lifecycleFilter', 'view', 'orderByKey'].map(name => of7.get(name)), ["params.lr = '1' AND age < 7d", null, null, null, 'deleted', 'x']);
  const all = parseHash('#/experiments/7?startTime=ALL&lifecycleFilter=Active&searchFilter=a').query;
  assert.deepEqual(['filter', 'searchFilter', 'view'].map(name => all.get(name)), [null, 'a', null]);
});
