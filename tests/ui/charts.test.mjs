// Line charts: their controls, their cursor, their zoom, and what can be taken away.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { address, api, ids, until, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { vision } = ids;
const charts = (rest = '') => `${address.experiment(vision.experiment)}?show=charts${rest}`;
const cardOf = (page, name) => page.locator(`.chart-card[data-metric="${name}"]`).last();
const member = (page, name) => page.evaluate(n => new URLSearchParams(location.hash.split('?')[1]).get(n), name);
const isMember = (page, name, value) => page.waitForFunction(([n, v]) => new URLSearchParams(location.hash.split('?')[1]).get(n) === v, [name, value]);
const asks = (page, metric, wanted) =>
  page.waitForRequest(r => r.url().endsWith('/metrics/series') && r.postDataJSON().metric_keys.includes(metric) && wanted(r.postDataJSON()));

async function drawn(page, name) {
  const card = cardOf(page, name);
  await card.scrollIntoViewIfNeeded();
  await card.locator('.plot[data-drawn="yes"] .u-over').waitFor();
  return card;
}

/** Runs of their own: a first bend, a spike in the middle, another metric that counts epochs. */
async function logged(points) {
  const { experiment_id: id } = await api('experiments/create', { name: `charts-${Date.now()}-${Math.random()}` });
  const runs = [];
  for (const [i, name] of ['base', 'other'].entries()) {
    const { run } = await api('runs/create', { experiment_id: id, run_name: name, start_time: 1_700_000_000_000 + i });
    const metrics = Array.from({ length: points }, (_, step) => [
      { key: 'loss', step, timestamp: 1_700_000_000_000 + step * 1000, value: i + (step === 777 ? 50 : 0) },
      { key: 'epoch', step, timestamp: 1_700_000_000_000 + step * 1000, value: Math.floor(step / 100) },
    ]).flat();
    for (let at = 0; at < metrics.length; at += 1000) await api('runs/log-batch', { run_id: run.info.run_id, metrics: metrics.slice(at, at + 1000) });
    runs.push(run.info.run_id);
  }
  return { id, runs };
}

test('the controls are in the address, and the charts follow', async () => {
  await withPage(charts(), {}, async page => {
    await drawn(page, 'train/loss');
    const controls = page.getByRole('group', { name: 'How charts are drawn' });
    await controls.getByRole('slider', { name: 'Smoothing' }).fill('0.8');
    await isMember(page, 'smooth', '0.8');
    await cardOf(page, 'train/loss').getByRole('columnheader', { name: 'Smoothed' }).waitFor({ state: 'attached' });
    await controls.getByRole('combobox', { name: 'Way of smoothing' }).selectOption('median');
    await controls.getByLabel('Log y').check();
    await controls.getByLabel('Clip outliers').check();
    await controls.getByLabel('Min–max band').uncheck();
    assert.deepEqual(await Promise.all(['method', 'ylog', 'clip', 'band'].map(n => member(page, n))), ['median', '1', '1', '0']);
    await cardOf(page, 'train/loss').getByText('outliers clipped').waitFor();
    const wall = asks(page, 'train/loss', q => q.x === 'time');
    await controls.getByRole('button', { name: 'Wall time' }).click();
    await wall;
    const over = asks(page, 'train/loss', q => q.x === 'metric' && q.x_key === 'val/accuracy');
    await controls.getByRole('combobox', { name: 'A metric…' }).selectOption('val/accuracy');
    await over;
    await axe(page, 'controls');
    await controls.getByRole('combobox', { name: 'Lines' }).selectOption('50');
    assert.equal(await member(page, 'lines'), '50');
  });
  await withPage(charts('&lines=2'), {}, async page => {
    await page.getByText('2 of 5 runs drawn').waitFor();
  });
});

test('no spike is lost, and a zoom of one chart is that of all, in finer points', async () => {
  const { id } = await logged(4000);
  await withPage(`${address.experiment(id)}?show=charts`, {}, async page => {
    const card = await drawn(page, 'loss');
    await card.getByText(/^8,000 points in [\d,]+ buckets, extremes kept$/).waitFor();
    const saving = page.waitForEvent('download');
    await card.getByRole('button', { name: 'Save the chart' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    const csv = await readFile(await (await saving).path(), 'utf8');
    assert.match(csv, /^\ufeffrun_id,run,metric,step,value,min,max,mean\r\n/);
    assert.ok(csv.split('\r\n').some(line => line.split(',')[6] === '51'), 'the spike is the greatest value of its bucket');

    const { x, y, width, height } = await card.locator('.u-over').boundingBox();
    const finer = ['loss', 'epoch'].map(metric => asks(page, metric, q => q.from_step > 0 && q.to_step < 1000));
    await page.mouse.move(x + width * 0.18, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.21, y + height / 2, { steps: 5 });
    await page.mouse.up();
    await Promise.all(finer);
    await card.locator('.plot[data-width="0"]').waitFor();
    const [from, to] = (await member(page, 'zoom')).split('~').map(Number);
    assert.ok(from > 600 && from < 800 && to > from && to < 900, `${from} to ${to}`);

    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await page.waitForFunction(span => {
      const [a, b] = new URLSearchParams(location.hash.split('?')[1]).get('zoom').split('~').map(Number);
      return b - a < span * 0.9;
    }, to - from);
    await page.mouse.dblclick(x + width / 2, y + height / 2);
    await isMember(page, 'zoom', null);
    await card.getByText(/^8,000 points/).waitFor();
  });
});

test('a zoom asks at once; one that follows closely waits for the last of them', async () => {
  const { id } = await logged(1000);
  await withPage(`${address.experiment(id)}?show=charts&find=loss`, { clock: true, live: false }, async (page, { requests }) => {
    await drawn(page, 'loss');
    const asked = () => requests.filter(r => r.url().endsWith('/metrics/series')).map(r => r.postDataJSON().from_step).filter(step => step !== undefined);
    const zoom = async (from, to) => {
      await page.evaluate(z => new Promise(seen => {
        addEventListener('hashchange', seen, { once: true }); // the page hears of it first
        location.hash = `${location.hash.replace(/&zoom=.*/, '')}&zoom=${z}`;
      }), `${from}~${to}`);
      await page.clock.runFor(50); // frames, and the moment in which charts ask together
    };
    await page.clock.pauseAt(Date.now() + 1000);
    const first = asks(page, 'loss', q => q.from_step === 95);
    await zoom(100, 200);
    await first;
    await zoom(120, 180);
    await zoom(140, 160);
    assert.deepEqual(asked(), [95]);
    const last = asks(page, 'loss', q => q.from_step === 139);
    await page.clock.runFor(200);
    await last;
    assert.deepEqual(asked(), [95, 139]);
  });
});

test('one cursor over all charts, with the values there; a click locks it', async () => {
  await withPage(`${address.experiment(vision.experiment)}?show=split&cols=metrics.train/loss,params.lr`, { width: 1600 }, async page => {
    const loss = await drawn(page, 'train/loss');
    const accuracy = await drawn(page, 'val/accuracy');
    const { x, y, width, height } = await accuracy.locator('.u-over').boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await accuracy.getByText(/^Step (9|10)\d$/).waitFor();
    assert.equal(await loss.locator('.readout').innerText(), await accuracy.locator('.readout').innerText());
    const values = (await accuracy.locator('.legend td:nth-child(2)').allInnerTexts()).map(Number);
    assert.deepEqual(values, [...values].sort((a, b) => b - a));
    assert.ok(values.length === 3 && values[0] < 1 && values[0] > 0.9, `${values}`);
    await page.mouse.click(x + width / 2, y + height / 2);
    await page.waitForFunction(() => new URLSearchParams(location.hash.split('?')[1]).has('at'));
    const at = await member(page, 'at');
    await page.mouse.move(5, 5);
    await accuracy.getByText(`Step ${at}`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Table at this step' }).click();
    await page.getByTestId('runs').getByRole('columnheader', { name: `train/loss @${at}` }).or(page.getByTestId('runs').getByRole('columnheader', { name: new RegExp(`train/loss.*${at}`) })).first().waitFor();
    assert.equal(await member(page, 'cols'), `metrics.train/loss@${at},params.lr`);
    await page.getByRole('button', { name: 'Let go of this place' }).click();
    await isMember(page, 'at', null);
  });
});

test('two charts fill the width', async () => {
  await withPage(`${address.experiment(ids.check.experiment)}?show=charts`, {}, async page => {
    await drawn(page, 'foo');
    await drawn(page, 'bar');
    const [grid, ...cards] = await page.locator('.chart-grid').evaluate(grid => [grid, ...grid.children].map(e => e.getBoundingClientRect().width));
    assert.equal(cards.length, 2);
    assert.ok(cards[0] + cards[1] > grid - 20, `${cards} of ${grid}`);
  });
});

test('beside a tree the runs below a run are drawn before it is opened', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `sweep-${Date.now()}` });
  const create = async (name, more = {}) => (await api('runs/create', { experiment_id: id, run_name: name, start_time: Date.now(), ...more })).run.info.run_id;
  const parent = await create('sweep');
  for (const i of [1, 2, 3]) {
    const child = await create(`part-${i}`, { tags: [{ key: 'mlflow.parentRunId', value: parent }] });
    for (const step of [0, 1]) await api('runs/log-metric', { run_id: child, key: 'loss', value: i + step, timestamp: Date.now(), step });
  }
  await withPage(`${address.experiment(id)}?show=split`, {}, async page => {
    await page.getByTestId('rows').getByRole('link', { name: 'sweep' }).waitFor();
    assert.equal(await page.getByTestId('rows').getByRole('link').count(), 1, 'the parts are folded');
    await page.getByText('4 of 4 runs drawn').waitFor();
    await cardOf(page, 'loss').getByText('part-3').first().waitFor();
  });
});

test('differences to a baseline', async () => {
  const { id, runs } = await logged(100);
  await withPage(`${address.experiment(id)}?show=charts`, {}, async page => {
    const card = await drawn(page, 'loss');
    await page.getByRole('combobox', { name: 'Difference to' }).selectOption('base');
    await card.getByRole('heading', { name: 'loss − base' }).waitFor();
    assert.equal(await member(page, 'minus'), runs[0]);
    const rows = card.locator('.legend tbody tr');
    assert.deepEqual(await rows.evaluateAll(all => all.map(tr => [tr.querySelector('a').textContent, tr.cells[1].textContent])), [['other', '1'], ['base', '0']]);
  });
});

test('sections fold, charts are found by a pattern, pinned, and seen in full', async () => {
  await withPage(charts(), {}, async page => {
    await drawn(page, 'train/loss');
    const search = page.getByRole('searchbox', { name: 'Search charts' });
    await search.fill('^(train|val)/');
    await page.waitForFunction(() => document.querySelectorAll('.chart-card').length === 2);
    await cardOf(page, 'val/accuracy').getByRole('button', { name: 'Pin chart to the top' }).click();
    await isMember(page, 'top', encodeURIComponent('val/accuracy'));
    assert.deepEqual(await page.locator('.chart-card').evaluateAll(all => all.map(c => c.dataset.metric)), ['val/accuracy', 'train/loss']);
    await page.getByRole('heading', { name: 'Pinned' }).waitFor();

    await cardOf(page, 'train/loss').hover();
    await page.keyboard.press('f');
    const full = page.getByRole('dialog', { name: 'train/loss' });
    await full.locator('.plot[data-drawn="yes"] canvas').waitFor();
    assert.ok((await full.locator('canvas').boundingBox()).height > 400);
    await axe(page, 'full');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'val/accuracy' }).locator('canvas').waitFor();
    assert.equal(await member(page, 'full'), 'val/accuracy');
    await page.keyboard.press('Escape');
    await isMember(page, 'full', null);
    await page.keyboard.press('l');
    await isMember(page, 'ylog', '1');
  });
  const { experiment_id: id } = await api('experiments/create', { name: `sections-${Date.now()}` });
  const { run } = await api('runs/create', { experiment_id: id, start_time: 1 });
  await api('runs/log-batch', { run_id: run.info.run_id, metrics: ['a/x', 'a/y', 'b/x', 'b/y'].map(key => ({ key, value: 1, timestamp: 1, step: 0 })) });
  await withPage(`${address.experiment(id)}?show=charts`, {}, async page => {
    await drawn(page, 'a/x');
    const fold = page.getByRole('button', { name: /^a 2$/ });
    await fold.click();
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
    assert.deepEqual(await page.locator('.chart-card').evaluateAll(all => all.map(c => c.dataset.metric)), ['b/x', 'b/y']);
    assert.equal(await member(page, 'fold'), 'a');
  });
});

test('a chart is saved as a picture and as a drawing', async () => {
  await withPage(charts('&find=accuracy&smooth=0.5'), { colorScheme: 'dark' }, async page => {
    const card = await drawn(page, 'val/accuracy');
    const save = async kind => {
      const saving = page.waitForEvent('download');
      await card.getByRole('button', { name: 'Save the chart' }).click();
      await page.getByRole('menuitem', { name: kind }).click();
      const file = await saving;
      return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
    };
    const svg = await save('SVG');
    assert.equal(svg.name, 'val-accuracy.svg');
    const text = svg.bytes.toString('utf8');
    assert.match(text, /^<svg /);
    for (const name of ['trial-0', 'trial-1', 'trial-2', 'val/accuracy']) assert.ok(text.includes(`>${name}<`), name);
    assert.equal(text.match(/<path d="M[^"]{200,}" fill="none"/g).length, 6, 'three lines, each above what it smooths');
    const png = await save('PNG');
    assert.deepEqual([png.name, png.bytes.subarray(1, 4).toString()], ['val-accuracy.png', 'PNG']);
    assert.ok(png.bytes.readUInt32BE(16) > 600, 'as fine as a good screen');
  });
});

test('a run that goes on sends only its new points, and a zoom stays', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `live-${Date.now()}` });
  const { run } = await api('runs/create', { experiment_id: id, run_name: 'growing', start_time: Date.now() });
  const log = (from, to) => api('runs/log-batch', { run_id: run.info.run_id, metrics: Array.from({ length: to - from }, (_, i) => ({ key: 'm', value: Math.sin(from + i), timestamp: Date.now(), step: from + i })) });
  await log(0, 50);
  await withPage(`${address.experiment(id)}?show=charts`, {}, async page => {
    const card = await drawn(page, 'm');
    await card.getByText('50 points', { exact: true }).waitFor();
    const tail = asks(page, 'm', q => q.from_step === 50);
    await log(50, 60);
    const reply = await (await tail).response();
    await card.getByText('60 points', { exact: true }).waitFor();
    assert.ok((await reply.body()).length < 5000);
    await page.goto(page.url() + '&zoom=10~20');
    await card.getByRole('row', { name: /growing/ }).waitFor();
    const again = asks(page, 'm', q => q.from_step === 9);
    await log(60, 61);
    await again;
    assert.equal(await member(page, 'zoom'), '10~20');
  });
});

test("MLflow's link to a chart opens it over the page", async () => {
  const runs = encodeURIComponent(JSON.stringify(vision.runs));
  await withPage(`#/metric/train/loss?runs=${runs}&experiments=["${vision.experiment}"]&x_axis=relative&y_axis_scale=log`, {}, async page => {
    await page.getByRole('heading', { name: 'train/loss', level: 1 }).waitFor();
    const card = await drawn(page, 'train/loss');
    await card.locator('.plot[data-lines="3"]').waitFor();
    assert.ok((await card.locator('canvas').boundingBox()).height > 350);
    assert.equal(await page.getByRole('button', { name: 'Relative time' }).getAttribute('aria-pressed'), 'true');
    assert.ok(await page.getByLabel('Log y').isChecked());
    await axe(page, 'metric page');
  });
});

test('lines are named where they end, in the page and in its files', async () => {
  const { id } = await logged(1000);
  await withPage(`${address.experiment(id)}?show=charts&zoom=800~950`, {}, async page => {
    const card = await drawn(page, 'loss');
    await card.locator('.plot[data-lines="2"][data-labels="2"]').waitFor();
    const saving = page.waitForEvent('download');
    await card.getByRole('button', { name: 'Save the chart' }).click();
    await page.getByRole('menuitem', { name: 'SVG' }).click();
    const svg = await readFile(await (await saving).path(), 'utf8');
    const places = name => [...svg.matchAll(new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*>${name}</text>`, 'g'))].map(m => m.slice(1).map(Number));
    assert.deepEqual(['base', 'other'].map(name => places(name).length), [2, 2], 'at the end of the line, and in the legend');
    const [[baseX, baseY], [otherX, otherY]] = [places('base')[0], places('other')[0]];
    assert.equal(baseX, otherX);
    assert.ok(baseY > otherY, 'the greater value stands higher');
    const { width } = await card.locator('.plot').boundingBox();
    assert.ok(baseX > width * 0.7 && baseX < width, 'at the right');
  });
  // Lines that end at one place have room for one name only.
  await withPage(`${address.experiment(id)}?show=charts&find=epoch`, {}, async page => {
    const card = await drawn(page, 'epoch');
    await card.locator('.plot[data-lines="2"][data-labels="1"]').waitFor();
  });
});

test('runs that log faster than the server answers are drawn', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `fast-${Date.now()}` });
  const { run } = await api('runs/create', { experiment_id: id, run_name: 'fast', start_time: Date.now() });
  let step = 0;
  const log = () => api('runs/log-metric', { run_id: run.info.run_id, key: 'm', value: step, timestamp: Date.now(), step: step++ });
  await log();
  for (const hash of [`${address.experiment(id)}?show=charts`, address.run(id, run.info.run_id)])
    await withPage(address.home(), {}, async page => {
      // Each tick has something new, and each curve comes two ticks after it was asked for.
      let ticks = 0;
      page.on('response', r => /runs\/changes$/.test(r.url()) && ticks++);
      await page.route('**/runs/changes', async route => { await log(); await route.continue().catch(() => {}); });
      await page.route('**/metrics/series', async route => {
        const now = ticks;
        await until(() => ticks >= now + 2 || page.isClosed());
        await route.continue().catch(() => {}); // nobody may want it any more
      });
      await page.evaluate(to => { location.hash = to; }, hash);
      await page.locator('[data-metric="m"] [data-drawn="yes"]').waitFor();
      if (hash.includes('/runs/')) await page.getByTestId('metrics').locator('tr[data-key="m"] td').nth(5).getByText(/\d/).waitFor();
      const [drawn, points] = [step, () => page.locator('[data-metric="m"] [data-points]').first().getAttribute('data-points')];
      await until(async () => Number(await points()) >= drawn);
    });
});
