// The compare page: where runs differ, what is best, what is copied, however many they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, ids, url, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { vision, check, many } = ids;
const compare = (runs, rest = '') => `#/compare-runs?runs=${JSON.stringify(runs)}&experiments=["${vision.experiment}"]${rest}`;
const table = page => page.locator('table.diff');
const row = (page, id) => table(page).locator(`tr[data-row="${id}"]`);
const cells = (page, id) => row(page, id).locator('td:not(.diff-space)').allInnerTexts();
const heads = page => table(page).locator('thead th a[title]:not(.diff-where a)').allInnerTexts();

test('runs that are selected are compared: only what differs, until one wants the rest', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    for (const name of ['trial-0', 'trial-1']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
    await row(page, 'params.lr').getByText('0.1', { exact: true }).waitFor();
    assert.deepEqual((await heads(page)).sort(), ['trial-0', 'trial-1']);
    assert.equal(await row(page, 'params.epochs').count(), 0);
    await page.getByText(/^\d+ rows hidden that are the same everywhere$/).waitFor();
    await page.getByRole('checkbox', { name: 'Only what differs' }).uncheck();
    await row(page, 'params.epochs').getByText('40', { exact: true }).first().waitFor();
    assert.deepEqual(await cells(page, 'params.epochs'), ['40', '40']);
    await page.getByRole('searchbox', { name: 'Search names' }).fill('optim');
    await row(page, 'params.epochs').waitFor({ state: 'detached' });
    assert.equal(await table(page).locator('tr[data-row]').count(), 1);
    await page.reload();
    await row(page, 'params.optimizer').getByText('sgd').waitFor();
    assert.equal(await table(page).locator('tr[data-row]').count(), 1, 'the address has the whole view');
  });
});

test('values stand beside those of the baseline, and the best is marked by its direction', async () => {
  const [a, b, c] = vision.runs;
  await withPage(compare([a, b, c, vision.running]), {}, async page => {
    await page.getByRole('combobox', { name: /^Baseline/ }).selectOption({ label: 'trial-1' });
    await row(page, 'params.lr').getByText('+900 %').or(row(page, 'params.lr').getByText('×10')).waitFor();
    assert.equal((await heads(page))[0], 'trial-1', 'the baseline stands first');
    assert.equal(await page.evaluate(() => new URLSearchParams(location.hash.split('?')[1]).get('base')), b);
    assert.match((await cells(page, 'metrics.精度'))[2], /0\.7\s*\+17 %/);
    const best = id => row(page, id).locator('td.best').getAttribute('aria-colindex');
    const column = name => table(page).locator('thead th').filter({ hasText: name }).getAttribute('aria-colindex');
    assert.equal(await best('metrics.精度'), await column('trial-2'), 'the greatest');
    assert.equal(await best('metrics.train/loss'), await column('trial-0'), 'the least');
    await row(page, 'metrics.精度').getByRole('button').click();
    assert.deepEqual(await heads(page), ['trial-1', 'trial-2', 'trial-0', 'still-running'], 'sorted by the greatest first');
    await axe(page, 'compare');
    const menu = table(page).getByRole('button', { name: 'Menu of trial-2' });
    await menu.press('Enter');
    await page.getByRole('menuitem', { name: 'Take out of the comparison' }).click();
    await page.getByRole('heading', { name: 'Compare 3 runs' }).waitFor();
    const card = page.locator('.compare-card[data-metric="train/loss"]');
    await card.scrollIntoViewIfNeeded();
    await card.locator('.plot[data-drawn="yes"]').waitFor();
  });
});

test('runs of several experiments, a deleted one and one that is not there', async () => {
  await withPage(compare([vision.runs[0], check.run, vision.deleted, 'f'.repeat(32)]), { colorScheme: 'dark', locale: 'ja-JP' }, async page => {
    await row(page, 'info.experiment').getByText('check-localhost-connection').waitFor();
    await page.getByText('1 件のランが存在しません。').waitFor();
    assert.equal(await table(page).locator('thead th').count(), 3);
    await axe(page, 'compare, dark, ja');
  });
  await withPage(compare([]), {}, async page => {
    await page.getByText('None of these runs is here').waitFor();
    await page.getByRole('button', { name: 'Add a run' }).click();
    await page.getByRole('combobox', { name: 'Run, by name or ID' }).fill('trial-1');
    await page.getByRole('option', { name: /trial-1/ }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { name: 'Compare 1 run' }).waitFor();
  });
});

test('the whole table is copied as CSV and as Markdown', async () => {
  const [a, b] = vision.runs;
  await withPage(compare([a, b], '&find=l'), {}, async (page, { context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
    const copied = async format => {
      await page.getByTestId('diff-copy').click();
      await page.getByRole('menuitem', { name: format }).click();
      await page.getByText(/^Copied: \d+ rows of 2 runs\.$/).last().waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const csv = (await copied('CSV')).trim().split('\r\n');
    assert.equal(csv[0], 'Name,trial-0,trial-1');
    assert.ok(csv.includes('lr,0.1,0.01'), csv.join('\n'));
    const loss = csv.find(l => l.startsWith('train/loss,')).split(',');
    assert.ok(loss[1].length > 10, 'numbers in full');
    await page.getByRole('button', { name: 'Close' }).click();
    assert.match(await copied('Markdown'), /^\| Name \| trial-0 \| trial-1 \|\n\| --- \| ---: \| ---: \|\n[^]*\| lr \| 0\.1 \| 0\.01 \|\n/);
  });
});

test('many runs are as quick as few: what is out of sight is not drawn', async () => {
  const found = await api('runs/search', { experiment_ids: [many.experiment], max_results: 1000 });
  const all = found.runs.map(r => r.info.run_id);
  assert.ok(all.length > 100, `${all.length} runs`);
  await withPage(compare(all), {}, async page => {
    await row(page, 'info.id').waitFor();
    assert.ok((await table(page).locator('thead th').count()) < 20);
    assert.equal(await table(page).getAttribute('aria-colcount'), String(all.length + 1));
    await page.getByTestId('diff').evaluate(box => box.scrollTo({ left: box.scrollWidth }));
    await table(page).locator(`thead th[data-run="${all.at(-1)}"]`).waitFor();
    assert.equal(await row(page, 'info.id').locator('td').nth(-2).innerText(), all.at(-1));
    await row(page, 'info.start').getByRole('button').click();
    await page.getByTestId('diff').evaluate(box => box.scrollTo({ left: 0 }));
    const oldest = found.runs.reduce((a, b) => (a.info.start_time < b.info.start_time ? a : b)).info.run_id;
    await table(page).locator(`thead th[aria-colindex="2"][data-run="${oldest}"]`).waitFor();
  });
});

test('what a running run logs is in its cells by itself, and the table stays where it was', async () => {
  const { experiment_id: experiment } = await api('experiments/create', { name: `moving-${Date.now()}` });
  const { run } = await api('runs/create', { experiment_id: experiment, start_time: Date.now(), run_name: 'moving' });
  const id = run.info.run_id;
  const log = (value, step) => api('runs/log-metric', { run_id: id, key: 'train/loss', value, timestamp: Date.now(), step });
  await log(0.75, 1);
  await withPage(compare([vision.runs[0], id]), { height: 500 }, async page => {
    await row(page, 'metrics.train/loss').getByText('0.75', { exact: true }).waitFor();
    await page.getByTestId('diff').evaluate(box => box.scrollTo({ top: 60 }));
    await log(0.625, 2);
    await row(page, 'metrics.train/loss').getByText('0.625', { exact: true }).waitFor();
    assert.equal(await page.getByTestId('diff').evaluate(box => box.scrollTop), 60);
    await api('runs/update', { run_id: id, status: 'FINISHED', end_time: Date.now() });
    await row(page, 'info.status').getByText('Running').waitFor({ state: 'detached' });
  });
});

test('the runs that a search finds are compared in place of the table', async () => {
  await withPage(`${address.experiment(vision.experiment)}?show=diff&filter=${encodeURIComponent("params.optimizer = 'adam'")}`, {}, async page => {
    await row(page, 'params.lr').getByText('0.001', { exact: true }).waitFor();
    assert.deepEqual((await heads(page)).sort(), ['trial-1', 'trial-2']);
    await axe(page, 'diff view');
  });
});

test('metrics are compared by their least, greatest or best values too', async () => {
  await withPage(compare(vision.runs), {}, async page => {
    await row(page, 'metrics.train/loss').waitFor();
    await page.getByRole('combobox', { name: /^Metrics by/ }).selectOption('max');
    await row(page, 'metrics.train/loss@max').locator('.diff-value').first().waitFor();
    const history = await Promise.all(vision.runs.map(run => api(`metrics/get-history?run_id=${run}&metric_key=train/loss`)));
    const greatest = history.map(h => String(Number(Math.max(...h.metrics.map(m => m.value)).toPrecision(4))));
    assert.deepEqual((await cells(page, 'metrics.train/loss@max')).map(text => /[\d.]+$/.exec(text)[0]), greatest);
    await page.waitForURL(/mv=max/);
  });
});
