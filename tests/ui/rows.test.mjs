// Rows and columns of the table: which runs are drawn, looked at and kept at the top, and how numbers are seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, ids, withPage } from './browser.mjs';
import { axe, head, member, rowOf, settled } from './table.mjs';

const { vision } = ids;

async function lines(page, n) {
  const card = page.locator('.compare-card[data-metric="train/loss"]');
  await card.scrollIntoViewIfNeeded(); // curves are fetched when they are looked at
  await card.locator(`.plot[data-lines="${n}"]`).waitFor();
}

test('the eye of a run says whether it is drawn, by itself, by status, and in its colour', async () => {
  await withPage(`${address.experiment(vision.experiment)}?show=split&tree=0`, {}, async page => {
    await settled(page);
    await lines(page, 5);
    const eye = name => rowOf(page, name).getByRole('button', { name: `Draw ${name} in charts` });
    assert.equal(await eye('trial-1').getAttribute('aria-pressed'), 'true');
    await eye('trial-1').click();
    await lines(page, 4);
    assert.equal(await member(page, 'hide'), vision.runs[1]);
    await page.getByTestId('eyes').click();
    await axe(page, 'eyes');
    await page.getByRole('menuitem', { name: 'Hide runs: Finished' }).click();
    await lines(page, 2);
    await eye('trial-0').click();
    await lines(page, 3);
    assert.equal(await member(page, 'eye'), vision.runs[0]);
    await page.reload();
    await settled(page);
    await lines(page, 3);
    assert.equal(await eye('trial-2').getAttribute('aria-pressed'), 'false');
    await page.getByTestId('eyes').click();
    await page.getByRole('menuitem', { name: 'Draw none' }).click();
    await page.getByText('0 of 5 runs drawn').waitFor();
    await page.getByTestId('eyes').click();
    await page.getByRole('menuitem', { name: 'Draw the first ones again' }).click();
    await page.getByText('5 of 5 runs drawn').waitFor();
    assert.equal(await member(page, 'hide'), null);
  });
});

test('a run is seen beside the table, step by step, and kept at its top', async () => {
  await withPage(`${address.experiment(vision.experiment)}?tree=0&cols=metrics.train/loss,params.lr`, {}, async page => {
    await settled(page);
    await rowOf(page, 'trial-2').getByText('0.001').click();
    const peek = page.getByTestId('peek');
    await peek.getByRole('heading', { name: 'trial-2' }).waitFor();
    await peek.getByRole('table', { name: 'Parameters' }).getByText('ResNet-50').waitFor();
    await peek.getByText('Keep.').waitFor();
    await peek.getByRole('img', { name: 'Small curve' }).first().waitFor();
    assert.equal(await member(page, 'peek'), vision.full);
    await axe(page, 'peek');
    await page.keyboard.press('j');
    await peek.getByRole('heading', { name: 'trial-1' }).waitFor();
    await page.keyboard.press('p');
    await page.getByTestId('on-top').getByRole('link', { name: 'trial-1' }).waitFor();
    assert.equal(await member(page, 'top'), vision.runs[1]);
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 runs selected').waitFor();
    await peek.getByRole('heading', { name: 'trial-0' }).waitFor();
    await peek.getByLabel('Colour of trial-0').fill('#112233');
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="rows"] .eye-dot')].some(d => d.style.background === 'rgb(17, 34, 51)'));
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByTestId('on-top').getByRole('link', { name: 'trial-1' }).waitFor();
    await axe(page, 'a run at the top');
    await page.getByTestId('rows').getByRole('row').first().focus();
    await page.keyboard.press('o');
    await peek.getByRole('heading', { name: 'child-of-trial' }).waitFor();
    await peek.getByRole('button', { name: 'trial-2' }).click(); // it is a part of it
    await peek.getByRole('heading', { name: 'trial-2' }).waitFor();
    await peek.getByRole('button', { name: '1 run', exact: true }).click();
    await page.getByTestId('count').getByText('1 run', { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), `tags.mlflow.parentRunId = '${vision.full}'`);
    await page.goBack();
    await page.getByTestId('count').getByText('5 runs', { exact: true }).waitFor();
    await peek.getByRole('button', { name: 'Close' }).click();
    await peek.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByText('Show the run beside the table').waitFor();
    await page.keyboard.press('Escape');
    await rowOf(page, 'trial-0').getByText('0.1', { exact: true }).dblclick();
    await page.getByRole('heading', { name: 'trial-0', level: 1 }).waitFor();
  });
});

test('changes of the view are taken back and made again, columns too', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await settled(page);
    await head(page, 'lr').waitFor();
    const before = await page.evaluate(() => location.hash);
    await page.keyboard.press('d');
    await page.waitForFunction(() => location.hash.includes('diff=1'));
    await head(page, 'lr').getByRole('button', { name: 'Menu of lr' }).click();
    await page.getByRole('menuitem', { name: 'Hide column' }).click();
    await head(page, 'lr').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await head(page, 'lr').waitFor();
    assert.equal(await member(page, 'diff'), '1');
    await page.keyboard.press('u');
    await page.waitForFunction(hash => location.hash === hash, before);
    await page.keyboard.press('Control+Shift+z');
    await page.waitForFunction(() => location.hash.includes('diff=1'));
    await page.keyboard.press('Control+y');
    await head(page, 'lr').waitFor({ state: 'detached' });
    await page.keyboard.press('s');
    await page.getByTestId('charts').waitFor();
    assert.equal(await member(page, 'show'), 'split');
  });
});

test('numbers of a column are seen as colours or bars', async () => {
  await withPage(`${address.experiment(vision.experiment)}?cols=metrics.精度,params.lr`, {}, async page => {
    await settled(page);
    const choose = async (column, item) => {
      await head(page, column).getByRole('button', { name: `Menu of ${column}` }).click();
      await page.getByRole('menuitemradio', { name: item }).click();
    };
    await choose('精度', 'As colours');
    await choose('lr', 'As bars');
    assert.equal(await member(page, 'mark'), 'metrics.精度:heat,params.lr:bar');
    const shares = async mark => Promise.all(['trial-0', 'trial-1', 'trial-2'].map(name => rowOf(page, name).locator(`.mark-${mark}`).evaluate(td => td.style.getPropertyValue('--share'))));
    assert.deepEqual(await shares('heat'), ['0%', '50%', '100%']);
    assert.deepEqual(await shares('bar'), ['100%', '9.1%', '0%']);
    await axe(page, 'colours and bars');
    await choose('精度', 'Numbers only');
    await page.waitForFunction(() => !document.querySelector('.mark-heat'));
  });
});

test('how a column is spread stands in its head, and a part of it becomes a condition', async () => {
  const filter = `filter=${encodeURIComponent("run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${filter}&cols=metrics.精度,params.optimizer,params.lr`, {}, async page => {
    await settled(page);
    await head(page, 'lr').getByRole('button', { name: 'Menu of lr' }).click();
    await page.getByRole('menuitem', { name: 'Show distributions' }).click();
    const histogram = page.getByRole('img', { name: 'Distribution of 精度, from 0.5 to 0.7' });
    await histogram.waitFor();
    assert.equal(await page.locator('.histogram').count(), 2, 'texts have none');
    assert.equal(await histogram.locator('rect').count(), 4, 'three runs, and the ground');
    await axe(page, 'distributions');
    const { x, y, width } = await histogram.boundingBox();
    await page.mouse.move(x + width * 0.43, y + 10);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.99, y + 10, { steps: 4 });
    await page.mouse.up();
    await page.getByTestId('count').getByText('2 runs', { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), "run_name LIKE 'trial-%' AND metrics.`精度` >= 0.58");
    assert.equal(await member(page, 'hist'), '1');
  });
});
