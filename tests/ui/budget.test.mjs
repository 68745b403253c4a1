// What the pages cost on the wire: counts and bytes, which are the same on every machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, ids, withPage } from './browser.mjs';

const { check, models, vision } = ids;

/** All that the page asked for until nothing more was under way. */
async function cost(hash, ready, options = {}) {
  let sum;
  // Without what keeps a page up to date: how often that asks, time decides.
  await withPage(hash, { ...options, live: false }, async (page, { requests }) => {
    await ready(page);
    await page.waitForLoadState('networkidle');
    const list = await Promise.all([...requests].map(async r => {
      const sizes = await r.sizes();
      return { path: new URL(r.url()).pathname, body: sizes.responseBodySize, bytes: sizes.responseBodySize + sizes.responseHeadersSize };
    }));
    const api = list.filter(r => r.path.startsWith('/ajax-api/'));
    const total = of => of.reduce((n, r) => n + r.bytes, 0);
    const scripts = list.filter(r => r.path.endsWith('.js')).reduce((n, r) => n + r.body, 0);
    sum = { requests: list.length, bytes: total(list), scripts, api: api.length, apiBytes: total(api), said: list.map(r => `${r.bytes} ${r.path}`).join('\n') };
  });
  return sum;
}

const pages = {
  home: [address.home(), page => page.getByTestId('home-running').getByRole('row').nth(1).waitFor()],
  runs: [address.experiment(vision.experiment), page => page.getByRole('link', { name: 'trial-0' }).waitFor()],
  'all runs': ['#/runs', page => page.getByTestId('rows').getByRole('link').first().waitFor()],
  experiments: [address.experiments(), page => page.getByRole('link', { name: check.title }).waitFor()],
  run: [address.run(check.experiment, check.run), page => page.locator('[data-metric="foo"] canvas').first().waitFor()],
  'run with curves, notes, children and files': [address.run(vision.experiment, vision.full), page => page.locator('[data-metric="long/curve"] canvas').first().waitFor()],
  'run with a model and a data set': [address.run(models.experiment, models.run), page => page.locator('[data-metric="val/acc"] canvas').first().waitFor()],
  'logged model': [`#/experiments/${models.experiment}/models/${models.model}`, page => page.getByRole('treeitem').first().waitFor()],
  comparison: [`#/compare-runs?runs=${encodeURIComponent(JSON.stringify(vision.runs))}`, page => page.getByRole('heading', { name: 'Compare 3 runs' }).or(page.getByRole('heading', { name: /3/ })).first().waitFor()],
  trash: ['#/trash', page => page.getByRole('row').nth(1).waitFor()],
  storage: ['#/storage', page => page.getByRole('row').nth(1).waitFor()],
};

const REQUESTS = 12;
const BYTES = 150_000;
const SCRIPTS = 100_000;
/** What draws Markdown, on the pages that open with a note in sight. */
const NOTE = { 'run with curves, notes, children and files': 25_000 };

for (const [name, [hash, ready]] of Object.entries(pages))
  for (const locale of ['en-US', 'ja-JP'])
    test(`the page "${name}" comes in at most ${REQUESTS} requests and ${BYTES / 1000} KB, ${SCRIPTS / 1000} of them scripts, ${locale}`, async () => {
      const sum = await cost(hash, ready, { locale });
      assert.ok(sum.requests <= REQUESTS, `${sum.requests} requests\n${sum.said}`);
      const note = NOTE[name] ?? 0;
      assert.ok(sum.bytes <= BYTES + note, `${sum.bytes} bytes\n${sum.said}`);
      assert.ok(sum.scripts <= SCRIPTS + note, `${sum.scripts} bytes of scripts\n${sum.said}`);
    });

test('a reader of one language does not fetch the other', async () => {
  for (const [locale, own, other] of [['en-US', 'en', 'ja'], ['ja-JP', 'ja', 'en']]) {
    const { said } = await cost(...pages.run, { locale });
    assert.match(said, new RegExp(`/${own}-\\w+\\.js`));
    assert.doesNotMatch(said, new RegExp(`/${other}-\\w+\\.js`));
  }
});

for (const name of ['runs', 'all runs'])
  test(`the page "${name}" asks the API at most 3 times, for at most 30 KB`, async () => {
    const sum = await cost(...pages[name]);
    assert.ok(sum.api <= 3, sum.said);
    assert.ok(sum.apiBytes <= 30_000, sum.said);
  });
