// What is kept and what is not: the trash, storage, saved views.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, axeSource, ids, upload, withPage } from './browser.mjs';

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

async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document));
  assert.deepEqual(found.violations.map(v => ({ rule: v.id, where: v.nodes.slice(0, 3).map(n => `${n.target} ${n.failureSummary}`) })), []);
}

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
    await axe(page);
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

test('a run says which of its metrics have most points', async () => {
  await withPage(`#/storage?exp=${vision.experiment}&run=${vision.full}`, {}, async page => {
    const table = page.getByRole('table', { name: 'Metrics with most points' });
    await table.getByRole('row', { name: /train\/loss/ }).getByText('200').waitFor();
  });
});

for (const hash of ['#/trash', '#/storage', `#/storage?exp=${vision.experiment}`])
  for (const [colorScheme, locale] of [['light', 'en-US'], ['dark', 'ja-JP']])
    test(`axe finds nothing on ${hash}, ${colorScheme}, ${locale}, and it fits a phone`, async () => {
      await withPage(hash, { colorScheme, locale }, async page => {
        await page.locator('tbody tr').first().waitFor();
        await axe(page);
        await page.setViewportSize({ width: 390, height: 844 });
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
      });
    });
