// The other views of runs: what they draw, what they filter, and that everybody can read them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { address, api, axeSource, ids, withPage } from './browser.mjs';

const RUNS = 24;
const sweep = { runs: [] };

before(async () => {
  sweep.experiment = (await api('experiments/create', { name: `sweep-${Date.now()}`, tags: [{ key: 'mlflow.experiment.primaryMetric.name', value: 'acc' }] })).experiment_id;
  for (let i = 0; i < RUNS; i++) {
    const { run } = await api('runs/create', { experiment_id: sweep.experiment, run_name: `sweep-${String(i).padStart(2, '0')}`, start_time: 1_790_000_000_000 + i * 60_000 });
    const params = [{ key: 'lr', value: (10 ** (-4 + i / 8)).toPrecision(3) }, { key: 'optimizer', value: ['adam', 'sgd', 'rmsprop'][i % 3] }, { key: 'depth', value: String(18 * (1 + (i % 4))) }, { key: 'same', value: '1' }];
    const metrics = [{ key: 'acc', value: i === 5 ? 'NaN' : 0.5 + i / 60, timestamp: 1, step: 0 }, { key: 'loss', value: 2 - i / 20, timestamp: 1, step: 0 }];
    await api('runs/log-batch', { run_id: run.info.run_id, params, metrics });
    sweep.runs.push(run.info.run_id);
  }
});

const at = (show, more = {}) => `${address.experiment(sweep.experiment)}?${new URLSearchParams({ show, ...more })}`;
const plot = page => page.getByTestId('plot');
const drawn = page => page.waitForSelector('[data-testid="plot"][data-done="yes"]');
const member = (page, name) => page.evaluate(n => new URLSearchParams(location.hash.split('?')[1]).get(n), name);
const counted = (page, text) => page.getByTestId('drawn').filter({ hasText: text }).waitFor();

async function axe(page, where) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map(v => `${where}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`), []);
}

/** How many pixels of the chart are not of its ground. */
const inked = page => plot(page).locator('canvas').first().evaluate(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 20) n++;
  return n;
});

async function dragOn(page, from, to) {
  const box = await plot(page).boundingBox();
  await page.mouse.move(box.x + from[0], box.y + from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + (from[0] + to[0]) / 2, box.y + (from[1] + to[1]) / 2);
  await page.mouse.move(box.x + to[0], box.y + to[1]);
  await page.mouse.up();
}

const widthOf = async page => (await plot(page).boundingBox()).width;
const heightOf = async page => (await plot(page).boundingBox()).height;

/** The file that a click on the export menu makes. */
async function exported(page, kind) {
  await page.getByTestId('plot-export').click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: kind, exact: true }).click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('parallel coordinates: a mark on an axis is a clause of the filter, and the other runs stay', async () => {
  await withPage(at('parallel'), {}, async page => {
    await drawn(page);
    await counted(page, `${RUNS} of ${RUNS} runs drawn`);
    assert.equal(await plot(page).getAttribute('data-drawn'), String(RUNS));
    assert.ok((await inked(page)) > 5000);
    const axes = await page.getByRole('list', { name: 'Axes' }).getByRole('button').allInnerTexts();
    assert.deepEqual(axes.map(s => s.trim()), ['optimizer', 'depth', 'lr', 'loss', 'acc'], 'what varies, then the metrics; the named one last');
    await axe(page, 'parallel');

    // The upper half of the last axis, which is that of acc.
    const [width, height] = [await widthOf(page), await heightOf(page)];
    await dragOn(page, [width - 50, 30], [width - 50, 34 + (height - 90) / 2]);
    await page.waitForFunction(() => location.hash.includes('BETWEEN'));
    const filter = await member(page, 'filter');
    assert.match(filter, /^metrics\.acc BETWEEN 0\.\d+ AND 0\.\d+$/);
    const found = Number(/^(\d+) runs/.exec(await page.getByTestId('count').filter({ hasNotText: `${RUNS} runs` }).innerText())[1]);
    assert.ok(found > 5 && found < RUNS - 5, `${found}`);
    await counted(page, `${RUNS} of ${RUNS} runs drawn · ${found} within`);
    await page.getByRole('list', { name: 'Conditions' }).getByRole('button', { name: /metrics\.acc BETWEEN/ }).first().waitFor();

    // A second mark on the same axis takes the place of the first.
    await drawn(page);
    await dragOn(page, [width - 50, 30], [width - 50, 34 + (height - 90) / 4]);
    await page.waitForFunction(old => !location.hash.includes(encodeURIComponent(old).replace(/%20/g, '+')), filter);
    const second = await member(page, 'filter');
    assert.equal(second.match(/BETWEEN/g).length, 1, second);
    await page.goBack();
    await counted(page, `${found} within`);

    await page.getByRole('button', { name: 'Axis acc' }).click();
    await page.getByRole('menuitem', { name: 'Clear the range' }).click();
    await page.getByText(`${RUNS} runs`, { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), null);
  });
});

test('parallel coordinates: axes are ordered, added and removed, by the mouse and by the keyboard, and the address has them', async () => {
  await withPage(at('parallel', { axes: 'params.lr,params.optimizer,metrics.acc' }), {}, async page => {
    await drawn(page);
    const width = await widthOf(page);
    await dragOn(page, [width - 60, 14], [4, 14]); // the name of the last axis, to the front
    await page.waitForFunction(() => location.hash.includes('axes=metrics.acc%2Cparams.lr%2Cparams.optimizer'));
    await page.getByRole('button', { name: 'Axis lr' }).press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('axes=metrics.acc%2Cparams.optimizer%2Cparams.lr'));
    await page.getByRole('combobox', { name: 'Add axis' }).selectOption('metrics.loss');
    assert.equal(await member(page, 'axes'), 'metrics.acc,params.optimizer,params.lr,metrics.loss');
    await page.getByRole('button', { name: 'Axis lr' }).click();
    await page.getByRole('menuitemradio', { name: 'Log scale', checked: true }).click();
    assert.equal(await member(page, 'scales'), 'params.lr:linear');
    await page.reload();
    await drawn(page);
    await page.getByRole('button', { name: 'Axis lr' }).click();
    await page.getByRole('menuitemradio', { name: 'Log scale', checked: false }).waitFor();
    await page.keyboard.press('Escape');
    await axe(page, 'four axes');
  });
});

test('what is under the pointer is named and opens, and the keyboard walks the runs', async () => {
  await withPage(at('parallel', { axes: 'params.lr,metrics.acc' }), {}, async page => {
    await drawn(page);
    await plot(page).focus();
    await page.keyboard.press('End');
    const said = page.getByRole('status').filter({ hasText: 'sweep-' });
    await said.waitFor({ state: 'attached' });
    assert.equal(await said.innerText(), 'sweep-05: lr 0.000422, acc –', 'from the best to the one without a value');
    await page.keyboard.press('Home');
    await said.filter({ hasText: 'sweep-23' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /\/runs\/[0-9a-f]{32}$/.test(location.hash));
  });
});

test('a chart is a picture, a drawing, a table and a file', async () => {
  await withPage(at('parallel'), {}, async page => {
    await drawn(page);
    const png = await exported(page, 'PNG');
    assert.equal(png.name, 'parallel.png');
    assert.equal(png.bytes.toString('latin1', 1, 4), 'PNG');
    assert.ok(png.bytes.length > 10_000);
    const svg = (await exported(page, 'SVG')).bytes.toString();
    assert.match(svg, /^<svg [^>]+>/);
    assert.match(svg, />acc<\/text>/);
    const csv = (await exported(page, 'CSV')).bytes.toString().trim().split('\r\n');
    assert.equal(csv.length, RUNS + 1);
    assert.match(csv[0], /^Name,optimizer,depth,lr,loss,acc$/);
    assert.ok(csv.some(line => /^sweep-00,adam,18,0\.0001,2,0\.5$/.test(line)), csv.join('\n'));
    assert.ok(csv.some(line => /^sweep-05,.*,$/.test(line)), 'a run without a value has none in the file');
    await page.getByText('Data as a table').click();
    await page.getByRole('table').getByRole('row').nth(RUNS).waitFor();
    assert.match(await page.getByRole('table').getByRole('row').nth(1).innerText(), /^sweep-23/, 'the best run first');
    await axe(page, 'table');
  });
});

test('every view is readable on the dark, in Japanese and on a phone', async () => {
  for (const show of ['parallel']) {
    await withPage(at(show), { colorScheme: 'dark', locale: 'ja-JP' }, async page => {
      await drawn(page);
      assert.ok((await inked(page)) > 3000, show);
      await axe(page, `${show} dark ja`);
    });
    await withPage(at(show), { width: 390, height: 800 }, async page => {
      await drawn(page);
      await axe(page, `${show} phone`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${show}: the page is ${over} px too wide`);
    });
  }
});

test('with hardly any runs a chart still shows something', async () => {
  await withPage(`${address.experiment(ids.many.experiment)}?show=parallel`, {}, async page => {
    await drawn(page); // no metrics and no params: when they began, and how long they took
    await counted(page, '120 of 120 runs drawn');
    assert.ok((await inked(page)) > 500);
  });
});
