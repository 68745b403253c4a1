// What can be done with the runs that the workspace found: compared, grouped, changed, taken away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, axeSource, ids, withPage } from './browser.mjs';

const { vision } = ids;
const head = (page, name) => page.getByTestId('runs').getByRole('columnheader', { name, exact: true });
const member = (page, name) => page.evaluate(n => new URLSearchParams(location.hash.split('?')[1]).get(n), name);
const settled = page => page.waitForFunction(() => document.querySelector('[data-testid="rows"] a') && !document.querySelector('.stale'));

async function axe(page, where) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map(v => `${where}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`), []);
}

test('columns that are the same in all runs hide, or in the runs that are selected', async () => {
  const columns = 'cols=metrics.train/loss,metrics.train/loss@points,params.epochs,params.lr,params.optimizer,params.nobody';
  const filter = `filter=${encodeURIComponent("run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${columns}&${filter}`, {}, async page => {
    await head(page, 'epochs').waitFor();
    await page.getByRole('button', { name: 'Differences only' }).click();
    await page.getByText('3 same columns hidden').waitFor(); // 40 epochs, 200 points of the loss, nobody
    await head(page, 'epochs').waitFor({ state: 'detached' });
    assert.equal(await head(page, 'train/loss points').count(), 0);
    await head(page, 'optimizer').waitFor();
    assert.equal(await member(page, 'diff'), '1');
    await axe(page, 'differences');
    await page.getByRole('checkbox', { name: 'Select trial-1' }).check();
    await page.getByRole('checkbox', { name: 'Select trial-2' }).check();
    await page.getByText('4 same columns hidden').waitFor(); // both are of adam
    await head(page, 'optimizer').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Differences only' }).click();
    await head(page, 'epochs').waitFor();
    assert.equal(await member(page, 'diff'), null);
  });
});

test('runs are grouped by any number of keys, with means, the best run, and the runs of a group', async () => {
  const filter = `filter=${encodeURIComponent("run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${filter}&cols=metrics.精度,params.lr,params.epochs`, {}, async page => {
    await settled(page);
    await page.getByTestId('group').click();
    await page.getByRole('combobox', { name: 'Group by…' }).pressSequentially('opt');
    await page.getByRole('option', { name: /optimizer/ }).waitFor();
    await page.keyboard.press('Enter');
    const groups = page.getByTestId('groups');
    const row = name => groups.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
    await row('adam').waitFor();
    assert.equal(await member(page, 'group'), 'params.optimizer');
    const cells = async name => (await row(name).getByRole('cell').allInnerTexts()).slice(1);
    assert.deepEqual(await cells('adam'), ['2', 'trial-2', '0.65 ± 0.071', '0.0055 ± 0.0064', '40']);
    assert.deepEqual(await cells('sgd'), ['1', 'trial-0', '0.5', '0.1', '40']);
    assert.equal(await row('adam').getByRole('link').getAttribute('href'), `#/experiments/${vision.experiment}/runs/${vision.runs[2]}`);
    await axe(page, 'groups');

    await groups.getByRole('columnheader', { name: '精度' }).getByRole('button').click();
    await groups.getByRole('columnheader', { name: '精度' }).getByRole('button').click();
    await page.waitForFunction(() => document.querySelector('[data-testid="groups"] .group th')?.textContent === 'sgd');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group td a')[1]?.textContent === 'trial-1', null, {}); // least first: least is best
    await page.getByLabel('Values').selectOption('range');
    await page.getByText('0.6 … 0.7').waitFor();
    await row('adam').getByRole('button', { name: 'Runs of optimizer adam' }).click();
    await groups.getByRole('link', { name: 'trial-2' }).waitFor();
    assert.deepEqual(await groups.locator('.member th a').allInnerTexts(), ['trial-1', 'trial-2'], 'sorted as the groups are');
    await axe(page, 'an open group');

    await page.getByRole('combobox', { name: 'Group by…' }).fill('status');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group').length === 3);
    await page.getByRole('button', { name: 'Move Status forward' }).click();
    await page.waitForFunction(() => location.hash.includes('group=info.status%2Cparams.optimizer'));
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group').length === 3);
    await page.getByRole('button', { name: 'Do not group by optimizer' }).click();
    await row('Failed').getByRole('button', { name: '1', exact: true }).click();
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), "run_name LIKE 'trial-%' AND attributes.status = 'FAILED'");
    assert.equal(await member(page, 'group'), null);
    await page.getByRole('link', { name: 'trial-1' }).waitFor();
  });
});
