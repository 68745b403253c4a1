// 100,000 runs and a million points: that what is shown is true and what is held is little. Times are printed, never
// asserted; tests/bench/run --pages measures them beside MLflow's pages.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { address, ids, withPage } from './browser.mjs';

const MIB = 2 ** 20;
const rows = page => page.getByTestId('rows');
const link = (page, name) => rows(page).getByRole('link', { name, exact: true });
const settled = page => page.waitForFunction(() => document.querySelector('[data-testid="rows"] a') && !document.querySelector('.stale'));

/** Bytes that are in use after the garbage is gone. */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

async function bytesOf(requests) {
  const sizes = await Promise.all(requests.map(async r => (await r.response()) ? (await r.sizes()).responseBodySize : 0));
  return sizes.reduce((a, b) => a + b, 0);
}

const isApi = r => new URL(r.url()).pathname.includes('/ajax-api/');

test('the first screen of 100,000 runs takes few requests and few bytes', async t => {
  await withPage(address.experiment(ids.searched), { live: false }, async (page, session) => {
    await link(page, `run-${ids.runs - 1}`).waitFor();
    await settled(page);
    const asked = session.requests.filter(isApi);
    const bytes = await bytesOf(asked);
    t.diagnostic(`${session.requests.length} requests, ${asked.length} of the API, ${bytes} bytes`);
    assert.match(await page.getByTestId('count').innerText(), /^100,000 /);
    assert.ok(session.requests.length <= 12, session.requests.map(r => r.url()).join('\n'));
    assert.ok(asked.length <= 3, asked.map(r => r.url()).join('\n'));
    assert.ok(bytes <= 30 * 1024, `${bytes} bytes of answers`);
    assert.ok(await page.evaluate(() => document.querySelectorAll('*').length) < 2500);
  });
});

test('any row is reached, and the memory stays small', async t => {
  await withPage(address.experiment(ids.searched), {}, async page => {
    await link(page, `run-${ids.runs - 1}`).waitFor();
    const box = page.locator('.runs-box');
    for (const part of [0.7, 0.25, 0.999, 0.5, 0.1]) {
      const first = await box.evaluate((element, share) => {
        element.scrollTop = Math.round(element.scrollHeight * share);
        return new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(element.scrollTop))));
      }, part);
      assert.ok(first > 0);
      // Rows are in the order of their start, the latest first: the row says which run it has to be.
      await page.waitForFunction(total => {
        const all = [...document.querySelectorAll('[data-testid="rows"] tr[data-index] th.name a')];
        return all.length > 10 && all.every(a => a.textContent === `run-${total - 1 - Number(a.closest('tr').dataset.index)}`);
      }, ids.runs);
    }
    await rows(page).locator('tr[tabindex="0"]').first().focus();
    await page.keyboard.press('End');
    await link(page, 'run-0').waitFor();
    await page.keyboard.press('Home');
    await link(page, `run-${ids.runs - 1}`).waitFor();
    const used = await heap(page);
    t.diagnostic(`${(used / MIB).toFixed(1)} MiB of heap`);
    assert.ok(used < 60 * MIB, `${used} bytes`);
  });
});

test('a tree of 100,000 runs is read a level at a time', async t => {
  const { experiment, each } = ids.nested;
  const studies = ids.runs / each;
  await withPage(address.experiment(experiment), {}, async (page, session) => {
    await link(page, `study-${studies - 1}`).waitFor();
    await settled(page);
    await page.waitForFunction(n => Number(document.querySelector('[data-testid="runs"]').getAttribute('aria-rowcount')) === n + 1, studies);
    assert.match(await page.getByTestId('count').innerText(), /^100,000 /);
    const asked = session.requests.filter(r => isApi(r) && !r.postData()?.includes('RUNNING')); // the top bar asks now and then
    const bytes = await bytesOf(asked);
    t.diagnostic(`${asked.length} requests of the API, ${bytes} bytes`);
    assert.ok(asked.length <= 4, asked.map(r => r.url()).join('\n')); // the fourth counts the studies, behind the first rows
    assert.ok(bytes <= 30 * 1024, `${bytes} bytes of answers`);
    // The last study, and its first trial: the last line of all.
    await rows(page).locator('tr[tabindex="0"]').first().focus();
    await page.keyboard.press('End');
    await link(page, 'study-0').waitFor();
    await page.waitForFunction(() => document.activeElement?.querySelector('th.name a')?.textContent === 'study-0');
    await page.keyboard.press('ArrowRight');
    await link(page, `trial-${each - 1}`).waitFor();
    await page.keyboard.press('End');
    await link(page, 'trial-1').waitFor();
    assert.equal(Number(await page.getByTestId('runs').getAttribute('aria-rowcount')), studies + each - 1 + 1);
    const box = page.locator('.runs-box');
    for (const part of [0.3, 0.9, 0.5]) {
      await box.evaluate((element, share) => (element.scrollTop = Math.round(element.scrollHeight * share)), part);
      await page.waitForFunction(n => {
        const all = [...document.querySelectorAll('[data-testid="rows"] tr[data-index][aria-level="1"] th.name a')];
        return all.length > 10 && all.every(a => a.textContent === `study-${n - 1 - Number(a.closest('tr').dataset.index)}`);
      }, studies);
    }
    assert.ok((await heap(page)) < 60 * MIB);
  });
});

test('sorting and filtering are over all of them', async () => {
  await withPage(`${address.experiment(ids.searched)}?sort=metrics.metric_0:desc`, {}, async page => {
    await link(page, ids.best[0]).waitFor();
    await settled(page);
    assert.deepEqual((await rows(page).locator('th.name a').allInnerTexts()).slice(0, 3), ids.best);
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('metrics.metric_0 > 0.9');
    await page.keyboard.press('Enter');
    await page.waitForFunction(n => document.querySelector('[data-testid="count"]')?.textContent.startsWith(n), ids.above.toLocaleString('en'));
    assert.deepEqual((await rows(page).locator('th.name a').allInnerTexts()).slice(0, 3), ids.best);
  });
});

test('charts are of all runs, or say of how many', async t => {
  for (const [show, more, drawn] of [['scatter', { px: 'metrics.metric_1', py: 'metrics.metric_0' }, ids.runs], ['parallel', { axes: 'metrics.metric_1,metrics.metric_0' }, 30_000]]) {
    await withPage(`${address.experiment(ids.searched)}?${new URLSearchParams({ show, ...more })}`, {}, async page => {
      const plot = page.getByTestId('plot');
      await page.waitForSelector('[data-testid="plot"][data-done="yes"]', { timeout: 60_000 });
      assert.equal(Number(await plot.getAttribute('data-drawn')), drawn);
      assert.equal(await page.getByTestId('drawn').innerText(), `${drawn.toLocaleString('en')} of ${ids.runs.toLocaleString('en')} runs drawn`);
      await plot.focus();
      await page.keyboard.press('Home');
      await page.getByRole('status').filter({ hasText: `${ids.best[0]}: ` }).waitFor({ state: 'attached' });
      const used = await heap(page);
      t.diagnostic(`${show}: ${(used / MIB).toFixed(1)} MiB of heap`);
      assert.ok(used < 60 * MIB, `${used} bytes`);
    });
  }
});

test('of a million points no extreme is lost, and a zoom comes to the points themselves', async t => {
  const at = zoom => `${address.experiment(ids.series)}?show=charts&filter=${encodeURIComponent("metrics.long > -1")}${zoom ? `&zoom=${zoom}` : ''}`;
  const card = page => page.locator('.chart-card[data-metric="long"]').last();
  const drawn = async page => {
    await card(page).scrollIntoViewIfNeeded();
    await card(page).locator('.plot[data-drawn="yes"] .u-over').waitFor();
  };
  await withPage(address.run(ids.series, ids.run), {}, async page => {
    const row = page.getByTestId('metrics').getByRole('row', { name: /long/ }).filter({ hasText: '1,000,000' });
    await row.waitFor();
    assert.match(await row.innerText(), new RegExp(`(^|\\s)${ids.spike.value}(\\s|$)`), 'the greatest value');
  });
  await withPage(at(''), {}, async (page, session) => {
    await drawn(page);
    await card(page).getByText(/^1,000,000 points in [\d,]+ buckets, extremes kept$/).waitFor();
    const bytes = await bytesOf(session.requests.filter(r => r.url().endsWith('/metrics/series')));
    t.diagnostic(`${bytes} bytes of curves`);
    assert.ok(bytes < 256 * 1024, `${bytes} bytes`);
    const saving = page.waitForEvent('download');
    await card(page).getByRole('button', { name: 'Save the chart' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    const csv = await readFile(await (await saving).path(), 'utf8');
    const highest = csv.trim().split('\r\n').slice(1).map(line => Number(line.split(',')[6]));
    assert.ok(Math.abs(Math.max(...highest) - ids.spike.value) < 1e-5, 'the spike is in the chart, to single precision');
    const used = await heap(page);
    t.diagnostic(`${(used / MIB).toFixed(1)} MiB of heap`);
    assert.ok(used < 60 * MIB, `${used} bytes`);
  });
  await withPage(at(`${ids.spike.step - 50}~${ids.spike.step + 50}`), {}, async page => {
    await drawn(page);
    assert.equal(await card(page).locator('.plot').getAttribute('data-width'), '0', 'every point is given');
  });
});
