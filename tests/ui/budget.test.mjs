// What the pages cost on the wire: counts and bytes, which are the same on every machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, ids, withPage } from './browser.mjs';

const { check, vision } = ids;

/** All that the page asked for until nothing more was under way. */
async function cost(hash, ready, options = {}) {
  let sum;
  await withPage(hash, options, async (page, { requests }) => {
    await ready(page);
    await page.waitForLoadState('networkidle');
    const list = await Promise.all([...requests].map(async r => {
      const sizes = await r.sizes();
      return { path: new URL(r.url()).pathname, bytes: sizes.responseBodySize + sizes.responseHeadersSize };
    }));
    const api = list.filter(r => r.path.startsWith('/ajax-api/'));
    const total = of => of.reduce((n, r) => n + r.bytes, 0);
    sum = { requests: list.length, bytes: total(list), api: api.length, apiBytes: total(api), said: list.map(r => `${r.bytes} ${r.path}`).join('\n') };
  });
  return sum;
}

const pages = {
  home: [address.home(), page => page.getByTestId('home-running').getByRole('row').nth(1).waitFor()],
  runs: [address.experiment(vision.experiment), page => page.getByRole('link', { name: 'trial-0' }).waitFor()],
  'all runs': ['#/runs', page => page.getByTestId('rows').getByRole('link').first().waitFor()],
  experiments: [address.experiments(), page => page.getByRole('link', { name: check.title }).waitFor()],
  run: [address.run(check.experiment, check.run), page => page.locator('[data-metric="foo"] canvas').first().waitFor()],
};

/** A run comes with its curves: each is a request of its own, and what draws them is a quarter of the bytes. */
const LIMITS = { run: [24, 180] };

for (const [name, [hash, ready]] of Object.entries(pages))
  for (const locale of ['en-US', 'ja-JP']) {
    const [most, kilobytes] = LIMITS[name] ?? [12, 150];
    test(`the page "${name}" comes in at most ${most} requests and ${kilobytes} KB, ${locale}`, async () => {
      const sum = await cost(hash, ready, { locale });
      assert.ok(sum.requests <= most, `${sum.requests} requests\n${sum.said}`);
      assert.ok(sum.bytes <= kilobytes * 1000, `${sum.bytes} bytes\n${sum.said}`);
    });
  }

for (const name of ['runs', 'all runs'])
  test(`the page "${name}" asks the API at most 3 times, for at most 30 KB`, async () => {
    const sum = await cost(...pages[name]);
    assert.ok(sum.api <= 3, sum.said);
    assert.ok(sum.apiBytes <= 30_000, sum.said);
  });
