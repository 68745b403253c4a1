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
