// The run page: values at a glance, params as text and beside another run, nested runs, notes, models, steps to other runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, copied, ids, until, url, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { vision } = ids;
const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

const newExperiment = async name => (await api('experiments/create', { name: unique(name) })).experiment_id;
async function newRun(experiment, name, { start = Date.now(), params = {}, tags = {} } = {}) {
  const pairs = o => Object.entries(o).map(([key, value]) => ({ key, value }));
  const { run } = await api('runs/create', { experiment_id: experiment, run_name: name, start_time: start, tags: pairs(tags) });
  if (Object.keys(params).length > 0) await api('runs/log-batch', { run_id: run.info.run_id, params: pairs(params) });
  return run.info.run_id;
}
const logMetric = (run, key, value, step) => api('runs/log-metric', { run_id: run, key, value, step, timestamp: Date.now() });

test('each metric has its last, least, greatest and best value, its points and a small curve', async () => {
  await withPage(address.run(vision.experiment, vision.full), {}, async page => {
    const row = page.getByTestId('metrics').locator('tr[data-key="train/loss"]');
    await row.locator('.spark path').waitFor();
    const history = (await api(`metrics/get-history?run_id=${vision.full}&metric_key=train/loss`)).metrics;
    const values = history.map(m => m.value);
    const least = history[values.indexOf(Math.min(...values))];
    const cells = await row.getByRole('cell').allInnerTexts();
    assert.equal(cells[0], String(Number(values.at(-1).toPrecision(4))));
    assert.match(cells[2], new RegExp(`★\\s*(best)?\\s*${Number(least.value.toPrecision(4))}$`), 'the least is the best of a loss');
    assert.equal(cells[3], String(Number(Math.max(...values).toPrecision(4))));
    assert.equal(Number(cells[4].replace('≈', '')) >= least.step, true);
    assert.equal(cells[5], '200');
    const long = page.getByTestId('metrics').locator('tr[data-key="odd/values"]');
    assert.equal((await long.getByRole('cell').allInnerTexts())[5], '7', 'what is no number is a point too');
    await page.evaluate(() => scrollTo(0, 0));
    await row.getByRole('button', { name: 'train/loss' }).click();
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('[data-metric="train/loss"]').getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  });
});

test('the table, the charts and the timeline share what is fetched of a curve', async () => {
  await withPage(address.run(vision.experiment, vision.full), {}, async (page, { requests }) => {
    for (const key of ['train/loss', 'val/accuracy', 'long/curve']) await page.locator(`[data-metric="${key}"] canvas`).first().waitFor();
    await page.waitForLoadState('networkidle');
    const asked = requests.filter(r => r.url().endsWith('/metrics/series')).map(r => r.postDataJSON());
    const keys = asked.flatMap(q => (q.x ? [] : q.metric_keys));
    assert.deepEqual(keys, [...new Set(keys)], 'no metric twice');
    assert.ok(keys.includes('long/curve'));
  });
});

test('params with dots fold, and are copied as YAML, JSON and flags', async () => {
  const experiment = await newExperiment('params');
  const run = await newRun(experiment, 'nested', { params: { 'model.dim': '64', 'model.act': 'relu', seed: '1', 'data.path': '/data/train set.csv' } });
  await withPage(address.run(experiment, run), {}, async page => {
    const table = page.getByRole('table', { name: 'Parameters' });
    await table.getByRole('row', { name: /^dim/ }).waitFor();
    const fold = table.getByRole('button', { name: /^model/ });
    await fold.click();
    await table.getByRole('row', { name: /^dim/ }).waitFor({ state: 'detached' });
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
    const copy = format => copied(page, async () => {
      await page.getByTestId('copy-params').click();
      await page.getByRole('menuitem', { name: format }).click();
    });
    assert.equal(await copy('YAML'), 'data:\n  path: /data/train set.csv\nmodel:\n  act: relu\n  dim: 64\nseed: 1\n');
    assert.deepEqual(JSON.parse(await copy('JSON')), { data: { path: '/data/train set.csv' }, model: { act: 'relu', dim: 64 }, seed: 1 });
    assert.equal(await copy('Command-line flags'), "--data.path '/data/train set.csv' --model.act relu --model.dim 64 --seed 1");
    await axe(page, 'params');
  });
});

test('params are held against the parent and the run before', async () => {
  const experiment = await newExperiment('versus');
  const now = Date.now();
  const parent = await newRun(experiment, 'the-parent', { start: now - 3000, params: { lr: '0.1', depth: '3' } });
  await newRun(experiment, 'the-one-before', { start: now - 2000, params: { lr: '0.2', only: 'there' } });
  const child = await newRun(experiment, 'the-child', { start: now - 1000, params: { lr: '0.2', depth: '3' }, tags: { 'mlflow.parentRunId': parent } });
  await withPage(address.run(experiment, child), {}, async page => {
    const table = page.getByRole('table', { name: 'Parameters' });
    const choose = async name => {
      await page.getByTestId('versus').click();
      await page.getByRole('menuitemradio', { name }).click();
    };
    await choose('The parent run');
    await page.getByText('1 parameter differs from').waitFor();
    assert.match(await table.getByRole('row', { name: /^lr/ }).innerText(), /0\.2\s*was 0\.1/);
    await choose('The run before');
    await page.getByText('2 parameters differ from').waitFor();
    assert.equal(await table.locator('tr.removed del').innerText(), 'there');
    assert.match(await table.getByRole('row', { name: /^depth/ }).innerText(), /new/);
    await page.reload();
    await page.getByText('2 parameters differ from').waitFor();
    await axe(page, 'versus');
    await page.getByRole('region', { name: 'Parameters' }).getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
  });
});

test('nested runs of any depth stand under their run, with a metric each', async () => {
  const experiment = await newExperiment('nest');
  const top = await newRun(experiment, 'top');
  const middle = await newRun(experiment, 'middle', { tags: { 'mlflow.parentRunId': top } });
  const leaf = await newRun(experiment, 'leaf', { tags: { 'mlflow.parentRunId': middle } });
  await logMetric(leaf, 'score', 0.75, 1);
  await logMetric(middle, 'score', 0.5, 1);
  await withPage(address.run(experiment, top), {}, async page => {
    const section = page.getByRole('region', { name: 'Nested runs' });
    await section.getByRole('link', { name: 'leaf' }).waitFor();
    assert.match((await section.innerText()).replace(/\s+/g, ' '), /score .*middle 1 0\.5 .*leaf 0\.75/);
    await section.getByRole('button', { name: '1 run in middle' }).click();
    await section.getByRole('link', { name: 'leaf' }).waitFor({ state: 'detached' });
    await axe(page, 'nested');
    await page.goto(url + address.run(experiment, leaf));
    const above = page.getByRole('region', { name: 'Nested runs' });
    await above.getByRole('link', { name: 'middle' }).waitFor();
    assert.match((await above.innerText()).replace(/\s+/g, ' '), /Part of .*top › .*middle/);
  });
});

test('notes are seen as they are written, survive a reload, and do not write over those of somebody else', async () => {
  const experiment = await newExperiment('notes');
  const run = await newRun(experiment, 'noted', { tags: { 'mlflow.note.content': 'first' } });
  await withPage(address.run(experiment, run), {}, async page => {
    const notes = page.getByRole('region', { name: 'Notes' });
    await notes.getByRole('button', { name: 'Edit' }).click();
    const field = notes.getByRole('textbox', { name: 'Notes' });
    await field.fill('# Mine');
    await notes.getByRole('region', { name: 'Preview' }).getByRole('heading', { name: 'Mine' }).waitFor();
    page.once('dialog', d => void d.accept());
    await page.reload();
    await notes.getByRole('button', { name: 'Edit' }).click();
    assert.equal(await field.inputValue(), '# Mine');
    await api('runs/set-tag', { run_id: run, key: 'mlflow.note.content', value: 'theirs' });
    await notes.getByRole('button', { name: 'Save' }).click();
    await notes.getByText('Somebody else has changed these notes meanwhile.').waitFor();
    await axe(page, 'conflict');
    await notes.getByRole('button', { name: 'Go on with mine' }).click();
    await notes.getByRole('button', { name: 'Save' }).click();
    await field.waitFor({ state: 'detached' });
    await notes.getByRole('heading', { name: 'Mine' }).waitFor();
  });
  const { run: saved } = await api(`runs/get?run_id=${run}`);
  assert.equal(saved.data.tags.find(t => t.key === 'mlflow.note.content').value, '# Mine');
});

test('brackets step through the runs of the table that one came from', async () => {
  await withPage(`${address.experiment(vision.experiment)}?filter=${encodeURIComponent('run_name LIKE "trial-%"')}&sort=params.lr:asc`, {}, async page => {
    await page.getByRole('link', { name: 'trial-1' }).click();
    const title = name => page.getByRole('heading', { name, level: 1 });
    await title('trial-1').waitFor();
    await page.getByRole('button', { name: 'Next run', disabled: false }).waitFor();
    await page.keyboard.press(']');
    await title('trial-0').waitFor();
    await page.getByRole('button', { name: 'Next run', disabled: true }).waitFor();
    await page.getByRole('button', { name: 'Previous run', disabled: false }).waitFor();
    await page.keyboard.press('[');
    await title('trial-1').waitFor();
    await page.getByRole('button', { name: 'Previous run', disabled: false }).waitFor();
    await page.keyboard.press('[');
    await title('trial-2').waitFor();
  });
});

test('the runs beside one are asked for when somebody is about to go there', async () => {
  const experiment = await newExperiment('beside');
  await newRun(experiment, 'older', { start: Date.now() - 9000 });
  const run = await newRun(experiment, 'newer');
  await withPage(address.run(experiment, run), {}, async (page, { requests }) => {
    await page.getByRole('heading', { name: 'newer', level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(requests.filter(r => r.url().endsWith('runs/query') && r.postDataJSON().limit > 0).map(r => r.postData()), []); // the top bar counts now and then
    const previous = page.getByRole('button', { name: 'Previous run' });
    await previous.focus();
    await page.getByRole('button', { name: 'Previous run', disabled: true }).waitFor();
    assert.ok(await previous.evaluate(b => b === document.activeElement), 'the focus stays');
    await page.keyboard.press(']');
    await page.getByRole('heading', { name: 'older', level: 1 }).waitFor();
  });
});

test('a run is compared with another one, coloured, and marked as ended', async () => {
  const experiment = await newExperiment('head');
  const run = await newRun(experiment, 'silent', { start: Date.now() - 3_600_000, tags: { 'mlflow.source.git.commit': 'abcdef0123456789' } });
  await newRun(experiment, 'the-other');
  await withPage(address.run(experiment, run), {}, async page => {
    await page.getByText(/^silent for 1 h/).waitFor();
    await page.getByText('abcdef01', { exact: true }).waitFor();
    await page.getByLabel('Colour of silent in charts').fill('#ff0088');
    await page.getByRole('button', { name: 'Back to the automatic colour' }).waitFor();
    await axe(page, 'head');
    await logMetric(run, 'loss', 1, 1);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByTestId('last-metric').waitFor();
    await page.getByTestId('end').click();
    await page.getByRole('menuitem', { name: 'Failed' }).click();
    await page.getByText('Marked as: Failed').waitFor();
    await page.getByTestId('end').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Compare with…' }).click();
    await page.getByRole('combobox', { name: 'Run, by name or ID' }).fill('other');
    await page.getByRole('option', { name: /the-other/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
  });
  assert.equal((await api(`runs/get?run_id=${run}`)).run.info.status, 'FAILED');
});

test('the timeline says when a run was silent', async () => {
  const experiment = await newExperiment('timeline');
  const start = Date.now() - 7_200_000;
  const run = await newRun(experiment, 'with a gap', { start });
  const times = Array.from({ length: 100 }, (_, i) => start + 60_000 + i * 10_000 + (i >= 50 ? 3_600_000 : 0));
  await api('runs/log-batch', { run_id: run, metrics: times.map((timestamp, step) => ({ key: 'loss', value: 1 / (step + 1), timestamp, step })) });
  await api('runs/update', { run_id: run, status: 'FAILED', end_time: start + 6_000_000 });
  await withPage(address.run(experiment, run), {}, async page => {
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'Timeline' }).click();
    const section = page.getByRole('region', { name: 'Timeline' });
    await section.getByText('Silent for 1 h').waitFor();
    const lines = (await section.getByRole('listitem').allInnerTexts()).map(line => line.replace(/^[\d-]+ [\d:]+/, '').replace(/\s+/g, ' ').trim());
    assert.deepEqual(lines, ['Started', 'First metric +1 min', 'Silent for 1 h +9 min 10 s', 'Last metric +1 h 17 min', 'Failed +1 h 40 min']);
    await axe(page, 'timeline');
  });
});

test('a tick of a running run is small, and leaves the page where it is', async () => {
  const experiment = await newExperiment('tick');
  const run = await newRun(experiment, 'ticking');
  const keys = Array.from({ length: 20 }, (_, i) => `metric-${i}`);
  const batch = step => api('runs/log-batch', { run_id: run, metrics: keys.map((key, i) => ({ key, value: i + 1 / (step + 1), step, timestamp: Date.now() })) });
  for (let step = 0; step < 50; step++) await batch(step);
  await withPage(address.run(experiment, run), {}, async (page, { requests }) => {
    const points = key => page.getByTestId('metrics').locator(`tr[data-key="${key}"] td`).nth(5);
    await points('metric-0').getByText('50', { exact: true }).waitFor();
    await page.evaluate(() => scrollTo(0, 300));
    // The first tick reads the run once more; and the curves that have come into sight are there.
    const reads = () => requests.filter(r => r.url().includes('runs/around'));
    await until(() => reads().length > 1);
    for (const read of reads()) await (await read.response()).finished();
    await page.waitForFunction(() => [...document.querySelectorAll('[data-metric]')].every(card => {
      const { top, bottom } = card.getBoundingClientRect();
      return bottom < -300 || top > innerHeight + 300 || card.querySelector('[data-drawn="yes"]');
    }));
    const sizes = [];
    page.on('response', async r => {
      if (r.url().includes('/ajax-api/')) sizes.push([new URL(r.url()).pathname.split('/').slice(-2).join('/'), (await r.body().catch(() => '')).length]);
    });
    await batch(50);
    await points('metric-0').getByText('51', { exact: true }).waitFor();
    const bytes = sizes.reduce((n, [, size]) => n + size, 0);
    assert.ok(sizes.some(([path, size]) => path === 'metrics/series' && size > 0), JSON.stringify(sizes));
    assert.ok(bytes < 7000, `only what is new is read: ${JSON.stringify(sizes)}`);
    assert.equal(await page.evaluate(() => scrollY), 300);
  });
});

test('what MLflow logs with a model and data sets is on the page, and the model has one of its own', async () => {
  const { experiment, run, model } = ids.models;
  await withPage(address.run(experiment, run), {}, async page => {
    const data = page.getByRole('region', { name: 'Datasets' });
    await data.getByText('num_rows 2').waitFor();
    await data.getByText('2 columns').click();
    await data.getByRole('table', { name: 'Columns of train' }).getByRole('row', { name: /^a double/ }).waitFor();
    const models = page.getByRole('region', { name: 'Logged models' });
    await models.getByText('Ready').first().waitFor();
    await axe(page, 'models and data');
    await models.getByRole('link', { name: 'seeded-model' }).first().click();
    await page.getByRole('heading', { name: 'seeded-model', level: 1 }).waitFor();
    await page.waitForURL(u => u.hash === `#/experiments/${experiment}/models/${model}`);
    await page.getByRole('table', { name: 'Metrics' }).getByRole('row', { name: /val\/acc 0\.9/ }).waitFor();
    await page.getByRole('table', { name: 'Parameters' }).getByRole('row', { name: /alpha/ }).waitFor();
    await page.getByRole('link', { name: 'with-model' }).waitFor();
    await page.getByRole('treeitem', { name: /MLmodel/ }).click();
    await page.getByTestId('chosen').getByText('MLmodel').first().waitFor();
    await page.waitForURL(/\/artifacts\/MLmodel$/);
    await axe(page, 'model');
  });
  await withPage(address.experiment(experiment), {}, async page => {
    await page.getByRole('link', { name: 'Logged models' }).click();
    const row = page.getByTestId('models').getByRole('row', { name: /seeded-model/ });
    await row.getByText('with-model').waitFor();
    assert.deepEqual(await row.getByRole('cell').allInnerTexts().then(cells => [cells[0].trim(), cells[1], cells[2]]), ['Ready', 'classifier', '0.9']);
    await page.getByRole('button', { name: 'val/acc' }).click();
    await page.getByRole('columnheader', { name: /val\/acc/ }).and(page.locator('[aria-sort="descending"]')).waitFor();
    await page.waitForURL(/sort=metrics\.val%2Facc%3Adesc/);
    await page.getByRole('textbox', { name: 'Filter models' }).fill('metrics.`val/acc` ＞ 0.95');
    await page.keyboard.press('Enter');
    await page.getByText('No models match this filter.').waitFor();
    await page.goBack();
    await row.getByRole('link', { name: 'seeded-model' }).click();
    await page.getByRole('heading', { name: 'seeded-model', level: 1 }).waitFor();
  });
  await withPage(`#/experiments/${experiment}/models?filter=nonsense`, { expected: [/status of 400/] }, async page => {
    await page.getByRole('alert').getByText('Invalid filter string').waitFor();
  });
  await withPage(`#/experiments/${experiment}/models/m-nowhere`, { expected: [/404/], colorScheme: 'dark' }, async page => {
    await page.getByRole('heading', { name: 'This model cannot be shown' }).waitFor();
    await axe(page, 'no model');
  });
});
