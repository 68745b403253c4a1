// For everyone: languages, themes, small windows, assistive technology.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, curvePixels, ids, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { vision, many } = ids;
const pages = {
  experiments: { hash: address.experiments(), ready: page => page.getByRole('link', { name: vision.title }).waitFor() },
  runs: { hash: address.experiment(vision.experiment), ready: page => page.getByRole('link', { name: 'trial-0' }).waitFor() },
  charts: {
    hash: '#/runs?show=split&cols=metrics.train/loss,metrics.train/loss%40min',
    async ready(page) {
      await page.getByRole('link', { name: 'many-runs' }).first().waitFor();
      await page.locator('.compare-card').first().waitFor();
    },
  },
  run: {
    hash: address.run(vision.experiment, vision.full, '/artifacts/tables/history.csv'),
    async ready(page) {
      await page.locator('.csv table').waitFor();
      await page.locator('[data-metric="train/loss"]').scrollIntoViewIfNeeded(); // curves are fetched when they are looked at
      await page.locator('[data-metric="train/loss"] canvas').waitFor();
      await page.locator('.markdown strong').waitFor();
    },
  },
};

test('the language of the browser is spoken, another can be chosen, and is kept', async () => {
  await withPage(address.experiments(), { locale: 'ja-JP' }, async page => {
    await page.getByRole('heading', { name: '実験' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'ja');
    await page.getByTestId('language').selectOption('en');
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.reload();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.getByTestId('language').selectOption('auto');
    await page.getByRole('heading', { name: '実験' }).waitFor();
  });
  await withPage(pages.run.hash, { locale: 'ja-JP' }, async page => {
    for (const title of ['メトリクス', 'パラメータ', 'タグ', 'アーティファクト', 'システムメトリクス', 'メモ']) await page.getByRole('heading', { name: title, exact: true }).waitFor();
    await page.getByText('完了').first().waitFor();
    await page.locator('[data-metric="train/loss"]').scrollIntoViewIfNeeded();
    await page.locator('[data-metric="train/loss"]').getByText('200 点').waitFor();
  });
});

test('the theme is that of the system until another is chosen, and charts follow', async () => {
  await withPage(pages.run.hash, { colorScheme: 'dark' }, async page => {
    await pages.run.ready(page);
    const background = () => page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
    const dark = await background();
    const button = page.getByTestId('theme');
    assert.equal(await button.getAttribute('aria-label'), 'Theme: as the system');
    await button.click();
    assert.equal(await button.getAttribute('aria-label'), 'Theme: light');
    assert.notEqual(await background(), dark);
    const card = page.locator('[data-metric="train/loss"]');
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
    await card.scrollIntoViewIfNeeded();
    await assert.doesNotReject(async () => {
      for (let i = 0; i < 50; i++) {
        if ((await card.locator('canvas').count()) === 1 && (await curvePixels(card)) > 50) return;
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      throw new Error('the chart is not drawn in the colours of the new theme');
    });
    await page.reload();
    assert.equal(await button.getAttribute('aria-label'), 'Theme: light');
    await button.click();
    assert.equal(await background(), dark);
  });
});

test('axe finds nothing in a question', async () => {
  await withPage(address.experiments(), {}, async page => {
    await page.getByRole('button', { name: 'New experiment' }).click();
    await page.getByRole('dialog').waitFor();
    await axe(page, 'new experiment');
  });
});

test('a long list scrolls under its head', async () => {
  await withPage(address.experiment(many.experiment), {}, async page => {
    await page.getByRole('link', { name: 'row-000' }).waitFor();
    await page.locator('.runs-box').evaluate(box => { box.scrollTop = 70 * 31; });
    await page.getByRole('link', { name: 'row-080' }).waitFor();
    const box = await page.getByTestId('runs').getByRole('columnheader', { name: 'Name' }).boundingBox();
    assert.ok(box.y >= 44 && box.y < 400, `the head is at ${box.y}`);
  });
});

test('on paper there is what was looked at, in the colours of paper', async () => {
  await withPage(address.run(ids.check.experiment, ids.check.run), { colorScheme: 'dark' }, async page => {
    await page.getByTestId('metrics').getByText('foo').waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: ids.check.name, level: 1 }).waitFor();
    assert.ok(await page.locator('.rail').isHidden());
    assert.deepEqual(await page.getByRole('button').allInnerTexts(), ['bar', 'foo'], 'names lead to curves; nothing else is to be pressed');
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light');
  });
});

test('pages of MLflow that are not there yet are told from addresses that are wrong', async () => {
  await withPage('#/models/net/versions/2', {}, async page => {
    await page.getByRole('heading', { name: 'Not in Cairn yet' }).waitFor();
    await page.getByRole('link', { name: 'To the experiments' }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });
});
