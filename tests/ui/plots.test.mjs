// The other views of runs: what they draw, what they filter, and that everybody can read them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { address, api, ids, upload, withPage } from './browser.mjs';
import { axe, fits } from './table.mjs';

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

/** A picture of one colour. */
function png(r, g, b) {
  const u32 = n => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  const table = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce(c => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0);
  const crc = data => (data.reduce((c, byte) => table[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    return Buffer.concat([u32(data.length), body, u32(crc(body))]);
  };
  const row = Buffer.from([0, ...Array.from({ length: 16 }).flatMap(() => [r, g, b])]);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', Buffer.concat([u32(16), u32(12), Buffer.from([8, 2, 0, 0, 0])])), chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: 12 }, () => row)))), chunk('IEND', Buffer.alloc(0))]);
}

const at = (show, more = {}) => `${address.experiment(sweep.experiment)}?${new URLSearchParams({ show, ...more })}`;
const plot = page => page.getByTestId('plot');
const drawn = page => page.waitForSelector('[data-testid="plot"][data-done="yes"]');
const member = (page, name) => page.evaluate(n => new URLSearchParams(location.hash.split('?')[1]).get(n), name);
const counted = (page, text) => page.getByTestId('drawn').filter({ hasText: text }).waitFor();

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
  const bytes = await readFile(await file.path());
  return { name: file.suggestedFilename(), bytes, lines: () => bytes.toString().replace(/^\ufeff/, '').trim().split('\r\n') };
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
    assert.ok((await page.evaluate(() => location.hash)).endsWith(sweep.runs[23]));

    await page.goBack();
    await drawn(page);
    const box = await plot(page).boundingBox();
    const tip = page.locator('.plot-tip');
    let y = box.y + 60;
    while (!(await tip.isVisible()) && y < box.y + box.height) await page.mouse.move(box.x + box.width / 2, (y += 5));
    // The tip may be that of the move before: what it says two frames after the last one is of this place.
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const name = await tip.locator('b').innerText();
    await page.mouse.click(box.x + box.width / 2, y);
    await page.getByRole('heading', { name }).waitFor();
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
    const csv = (await exported(page, 'CSV')).lines();
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

test('scatter: a box is two clauses, a lasso names its runs', async () => {
  await withPage(at('scatter'), {}, async page => {
    await drawn(page);
    await counted(page, `${RUNS - 1} of ${RUNS} runs drawn`); // one has NaN for its accuracy
    assert.equal(await page.getByRole('combobox', { name: 'X axis' }).inputValue(), 'params.lr');
    assert.equal(await page.getByRole('combobox', { name: 'Y axis' }).inputValue(), 'metrics.acc');
    assert.ok(await page.getByRole('checkbox', { name: 'Log x' }).isChecked());
    await axe(page, 'scatter');
    const [width, height] = [await widthOf(page), await heightOf(page)];
    await dragOn(page, [80, 15], [width / 2, height - 70]); // the left half
    await page.waitForFunction(() => location.hash.includes('BETWEEN'));
    assert.match(await member(page, 'filter'), /^params\.lr BETWEEN 0\.000\d* AND 0\.00\d+ AND metrics\.acc BETWEEN /);
    const text = await page.getByTestId('count').filter({ hasNotText: `${RUNS} runs` }).innerText();
    const found = Number(/^(\d+) runs/.exec(text)[1]);
    assert.ok(found >= 9 && found <= 14, text);
    await counted(page, `${found} of ${found} runs drawn`);
    await page.goBack();
    await counted(page, `${RUNS - 1} of`);
    await drawn(page);

    await page.getByRole('checkbox', { name: 'Lasso' }).check();
    const box = await plot(page).boundingBox();
    const corner = [box.x + box.width - 20, box.y + 14];
    await page.mouse.move(...corner);
    await page.mouse.down();
    for (const [dx, dy] of [[-220, 0], [-220, 160], [0, 160], [0, 5]]) await page.mouse.move(corner[0] + dx, corner[1] + dy, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => location.hash.includes('run_id'));
    const ids = [...(await member(page, 'filter')).matchAll(/[0-9a-f]{32}/g)].map(m => m[0]);
    assert.ok(ids.length > 0 && ids.every(id => sweep.runs.slice(12).includes(id)), 'the best ones are in that corner');
    await counted(page, `${ids.length} of ${ids.length} runs drawn`);
  });
});

test('scatter: size, colour, trend and axes are in the address; what has no value says so', async () => {
  await withPage(at('scatter', { px: 'metrics.loss', py: 'metrics.acc', pc: 'params.optimizer', ps: 'params.depth', trend: '1' }), {}, async page => {
    await drawn(page);
    await counted(page, 'R² = 1'); // both go evenly
    assert.equal(await page.getByRole('combobox', { name: 'Size' }).inputValue(), 'params.depth');
    await plot(page).hover({ position: { x: 200, y: 60 } });
    await page.getByRole('combobox', { name: 'Y axis' }).selectOption('info.duration');
    await page.getByText(/No run has a value of both Duration|No run has a value of both loss and Duration/).waitFor(); // none has ended
    assert.equal(await member(page, 'py'), 'info.duration');
    await axe(page, 'nothing');
  });
});

test('bars: each run, or the mean of a group; a group is a click away', async () => {
  await withPage(at('bar'), {}, async page => {
    await drawn(page);
    await counted(page, `${RUNS - 1} of ${RUNS} runs drawn`);
    assert.equal(await plot(page).getAttribute('data-drawn'), String(RUNS - 1), 'a bar for each run that has a value');
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('params.optimizer');
    await counted(page, '3 groups');
    await drawn(page);
    await axe(page, 'bars');
    const csv = (await exported(page, 'CSV')).lines();
    assert.equal(csv[0], 'optimizer,Runs,mean,std. dev.,min,max');
    // rmsprop has runs 2, 5, 8 … 23, of which 5 has no value.
    const values = [2, 8, 11, 14, 17, 20, 23].map(i => 0.5 + i / 60);
    const mean = values.reduce((a, b) => a + b) / 7;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / 6);
    const row = csv.find(line => line.startsWith('rmsprop')).split(',').map(Number);
    assert.equal(row[1], 7);
    assert.ok(Math.abs(row[2] - mean) < 1e-9 && Math.abs(row[3] - std) < 1e-9, `${row}`);
    assert.match(csv[1], /^rmsprop/, 'the greatest mean first');
    await plot(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByText(`${RUNS / 3} runs`, { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), "params.optimizer IN ('rmsprop')");
  });
});

test('boxes have the quartiles of their groups', async () => {
  await withPage(at('box', { pg: 'params.optimizer', py: 'metrics.loss' }), {}, async page => {
    await drawn(page);
    await counted(page, `${RUNS} of ${RUNS} runs drawn · 3 groups`);
    const csv = (await exported(page, 'CSV')).lines().map(line => line.split(','));
    const adam = csv.find(line => line[0] === 'adam').slice(1).map(Number);
    // loss is 2 - i / 20 of i = 0, 3, … 21
    for (const [i, want] of [8, 0.95, 1.2125, 1.475, 1.7375, 2].entries()) assert.ok(Math.abs(adam[i] - want) < 1e-9, `${adam}`);
    await plot(page).hover({ position: { x: 300, y: 76 } });
    await page.locator('.plot-tip').waitFor();
    await axe(page, 'boxes');
  });
});

test('contours: a surface between the runs, read at any place', async () => {
  await withPage(at('contour', { px: 'params.lr', py: 'params.depth' }), {}, async page => {
    await drawn(page);
    await counted(page, `${RUNS - 1} of ${RUNS} runs drawn`);
    const coloured = await plot(page).locator('canvas').first().evaluate(canvas => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      for (let i = 0; i < data.length; i += 4 * 97) if (data[i + 3] > 250) colours.add(`${data[i] >> 3} ${data[i + 1] >> 3} ${data[i + 2] >> 3}`);
      return colours.size;
    });
    assert.ok(coloured > 12, `${coloured} colours`);
    const box = await plot(page).boundingBox();
    await page.mouse.move(box.x + box.width / 2 + 7, box.y + box.height / 2 - 21);
    await page.locator('.plot-tip').waitFor();
    await axe(page, 'contour');
  });
});

test('importance: what goes with a metric, the closest first, and a way to see it', async () => {
  await withPage(at('importance'), {}, async page => {
    const rows = page.getByTestId('importance').locator('tbody tr');
    await rows.first().waitFor();
    assert.deepEqual(await rows.first().locator('th, td').allInnerTexts().then(all => [all[0], all[1], all[3], all[4]]), ['lr', '+1', 'Spearman (ρ)', String(RUNS - 1)]);
    assert.deepEqual((await rows.locator('th').allInnerTexts()).sort(), ['depth', 'lr', 'optimizer'], 'what is the same everywhere relates to nothing');
    assert.match(await rows.filter({ hasText: 'optimizer' }).innerText(), /groups/);
    await axe(page, 'importance');
    await page.getByRole('checkbox', { name: 'Other metrics too' }).check();
    await rows.filter({ hasText: /^loss/ }).getByText('-1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'loss', exact: true }).click();
    await drawn(page);
    assert.deepEqual([await member(page, 'show'), await member(page, 'px'), await member(page, 'py')], ['scatter', 'metrics.loss', 'metrics.acc']);
  });
});

test('gallery: pictures by key, run and step; arrows step; two runs are laid over each other', async () => {
  const [a, b] = sweep.runs.slice(-2);
  for (const [run, shade] of [[a, 40], [b, 90]])
    for (const step of run === a ? [0, 10, 20] : [0, 20]) await upload(sweep.experiment, run, `images/val~faces+step+${step}+timestamp+1790000000000+0123abcd-0000-4000-8000-${String(step).padStart(12, '0')}.png`, png(shade, step * 10, 128));
  await upload(sweep.experiment, a, 'plots/confusion.png', png(1, 2, 3));
  await withPage(at('gallery'), {}, async (page, { requests }) => {
    const shelf = page.getByRole('region', { name: 'val/faces' });
    await shelf.locator('[data-loaded="yes"]').nth(1).waitFor();
    await page.getByRole('region', { name: 'plots/confusion.png' }).getByRole('img', { name: 'plots/confusion.png, sweep-22' }).waitFor();
    assert.equal(await shelf.getByRole('img').count(), 2);
    await shelf.getByRole('img', { name: 'val/faces, sweep-22, Step 20' }).waitFor();
    const listings = requests.filter(r => r.url().includes('artifacts/list')).length;
    assert.equal(listings, 13, 'ten runs, and three folders in them');
    await page.getByText('10 of 24 runs').waitFor();
    await page.getByText('13 folders read').waitFor();
    await axe(page, 'gallery');

    await page.getByRole('group', { name: /arrow keys/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await shelf.getByRole('img', { name: 'val/faces, sweep-22, Step 10' }).waitFor();
    await shelf.getByRole('img', { name: 'val/faces, sweep-23, Step 0' }).waitFor(); // it has none at 10: the one before
    assert.equal(await member(page, 'gstep'), '10');
    await page.reload();
    await shelf.getByRole('img', { name: 'val/faces, sweep-22, Step 10' }).waitFor();

    await page.getByRole('button', { name: 'Difference', exact: true }).click();
    await page.getByRole('combobox', { name: 'A', exact: true }).selectOption({ label: 'sweep-22' });
    assert.equal((await member(page, 'gpair')).split(',')[0], a);
    const over = page.getByTestId('over');
    await over.locator('[data-loaded="yes"]').nth(1).waitFor();
    assert.equal(await over.count(), 1, 'one key is in both of them');
    assert.equal(await over.locator('.gallery-upper').evaluate(e => getComputedStyle(e).mixBlendMode), 'difference');
    // Another pair while the pictures of the last one are still being read: none of them is taken for broken, nor sought where it is no more.
    const side = page.getByRole('combobox', { name: 'A', exact: true });
    await side.evaluate(async (select, names) => {
      for (let i = 0; i < 40; i++) {
        select.value = [...select.options].find(o => o.text === names[i % 2]).value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        for (let frames = i % 4; frames--; ) await new Promise(requestAnimationFrame);
      }
    }, ['sweep-23', 'sweep-22']);
    await over.locator('[data-loaded="yes"]').nth(1).waitFor();
    assert.deepEqual(await over.getByRole('img').evaluateAll(all => Promise.all(all.map(i => i.decode().then(() => i.naturalWidth)))), [16, 16]);
    await page.getByRole('button', { name: 'Blend' }).click();
    await page.getByRole('slider', { name: /How much/ }).fill('25');
    await page.waitForFunction(() => document.querySelector('.gallery-upper').style.opacity === '0.25');
    await axe(page, 'blend');
    await page.getByRole('button', { name: 'Blink', exact: true }).click();
    await page.getByRole('button', { name: 'Stop blinking' }).click();
    const before = await page.locator('.gallery-upper').evaluate(e => e.style.opacity);
    await page.getByRole('button', { name: /^Show [AB]$/ }).click();
    await page.waitForFunction(was => document.querySelector('.gallery-upper').style.opacity !== was, before);
    await page.getByRole('combobox', { name: 'Images' }).selectOption('plots/confusion.png');
    await page.getByText('No image is in both of these runs').waitFor();
    await page.getByRole('button', { name: 'Side by side' }).click();
    await page.getByRole('img', { name: 'plots/confusion.png, sweep-22' }).click();
    await page.waitForFunction(id => location.hash.endsWith(`${id}/artifacts/plots/confusion.png`), a);
  });
});

test('a gallery without pictures says how to log one', async () => {
  await withPage(`${address.experiment(ids.many.experiment)}?show=gallery`, { colorScheme: 'dark', locale: 'ja-JP' }, async page => {
    await page.getByText('mlflow.log_image').waitFor();
    await axe(page, 'no pictures');
  });
});

test('every view is readable on the dark, in Japanese and on a phone', async () => {
  const all = ['parallel', 'scatter', 'bar', 'box', 'contour'];
  const views = { 'ja-JP': ['平行座標', '散布図', '棒グラフ', '箱ひげ図', '等高線'], 'en-US': ['Parallel coordinates', 'Scatter', 'Bars', 'Boxes', 'Contours'] };
  for (const [locale, options] of [['ja-JP', { colorScheme: 'dark' }], ['en-US', { width: 390, height: 800 }]])
    await withPage(at(all[0]), { locale, ...options }, async page => {
      for (const [i, show] of all.entries()) {
        await page.evaluate(hash => (location.hash = hash), at(show));
        await page.locator(`section.plot-view[aria-label="${views[locale][i]}"]`).waitFor();
        await drawn(page);
        assert.ok((await inked(page)) > 2000, show);
        await axe(page, `${show} ${locale}`);
        await fits(page);
      }
    });
});

test('runs that come are drawn, and those selected in the table stand out', async () => {
  const { experiment_id: fresh } = await api('experiments/create', { name: `coming-${Date.now()}` });
  const log = async i => {
    const { run } = await api('runs/create', { experiment_id: fresh, run_name: `n-${i}`, start_time: 1_790_000_000_000 + i });
    await api('runs/log-batch', { run_id: run.info.run_id, params: [{ key: 'x', value: String(i * 1.5) }], metrics: [{ key: 'y', value: i, timestamp: 1, step: 0 }] });
  };
  for (let i = 0; i < 4; i++) await log(i);
  await withPage(address.experiment(fresh), {}, async page => {
    await page.getByRole('checkbox', { name: 'Select n-1' }).check();
    await page.getByRole('checkbox', { name: 'Select n-2' }).check();
    await page.evaluate(hash => (location.hash = hash), `${address.experiment(fresh)}?show=scatter`);
    await counted(page, '4 of 4 runs drawn · 2 selected');
    await drawn(page);
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await counted(page, /^4 of 4 runs drawn$/);
    await log(4);
    await page.getByRole('button', { name: 'Refresh', exact: true }).click(); // what the pill of new runs does
    await counted(page, '5 of 5 runs drawn');
    await page.getByText('5 runs', { exact: true }).waitFor();
  });
});

test('with hardly any runs a chart still shows something', async () => {
  await withPage(`${address.experiment(ids.many.experiment)}?show=parallel`, {}, async page => {
    await drawn(page); // no metrics and no params: when they began, and how long they took
    await counted(page, '120 of 120 runs drawn');
    assert.ok((await inked(page)) > 500);
  });
});
