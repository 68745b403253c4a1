// What is kept and what is not: the trash, storage, saved views.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, ids, upload, withPage } from './browser.mjs';
import { axe, fits } from './table.mjs';

const { vision } = ids;
const unique = () => Math.random().toString(36).slice(2, 10);

/** An experiment with runs that have a file each; its id and theirs. */
async function filled(name, sizes) {
  const { experiment_id } = await api('experiments/create', { name: `${name} ${unique()}` });
  const runs = [];
  for (const [i, size] of sizes.entries()) {
    const { run } = await api('runs/create', { experiment_id, run_name: `${name}-${i}`, start_time: Date.now() });
    await upload(experiment_id, run.info.run_id, 'deep/down/weights.bin', 'x'.repeat(size));
    await api('runs/log-metric', { run_id: run.info.run_id, key: 'loss', value: i, timestamp: 1, step: 0 });
    runs.push(run.info.run_id);
  }
  return { experiment: experiment_id, runs };
}

const status = async run => {
  const response = await fetch(`${process.env.CAIRN_URL}/ajax-api/2.0/mlflow/runs/get?run_id=${run}`);
  return response.ok ? (await response.json()).run.info.lifecycle_stage : 'gone';
};

test('a deleted run is restored from the trash', async () => {
  const name = `back-${unique()}`; // so that the test may run again on the same server
  const { runs } = await filled(name, [100, 200]);
  for (const run_id of runs) await api('runs/delete', { run_id });
  await withPage('#/trash', {}, async page => {
    const row = page.getByRole('row', { name: new RegExp(`${name}-0`) });
    await row.getByText('100 B').waitFor();
    await row.getByRole('checkbox').check();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Restore' }).click();
    await page.getByText('1 run was restored.').waitFor();
    await row.waitFor({ state: 'detached' });
    assert.equal(await status(runs[0]), 'active');
    assert.equal(await status(runs[1]), 'deleted');
    await page.getByRole('row', { name: new RegExp(`${name}-1`) }).waitFor();
  });
});

test('what is deleted for good is counted first, and the number typed', async () => {
  const { experiment, runs } = await filled('doomed', [1000, 2000, 4000]);
  for (const run_id of runs.slice(0, 2)) await api('runs/delete', { run_id });
  await withPage('#/trash?what=runs', {}, async page => {
    for (const n of [0, 1]) await page.getByRole('row', { name: new RegExp(`doomed-${n}`) }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByTestId('purge-facts').waitFor();
    assert.match(await dialog.getByTestId('purge-facts').innerText(), /Runs\s+2\s+Files\s+2\s+Size\s+2\.9 KiB/);
    await axe(page, 'purge');
    const field = dialog.getByLabel('Type 2 to confirm');
    await field.fill('3');
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await dialog.getByRole('alert').waitFor();
    assert.equal(await status(runs[0]), 'deleted');
    await field.fill('２'); // as an input method writes it
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('2 things, 2.9 KiB of artifacts: deleted for good.').waitFor();
    await page.getByRole('row', { name: /doomed/ }).first().waitFor({ state: 'detached' });
  });
  assert.deepEqual(await Promise.all(runs.map(status)), ['gone', 'gone', 'active']);
  await api('experiments/delete', { experiment_id: experiment });
  await withPage('#/trash?what=experiments', {}, async page => {
    await page.getByRole('row', { name: /doomed/ }).getByText('3.9 KiB').waitFor();
    await page.getByRole('row', { name: /doomed/ }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByLabel('Type 2 to confirm').fill('2'); // with its run
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('row', { name: /doomed/ }).waitFor({ state: 'detached' });
  });
  assert.equal(await status(runs[2]), 'gone');
});

test('storage leads from experiments to runs to folders', async () => {
  const name = `big-${unique()}`;
  const { experiment, runs } = await filled(name, [3_000_000, 5_000]);
  await api('runs/delete', { run_id: runs[1] });
  await withPage('#/storage', {}, async page => {
    const table = page.getByRole('table', { name: 'Experiments' });
    const row = table.getByRole('row', { name: new RegExp(`^${name}`) });
    await row.getByText('2.9 MiB').waitFor();
    await row.getByText('4.9 KiB').waitFor();
    await table.getByRole('button', { name: 'Name' }).click();
    assert.equal(await table.getByRole('columnheader', { name: /Name/ }).getAttribute('aria-sort'), 'ascending');
    const names = await table.locator('tbody th a').allInnerTexts();
    assert.deepEqual(names, [...names].sort(new Intl.Collator('en', { numeric: true }).compare));
    await row.getByRole('rowheader').getByRole('link').click();
    await page.getByRole('table', { name: 'Runs' }).getByRole('row', { name: new RegExp(`${name}-1 deleted`) }).waitFor();
    await page.getByRole('link', { name: `${name}-0`, exact: true }).click();
    await page.getByRole('link', { name: 'deep', exact: true }).click();
    await page.getByRole('link', { name: 'down', exact: true }).click();
    await page.getByRole('row', { name: /weights\.bin/ }).getByText('2.9 MiB').waitFor();
    await page.getByRole('link', { name: 'weights.bin', exact: true }).click();
    await page.waitForURL(new RegExp(`experiments/${experiment}/runs/${runs[0]}/artifacts/deep/down/weights.bin`));
  });
});

const map = page => page.getByRole('group', { name: 'Map of sizes' });
const area = async tile => { const { width, height } = await tile.boundingBox(); return width * height; };

test('a map shows by its areas what is large, and leads to it', async () => {
  const name = `map-${unique()}`;
  const { experiment, runs } = await filled(name, [600_000, 300_000, 100_000]);
  await upload(experiment, runs[0], 'report.bin', 'x'.repeat(200_000));
  await api('runs/delete', { run_id: runs[1] });
  await withPage('#/storage', {}, async page => {
    await map(page).getByRole('link', { name: new RegExp(`^${name} \\w+ · 1\\.1 MiB`) }).click();
    await page.waitForURL(new RegExp(`storage\\?exp=${experiment}$`));
    const tile = i => map(page).getByRole('link', { name: `${name}-${i} · ` });
    assert.equal(await tile(0).locator('.sr-only').innerText(), `${name}-0 · 781 KiB · 67% · 2 files`);
    assert.equal(await tile(1).locator('.sr-only').innerText(), `${name}-1 · 293 KiB · 25% · 1 file · deleted`);
    const [first, second, third] = await Promise.all([0, 1, 2].map(i => area(tile(i))));
    assert.ok(Math.abs(first / third - 8) < 0.1 && Math.abs(second / third - 3) < 0.1, `${first}, ${second} and ${third} are as 8, 3 and 1`);
    await page.getByText('Hatched: deleted, still on disk').waitFor();
    await page.getByRole('table', { name: 'Runs' }).getByRole('row', { name: `${name}-0` }).getByText('781 KiB').waitFor();
    await tile(0).click();
    await map(page).getByRole('link', { name: /^deep · 586 KiB · 75%/ }).waitFor();
    await map(page).getByRole('link', { name: /^report.bin · 195 KiB · 25%/ }).click();
    await page.waitForURL(new RegExp(`runs/${runs[0]}/artifacts/report.bin`));
    await page.goBack();
    await page.goBack();
    await tile(2).waitFor();
    assert.equal(await page.getByText('Hatched').count(), 1);
  });
});

test('the map is walked over with arrows, and is one stop of the tab key', async () => {
  const name = `walk-${unique()}`;
  const { experiment, runs } = await filled(name, [500_000, 300_000, 200_000]);
  await withPage(`#/storage?exp=${experiment}`, {}, async page => {
    const tile = i => map(page).getByRole('link', { name: `${name}-${i} · ` });
    const focused = () => page.evaluate(() => document.activeElement.querySelector('.sr-only')?.textContent.split(' · ')[0]);
    await tile(0).waitFor();
    await page.getByRole('button', { name: 'Refresh' }).last().focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), `${name}-0`, 'largest first');
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), `${name}-1`);
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), `${name}-2`);
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), `${name}-2`, 'and no further');
    await page.keyboard.press('Tab');
    assert.equal(await map(page).locator(':focus').count(), 0);
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(), `${name}-2`, 'where one was');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`run=${runs[1]}`));
  });
});

for (const [colorScheme, locale] of [['light', 'ja-JP'], ['dark', 'en-US']])
  test(`axe finds nothing on a map, ${colorScheme}, ${locale}`, async () => {
    const { experiment, runs } = await filled('seen', [500_000, 300_000, 200_000, 90_000, 100]);
    await api('runs/delete', { run_id: runs[1] });
    await withPage(`#/storage?exp=${experiment}`, { colorScheme, locale }, async page => {
      await page.locator('.tile-name').nth(3).waitFor();
      await axe(page, 'map');
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForFunction(() => document.querySelector('.treemap').clientWidth < 390);
      await page.waitForFunction(() => [...document.querySelectorAll('.tile')].every(e => e.getBoundingClientRect().right <= document.querySelector('.treemap').getBoundingClientRect().right + 1));
      await axe(page, 'map on a phone');
    });
  });

test('a run says which of its metrics have most points', async () => {
  await withPage(`#/storage?exp=${vision.experiment}&run=${vision.full}`, {}, async page => {
    const table = page.getByRole('table', { name: 'Metrics with most points' });
    await table.getByRole('row', { name: /train\/loss/ }).getByText('200').waitFor();
  });
});

const bar = page => page.getByRole('combobox', { name: 'Filter runs' });
const menu = page => page.getByTestId('saved-views');
const choose = async (page, item) => {
  await menu(page).click();
  await page.getByRole('menu', { name: 'Views' }).getByText(item, { exact: true }).click();
};
const names = page => page.locator('.runs tbody th.name a').allInnerTexts();
const copied = page => page.evaluate(() => navigator.clipboard.readText());

test('a view is saved, changed, shared, renamed and deleted', async () => {
  const { experiment } = await filled('saved', [1, 1, 1]);
  let link;
  await withPage(address.experiment(experiment), {}, async (page, { context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('link', { name: 'saved-2' }).waitFor();
    await page.goto(page.url().replace(/#.*/, `#/experiments/${experiment}/runs?filter=metrics.loss+%3C+2`));
    await page.getByRole('link', { name: 'saved-2' }).waitFor({ state: 'detached' });
    await choose(page, 'Save as a view…');
    await page.getByLabel('Name of the view').fill('low loss');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('View low loss saved.').waitFor();
    await page.waitForURL(/\?v=[0-9a-f]{12}&filter=/);
    await menu(page).getByText('low loss').waitFor();
    await axe(page);
    await choose(page, 'Copy link');
    await page.getByText('Link copied.').waitFor();
    link = await copied(page);
    assert.match(link, new RegExp(`#/experiments/${experiment}/runs\\?v=[0-9a-f]{12}$`));

    await bar(page).fill('metrics.loss < 1');
    await bar(page).press('Enter');
    await menu(page).getByText('(modified)').waitFor();
    await choose(page, 'Update low loss');
    await menu(page).getByText('(modified)').waitFor({ state: 'detached' });
    await choose(page, 'Without a view');
    await page.getByRole('link', { name: 'saved-2' }).waitFor();
    await choose(page, 'low loss');
    await page.getByRole('link', { name: 'saved-2' }).waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.querySelectorAll('.runs tbody th.name a').length === 1);
    await choose(page, 'Rename low loss');
    await page.getByLabel('Name of the view').fill('良い結果');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await menu(page).getByText('良い結果').waitFor();
  });
  await withPage(link.replace(/^[^#]*/, ''), {}, async page => {
    await page.waitForFunction(() => document.querySelectorAll('.runs tbody th.name a').length === 1);
    assert.deepEqual(await names(page), ['saved-0']);
    assert.equal(await bar(page).inputValue(), 'metrics.loss < 1');
    await choose(page, 'Delete 良い結果');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('View 良い結果 deleted.').waitFor();
    await menu(page).getByText('Views', { exact: true }).waitFor();
  });
  const { tags = [] } = (await api(`experiments/get?experiment_id=${experiment}`)).experiment;
  assert.deepEqual(tags.filter(tag => tag.key.startsWith('cairn.')), []);
});

test('an experiment opens with its default view, unless it is asked not to', async () => {
  const { experiment } = await filled('opens', [1, 1]);
  await withPage(`#/experiments/${experiment}/runs?filter=metrics.loss+%3E+0`, {}, async page => {
    await page.getByRole('link', { name: 'opens-1' }).waitFor();
    await choose(page, 'Save as a view…');
    await page.getByLabel('Name of the view').fill('the latter');
    await page.getByLabel('Open the experiment with it').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('View the latter saved.').waitFor();
  });
  await withPage(address.experiment(experiment), {}, async page => {
    await menu(page).getByText('the latter').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.runs tbody th.name a').length === 1);
    assert.deepEqual(await names(page), ['opens-1']);
    await choose(page, 'Without a view');
    await page.getByRole('link', { name: 'opens-0' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'opens-0' }).waitFor();
    await page.waitForURL(/\?v=none$/);
    await choose(page, 'the latter');
    await page.getByRole('link', { name: 'opens-0' }).waitFor({ state: 'detached' });
    // What is taken away stays away.
    await bar(page).fill('');
    await bar(page).press('Enter');
    await page.getByRole('link', { name: 'opens-0' }).waitFor();
    await page.waitForURL(/\?v=none$/);
    await choose(page, 'the latter');
    await choose(page, 'No longer open the experiment with it');
    await page.getByText('The experiment opens without a view.').waitFor();
  });
  await withPage(address.experiment(experiment), {}, async page => {
    await page.getByRole('link', { name: 'opens-0' }).waitFor();
    await menu(page).getByText('Views', { exact: true }).waitFor();
  });
});

test('views of all runs, and links that would be too long', async () => {
  const name = `everywhere ${unique()}`;
  await withPage('#/runs?filter=metrics.%60train%2Floss%60+%3E+0', {}, async (page, { context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('count').waitFor();
    await choose(page, 'Save as a view…');
    await page.getByLabel('Name of the view').fill(name);
    assert.equal(await page.getByLabel('Open the experiment with it').count(), 0);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await menu(page).getByText(name).waitFor();
    await page.goto(page.url().replace(/#.*/, '#/runs'));
    await choose(page, name);
    await page.waitForURL(/filter=/);
    const long = `params.a = '${'x'.repeat(2500)}'`;
    await bar(page).fill(long);
    await bar(page).press('Enter');
    await page.getByText('No run matches').waitFor();
    await choose(page, 'Copy link');
    await page.getByText('Link copied.').waitFor();
    const link = await copied(page);
    assert.match(link, /#\/runs\?v=[0-9a-f]{12}$/);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByText('No run matches').waitFor();
    assert.equal(await bar(page).inputValue(), long);
  });
});

test('a link to a view that is gone says so and shows the runs', async () => {
  const { experiment } = await filled('gone', [1]);
  await withPage(`#/experiments/${experiment}/runs?v=0123456789ab`, { expected: [/404/] }, async page => {
    await page.getByText('There is no such saved view.').waitFor();
    await page.getByRole('link', { name: 'gone-0' }).waitFor();
  });
});

for (const hash of ['#/trash', '#/storage', `#/storage?exp=${vision.experiment}`])
  for (const [colorScheme, locale] of [['light', 'en-US'], ['dark', 'ja-JP']])
    test(`axe finds nothing on ${hash}, ${colorScheme}, ${locale}, and it fits a phone`, async () => {
      await withPage(hash, { colorScheme, locale }, async page => {
        await page.locator('tbody tr').first().waitFor();
        await axe(page, hash);
        await page.setViewportSize({ width: 390, height: 844 });
        await fits(page);
      });
    });
