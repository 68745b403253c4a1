// What a person sees: the three pages, by the addresses that the client prints.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { address, api, curvePixels, ids, upload, url, withPage } from './browser.mjs';

const { check, vision, many, empty } = ids;
const full = (rest = '') => address.run(vision.experiment, vision.full, rest);

test('from the list to the experiment, to its run with foo and bar, to the run', async () => {
  await withPage(address.experiments(), {}, async page => {
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.getByRole('link', { name: check.title }).click();

    const table = page.getByTestId('runs');
    const row = table.getByRole('row').filter({ hasText: check.name });
    await row.waitFor();
    const titles = (await table.getByRole('columnheader').allInnerTexts()).map(t => t.trim());
    assert.deepEqual(['foo', 'bar'].filter(key => titles.includes(key)).length, 2, `columns: ${titles}`);
    const cells = (await row.getByRole('cell').allInnerTexts()).map(t => t.trim());
    assert.deepEqual(['foo', 'bar'].map(key => cells.at(titles.indexOf(key) - titles.length - 1)), ['1', '2']); // after the last column there is room
    assert.equal(await page.getByTestId('count').innerText(), '1 run');

    await row.getByRole('link', { name: check.name }).click();
    await page.getByRole('heading', { name: check.name, level: 1 }).waitFor();
    await page.waitForURL(u => u.href.endsWith(address.run(check.experiment, check.run)));
    await page.waitForFunction(title => document.title === title, `${check.name} · ${check.title} · Experiments · Cairn`);
    await page.getByText('Finished').first().waitFor();
    const metrics = page.getByTestId('metrics');
    for (const [key, value] of [['foo', '1'], ['bar', '2']]) {
      const line = (await metrics.getByRole('row').filter({ hasText: key }).innerText()).split(/\s+/);
      assert.deepEqual(line.slice(0, 3), [key, value, '0']);
      const card = page.locator(`[data-metric="${key}"]`);
      await card.locator('[data-drawn="yes"] canvas').waitFor();
      assert.ok((await curvePixels(card)) > 10, `${key} has a point`);
    }
    await page.getByText('This run has no artifacts.').waitFor();
  });
});

test('the links that the client prints open without a way through the list', async () => {
  await withPage(address.experiment(check.experiment), {}, async page => {
    await page.getByRole('heading', { name: check.title }).waitFor();
    await page.getByRole('link', { name: check.name }).waitFor();
  });
  await withPage(address.run(check.experiment, check.run), {}, async page => {
    await page.getByRole('heading', { name: check.name, level: 1 }).waitFor();
  });
});

test('a run shows params, metrics, tags in any script, and a curve for each metric', async () => {
  await withPage(full(), {}, async page => {
    await page.getByRole('heading', { name: 'trial-2', level: 1 }).waitFor();
    const params = page.getByRole('table', { name: 'Parameters' });
    for (const [key, value] of [['lr', '0.001'], ['optimizer', 'adam'], ['epochs', '40'], ['モデル', 'ResNet-50']]) {
      assert.deepEqual((await params.getByRole('row').filter({ hasText: key }).innerText()).split(/\s+/).filter(Boolean), [key, value]);
    }
    const tags = page.getByRole('table', { name: 'Tags' });
    assert.match(await tags.innerText(), /stage\s+demo[\s\S]*担当\s+花子/);
    assert.ok(!(await tags.innerText()).includes('mlflow.'), 'system tags are hidden');
    await page.getByRole('button', { name: /^Show \d+ system tags/ }).click();
    assert.match(await tags.innerText(), /mlflow\.user\s+hanako/);

    for (const key of ['train/loss', 'val/accuracy', '精度', 'odd/values', 'long/curve', 'system/cpu_utilization_percentage']) {
      const card = page.locator(`[data-metric="${key}"]`);
      await card.scrollIntoViewIfNeeded();
      await card.locator('[data-drawn="yes"] canvas').waitFor();
      assert.ok((await curvePixels(card)) > 10, `${key} is drawn`);
    }
    assert.match(await page.locator('[data-metric="train/loss"]').innerText(), /200 points/);
    assert.match(await page.locator('[data-metric="odd/values"]').innerText(), /7 points[\s\S]*2 NaN or infinite values left out/);
    const system = page.getByRole('region', { name: 'System metrics' });
    assert.equal(await system.locator('[data-metric]').count(), 1);
  });
});

test('a long curve says how it is drawn', async () => {
  await withPage(full(), {}, async page => {
    const card = page.locator('[data-metric="long/curve"]');
    await card.getByText(/^3,000 points in \d+ buckets, extremes kept$/).waitFor();
    assert.ok((await curvePixels(card)) > 100);
  });
});

test('axes of curves are chosen, and are part of the address', async () => {
  await withPage(full(), {}, async page => {
    const section = page.getByRole('region', { name: 'Metrics', exact: true });
    const card = page.locator('[data-metric="odd/values"]');
    await card.locator('canvas').waitFor();
    await section.getByLabel('Log y').check();
    await card.getByText('2 points ≤ 0 not on a log scale').waitFor();
    await section.getByRole('button', { name: 'Wall time' }).click();
    await page.locator('[data-metric="train/loss"] [data-drawn="yes"] canvas').waitFor();
    await page.waitForURL(u => /x=wall/.test(u.hash) && /ylog=1/.test(u.hash));
    await page.reload();
    assert.equal(await section.getByRole('button', { name: 'Wall time' }).getAttribute('aria-pressed'), 'true');
    assert.ok(await section.getByLabel('Log y').isChecked());
  });
});

test('notes are Markdown that can do no harm', async () => {
  await withPage(full(), {}, async page => {
    const notes = page.getByRole('region', { name: 'Notes' });
    assert.equal(await notes.locator('strong').innerText(), 'Keep.');
    const plan = notes.getByRole('link', { name: 'plan' });
    assert.deepEqual([await plan.getAttribute('href'), await plan.getAttribute('rel')], ['https://example.invalid/plan', 'noopener noreferrer']);
    assert.equal(await notes.getByRole('link', { name: 'pic' }).count(), 1, 'a picture of another origin is a link');
    assert.equal(await notes.locator('b').innerText(), 'kept once=1');
    assert.equal(await notes.locator('img, script, [style], [onclick]').count(), 0);
    assert.equal(await page.evaluate(() => window.harm), undefined);
  });
});

test('artifacts: a tree, and a look into text, json, csv, markdown and pictures', async () => {
  await withPage(full('/artifacts'), {}, async page => {
    const box = page.getByRole('region', { name: 'Artifacts' });
    const choose = name => box.getByRole('treeitem', { name });
    await choose('notes').click();
    await choose(/hello\.txt/).click();
    await box.getByTestId('text').getByText('日本語の行').waitFor();
    await page.waitForURL(/\/artifacts\/notes\/hello\.txt$/);

    await choose(/report\.md/).click();
    await box.getByRole('heading', { name: 'Report', exact: true }).waitFor();
    await box.getByLabel('As text').check();
    await box.getByTestId('text').getByText('# Report').waitFor();

    await choose(/config\.json/).click();
    await box.getByTestId('value').getByText('nested').waitFor();

    await choose('tables').click();
    await choose(/history\.csv/).click();
    await box.getByRole('columnheader', { name: 'remark' }).waitFor();
    assert.deepEqual(await box.getByRole('table').getByRole('cell').allInnerTexts(), ['1', '0.5', 'a, b', '2', '0.25', 'say "hi"']);

    await choose('images').click();
    await choose(/gradient\.png/).click();
    await box.getByText('64 × 40').waitFor();

    await choose(/page\.html/).click();
    await page.frameLocator('iframe.document').frameLocator('iframe').getByRole('heading', { name: 'not run' }).waitFor();
    await choose(/weights\.bin/).click();
    await box.getByText('Not a text. The first 4096 bytes:').waitFor();
    assert.equal(await page.evaluate(() => window.harm), undefined);
  });
});

test('a large file is read in parts', async () => {
  await withPage(full('/artifacts/big.log'), {}, async (page, { requests }) => {
    const box = page.getByRole('region', { name: 'Artifacts' });
    await box.getByText('The first 256 KiB of 2.0 MiB.').waitFor();
    await box.getByTestId('text').getByText('0123456789abcdef').first().waitFor();
    const asked = requests.filter(r => r.url().endsWith('/big.log'));
    assert.deepEqual(asked.map(r => r.headers().range), ['bytes=0-262143']);
    await box.getByRole('button', { name: 'Load more' }).click();
    await box.getByText('The first 1.0 MiB of 2.0 MiB.').waitFor();
  });
});

test('a file is downloaded under its own name, byte for byte', async () => {
  await withPage(full(`/artifacts/${encodeURIComponent('フォルダ')}/${encodeURIComponent('結果 + 100%.txt')}`), {}, async page => {
    await page.getByTestId('text').getByText('unicode name').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('chosen').getByRole('link', { name: 'Download' }).click()]);
    assert.equal(download.suggestedFilename(), '結果 + 100%.txt');
    assert.equal(readFileSync(await download.path(), 'utf8'), 'unicode name\n');
  });
  await withPage(full('/artifacts/weights.bin'), {}, async page => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('chosen').getByRole('link', { name: 'Download' }).click()]);
    assert.deepEqual(readFileSync(await download.path()), Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256)));
  });
});

test('the addresses of MLflow for parts of a run lead to the part', async () => {
  for (const [rest, section] of [['/system-metrics', 'System metrics'], ['/artifacts/tables/history.csv', 'Artifacts']]) {
    await withPage(full(rest), {}, async page => {
      const region = page.getByRole('region', { name: section, exact: true });
      await region.waitFor();
      await page.waitForFunction(name => {
        const h = [...document.querySelectorAll('h2')].find(e => e.textContent === name);
        const { top } = h.getBoundingClientRect();
        return top >= 44 && top < innerHeight * 0.6;
      }, section);
    });
  }
});

test('the runs table: columns that say something, numbers to the right, nested and failed runs told apart', async () => {
  await withPage(`${address.experiment(vision.experiment)}?tree=0`, {}, async page => {
    const table = page.getByTestId('runs');
    await table.getByRole('link', { name: 'trial-0' }).waitFor();
    assert.equal(await page.getByTestId('count').innerText(), '5 runs');
    const titles = (await table.getByRole('columnheader').allInnerTexts()).map(t => t.trim());
    for (const title of ['train/loss', 'val/accuracy', '精度', 'lr', 'optimizer', 'モデル']) assert.ok(titles.includes(title), `${title} in ${titles}`);
    assert.ok(!titles.includes('system/cpu_utilization_percentage'), 'system metrics are not shown unasked');
    const row = name => table.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    assert.match(await row('trial-1').innerText(), /Failed/);
    assert.match(await row('child-of-trial').innerText(), /Nested run/);
    assert.match(await row('still-running').innerText(), /Running/);
    assert.match(await row('trial-2').innerText(), /3 min 20 s[\s\S]*hanako/);
    const cell = row('trial-2').getByRole('cell', { name: '0.001' });
    assert.equal(await cell.evaluate(e => getComputedStyle(e).textAlign), 'end');
    assert.match(await row('trial-2').locator('time').first().getAttribute('title'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n.* UTC$/);
  });
});

test('the server sorts', async () => {
  await withPage(address.experiment(vision.experiment), {}, async (page, { requests }) => {
    const table = page.getByTestId('runs');
    const order = async () => (await table.locator('tbody a').allInnerTexts()).filter(n => n.startsWith('trial'));
    const header = table.getByRole('columnheader', { name: /精度/ });
    const click = async direction => {
      const [answer] = await Promise.all([page.waitForResponse(r => r.url().endsWith('/runs/query') && r.request().postData().includes('精度')), header.getByRole('button').first().click()]);
      assert.ok(answer.ok());
      await page.waitForFunction(d => document.querySelector(`th[aria-sort="${d}"]`)?.textContent.includes('精度') && !document.querySelector('.stale'), direction);
    };
    await header.waitFor();
    await click('descending');
    assert.deepEqual(await order(), ['trial-2', 'trial-1', 'trial-0']);
    await click('ascending');
    assert.deepEqual(await order(), ['trial-0', 'trial-1', 'trial-2']);
    assert.ok(requests.some(r => r.postData()?.includes('metrics.`精度` ASC')));
  });
});

test('a filter is kept in the address, and what the server says about a bad one is shown', async () => {
  await withPage(address.experiment(vision.experiment), { expected: [/status of 400/] }, async page => {
    const box = page.getByRole('combobox', { name: 'Filter runs' });
    await box.fill("params.optimizer = 'adam' AND metrics.`精度` > 0.65");
    await box.press('Enter');
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.deepEqual(await page.getByTestId('runs').locator('tbody a').allInnerTexts(), ['trial-2']);
    await page.reload();
    await page.getByText('1 run', { exact: true }).waitFor();

    await box.fill('nonsense >> 1');
    await box.press('Enter');
    const message = page.locator('#filter-error');
    await message.waitFor();
    const said = await fetch(`${url}ajax-api/2.0/mlflow/runs/search`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ experiment_ids: [vision.experiment], filter: 'nonsense >> 1' }),
    }).then(r => r.json());
    assert.ok(said.message.length > 10);
    assert.ok((await message.innerText()).startsWith(`This filter cannot be read\n${said.message.slice(0, 20)}`));
    assert.equal(await box.getAttribute('aria-invalid'), 'true');

    await box.fill("params.optimizer = 'none'");
    await box.press('Enter');
    await page.getByText('No run matches this filter.').waitFor();
    await page.goBack();
    await message.waitFor();
  });
});

test('the count is exact, and rows come as they are scrolled to', async () => {
  await withPage(address.experiment(many.experiment), {}, async page => {
    await page.getByText('120 runs', { exact: true }).waitFor();
    const rows = page.getByTestId('rows');
    await rows.getByRole('link', { name: 'row-000' }).waitFor();
    assert.ok((await rows.locator('tr').count()) < 60, 'only what is seen is drawn');
    await page.locator('.runs-box').evaluate(box => { box.scrollTop = box.scrollHeight; });
    await rows.getByRole('link', { name: 'row-119' }).waitFor();
    assert.equal(await rows.getByRole('link', { name: 'row-000' }).count(), 0);
    assert.equal(await rows.locator('tr').last().getAttribute('aria-rowindex'), '121');
    assert.equal(await page.getByTestId('runs').getAttribute('aria-rowcount'), '121');
  });
});

test('runs of all experiments are one list, and an experiment is a filter', async () => {
  await withPage('#/runs', {}, async page => {
    const rows = page.getByTestId('rows');
    await rows.getByRole('link', { name: 'many-runs' }).first().waitFor();
    const box = page.getByRole('combobox', { name: 'Filter runs' });
    await box.fill("params.lr < 0.05 OR metrics.foo = 1");
    await box.press('Enter');
    await page.getByText('3 runs', { exact: true }).waitFor();
    await rows.getByRole('link', { name: check.name }).waitFor();
    await rows.getByRole('link', { name: 'trial-1' }).waitFor();
    await page.goto(`${url}#/compare-experiments/s?experiments=["${check.experiment}"]`);
    await page.getByText('1 run', { exact: true }).waitFor();
  });
});

test('all that a filter finds is changed at once', async () => {
  await withPage(`${address.experiment(many.experiment)}?filter=${encodeURIComponent("attributes.run_name LIKE 'row-11%'")}`, {}, async page => {
    await page.getByText('10 runs', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all runs found' }).check();
    await page.getByRole('checkbox', { name: 'Select row-112' }).uncheck();
    const bar = page.getByRole('region', { name: 'Selection' });
    await bar.getByText('9 runs selected').waitFor();
    await bar.getByRole('button', { name: 'Tag' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change 9 runs' });
    await dialog.getByLabel('Name').fill('seen');
    await dialog.getByLabel('Value').fill('yes');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('9 runs were changed.').waitFor();
  });
  const found = await api('runs/search', { experiment_ids: [many.experiment], filter: "tags.seen = 'yes'", max_results: 50 });
  assert.equal(found.runs.length, 9);
});

test('the runs of a table are drawn together, the selected ones alone, and a zoom fetches finer points', async () => {
  await withPage(`${address.experiment(vision.experiment)}?tree=0`, {}, async (page, { requests }) => {
    await page.getByRole('button', { name: 'Table and charts', exact: true }).click();
    await page.getByText('5 of 5 runs drawn').waitFor();
    const card = name => page.locator(`.compare-card[data-metric="${name}"]`);
    await card('long/curve').locator('.plot[data-drawn="yes"][data-lines="1"]').waitFor();
    await card('val/accuracy').scrollIntoViewIfNeeded(); // curves are fetched when they are looked at
    await card('val/accuracy').locator('.plot[data-drawn="yes"][data-lines="3"]').waitFor();
    assert.deepEqual((await card('val/accuracy').locator('.legend a').allInnerTexts()).sort(), ['trial-0', 'trial-1', 'trial-2']);
    await page.getByRole('checkbox', { name: 'Select trial-0' }).check();
    await page.getByRole('checkbox', { name: 'Select trial-2' }).check();
    await page.getByText('2 of 5 runs drawn').waitFor();
    await card('val/accuracy').locator('.plot[data-lines="2"]').waitFor();

    const over = card('long/curve').locator('.u-over');
    await card('long/curve').scrollIntoViewIfNeeded();
    await over.waitFor();
    const { x, y, width, height } = await over.boundingBox();
    const finer = page.waitForRequest(r => r.url().endsWith('/metrics/series') && r.postDataJSON().metric_keys.includes('long/curve') && r.postDataJSON().from_step > 0);
    await page.mouse.move(x + width * 0.4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.45, y + height / 2, { steps: 4 });
    await page.mouse.up();
    const asked = (await finer).postDataJSON();
    assert.ok(asked.from_step > 1000 && asked.to_step < 1700, `${asked.from_step} to ${asked.to_step}`);
    await card('long/curve').locator('.plot[data-width="0"]').waitFor(); // every point of the part is given
    assert.ok(requests.every(r => !r.url().includes('get-history')));
    await page.waitForURL(/show=split/);
  });
});

test('a metric is shown with its least and greatest value, and sorted by it', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    const header = name => page.getByTestId('runs').getByRole('columnheader', { name, exact: true });
    await header('train/loss').waitFor();
    await page.getByTestId('columns').click();
    await page.getByTestId('picker').getByRole('button', { name: 'train/loss min' }).click();
    await header('train/loss min').waitFor();
    await Promise.all([page.waitForResponse(r => r.url().endsWith('/runs/query') && r.request().postData().includes('min(')), header('train/loss min').getByRole('button').first().click()]);
    await page.waitForFunction(() => document.querySelector('th[aria-sort="descending"]')?.textContent.includes('min') && !document.querySelector('.stale'));
    await page.waitForURL(/sort=metrics\.train%2Floss%40min%3Adesc/);
    const cells = await page.getByTestId('runs').evaluate(table => {
      const at = [...table.tHead.rows].at(-1).querySelector('[aria-sort="descending"]').cellIndex;
      return [...table.querySelectorAll('[data-testid="rows"] tr')].map(row => row.cells[at].textContent);
    });
    const values = cells.filter(c => c !== '–').map(Number);
    assert.ok(values.length >= 3 && values.every((v, i) => i === 0 || v <= values[i - 1]), `${cells}`);
    assert.ok(cells.slice(values.length).every(c => c === '–'), 'runs without the metric come last');
  });
});

test('columns are chosen, kept, and go back to automatic', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    const header = name => page.getByTestId('runs').getByRole('columnheader', { name });
    await header('train/loss').waitFor();
    await page.getByTestId('columns').click();
    const picker = page.getByTestId('picker');
    await picker.getByRole('checkbox', { name: 'system/cpu_utilization_percentage' }).check();
    await header('system/cpu_utilization_percentage').waitFor();
    await picker.getByRole('checkbox', { name: 'train/loss', exact: true }).uncheck();
    await picker.getByLabel('stage').check();
    await header('stage').waitFor();
    assert.equal(await header('train/loss').count(), 0);
    await page.goto(`${url}${address.experiments()}`);
    await page.getByRole('link', { name: vision.title }).click();
    await header('system/cpu_utilization_percentage').waitFor();
    await page.getByTestId('columns').click();
    await picker.getByRole('button', { name: 'Back to automatic' }).click();
    await header('train/loss').waitFor();
    assert.equal(await header('stage').count(), 0);
  });
});

test('rows are used with the keyboard', async () => {
  await withPage(`${address.experiment(vision.experiment)}?tree=0`, {}, async page => {
    const rows = page.getByTestId('rows').locator('tr');
    await rows.first().waitFor();
    await rows.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('1 run selected').waitFor();
    assert.match(await page.locator('tr.marked').innerText(), /trial-2/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'trial-2', level: 1 }).waitFor();
  });
});

test('experiments are found by name, in any case and script', async () => {
  await withPage(address.experiments(), {}, async page => {
    await page.getByRole('link', { name: check.title }).waitFor();
    const box = page.getByRole('searchbox', { name: 'Search by name' });
    await box.fill('VISION');
    await page.getByText('1 experiment', { exact: true }).waitFor();
    await page.getByRole('link', { name: vision.title }).waitFor();
    await page.waitForURL(/search=VISION/);
    assert.equal(await page.locator('.chip').innerText(), 'team 視覚');
    await box.fill("it's nowhere");
    await page.getByText("No experiment has “it's nowhere” in its name.").waitFor();
  });
});

test('what is empty says how to fill it', async () => {
  await withPage(address.experiment(empty.experiment), {}, async page => {
    const code = page.locator('pre');
    await code.waitFor();
    assert.match(await code.innerText(), /mlflow\.set_experiment\("nothing-here"\)/);
    assert.ok((await code.innerText()).includes(`mlflow.set_tracking_uri("${url.replace(/\/$/, '')}")`), await code.innerText());
  });
});

test('unknown addresses, experiments and runs say so', async () => {
  await withPage('#/nowhere/at/all', {}, async page => {
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.getByRole('link', { name: 'To the experiments' }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });
  await withPage(address.experiment('99999999'), { expected: [/status of 404/] }, async page => {
    await page.getByText('No Experiment with id=99999999 exists').waitFor();
  });
  await withPage(address.run(check.experiment, 'f'.repeat(32)), { expected: [/status of 404/] }, async page => {
    await page.getByText(`Run with id=${'f'.repeat(32)} not found`).waitFor();
  });
});

test('a page that cannot be drawn says so, and others can', async () => {
  await withPage(full(), { expected: [/TypeError/] }, async page => {
    await page.getByRole('heading', { name: 'trial-2', level: 1 }).waitFor();
    await page.route('**/runs/around*', route => route.fulfill({ json: { run: {} } }));
    await page.reload();
    await page.getByRole('heading', { name: 'This page could not be drawn.' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('heading', { name: 'All runs' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'This page could not be drawn.' }).waitFor();
    await page.unroute('**/runs/around*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'trial-2', level: 1 }).waitFor();
  });
});

test('a deleted run is shown as deleted', async () => {
  await withPage(address.run(vision.experiment, vision.deleted), {}, async page => {
    await page.getByText('This run is deleted.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Rename run' }).count(), 0);
  });
});

test('a nested run leads to its parent, and back', async () => {
  await withPage(address.run(vision.experiment, vision.child), {}, async page => {
    await page.getByRole('region', { name: 'Nested runs' }).getByRole('link', { name: 'trial-2' }).click();
    await page.getByRole('heading', { name: 'trial-2', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'Nested runs' }).getByRole('link', { name: 'child-of-trial' }).waitFor();
  });
});

test('a running run brings itself up to date', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `growing-${Date.now()}` });
  const run = (await api('runs/create', { experiment_id: id, run_name: 'growing', start_time: Date.now() })).run.info.run_id;
  const log = (value, step) => api('runs/log-metric', { run_id: run, key: 'train/loss', value, timestamp: Date.now(), step });
  await log(0.5, 0);
  await withPage(address.run(id, run), {}, async page => {
    await page.getByTestId('metrics').getByText('0.5').first().waitFor();
    const card = page.locator('[data-metric="train/loss"]');
    await card.getByText('1 point', { exact: true }).waitFor();
    const before = await curvePixels(card);
    await log(0.125, 1);
    await page.getByTestId('metrics').getByText('0.125').first().waitFor();
    await card.getByText('2 points', { exact: true }).waitFor();
    await card.locator('[data-points="2"] canvas').waitFor();
    for (let i = 0; (await curvePixels(card)) < before + 100; i++) {
      assert.ok(i < 100, 'a line is drawn to the new point');
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await upload(id, run, 'late.txt', 'late');
    await page.getByText('This run has no artifacts.').waitFor();
    await page.getByRole('button', { name: 'Refresh the list of artifacts' }).click();
    await page.getByRole('treeitem', { name: /late\.txt/ }).waitFor();
    await api('runs/update', { run_id: run, status: 'FAILED', end_time: Date.now() });
    await page.getByText('Failed').first().waitFor();
  });
});

test('a new run is announced, and a running one moves in the table', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `live-${Date.now()}` });
  const create = name => api('runs/create', { experiment_id: id, run_name: name, start_time: Date.now() });
  const first = (await create('first')).run.info.run_id;
  await withPage(address.experiment(id), {}, async page => {
    await page.getByRole('link', { name: 'first' }).waitFor();
    await api('runs/log-metric', { run_id: first, key: 'loss', value: 0.75, timestamp: Date.now(), step: 1 });
    await page.getByTestId('runs').getByRole('cell', { name: '0.75' }).waitFor();
    await create('second');
    await page.getByRole('button', { name: '1 new run' }).click();
    await page.getByRole('link', { name: 'second' }).waitFor();
    assert.equal(await page.getByTestId('count').innerText(), '2 runs');
  });
});

test('a tick of a table is of the runs that have changed, and a run that is deleted elsewhere goes', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: `ticks-${Date.now()}` });
  const runs = [];
  for (let i = 0; i < 60; i++) {
    const { run } = await api('runs/create', { experiment_id: id, run_name: `tick-${i}`, start_time: Date.now() - 100_000 + i });
    runs.push(run.info.run_id);
    await api('runs/log-batch', { run_id: run.info.run_id, params: [{ key: 'lr', value: String(i) }], metrics: [{ key: 'loss', value: i, timestamp: Date.now(), step: 0 }] });
  }
  await withPage(address.experiment(id), {}, async page => {
    const ticked = () => page.waitForResponse(/runs\/changes$/);
    await ticked(); // the first one catches up
    await page.getByRole('link', { name: 'tick-59', exact: true }).waitFor();
    await ticked();
    const box = page.locator('.table-box').first();
    await box.evaluate(b => b.scrollTo(0, 600));
    const ticks = [];
    page.on('response', response => /runs\/(query|changes)$/.test(response.url()) && ticks.push(response.text()));
    await api('runs/log-metric', { run_id: runs[40], key: 'loss', value: 0.4375, timestamp: Date.now(), step: 1 });
    await page.getByTestId('runs').getByRole('cell', { name: '0.4375' }).waitFor();
    const texts = await Promise.all(ticks);
    assert.ok(texts.some(text => JSON.parse(text).run_id?.includes(runs[40])), 'the run was asked for');
    for (const text of texts) assert.ok(text.length < 5000 && !(JSON.parse(text).run_id?.length > 8), `only what has changed is read: ${text.length}`);
    assert.equal(await box.evaluate(b => b.scrollTop), 600);
    await api('runs/delete', { run_id: runs[41] });
    await page.getByRole('link', { name: 'tick-41', exact: true }).waitFor({ state: 'detached' });
    assert.equal(await page.getByTestId('count').innerText(), '59 runs');
  });
});
