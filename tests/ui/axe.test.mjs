// Every page, in both themes and languages: axe finds nothing, the console is silent, a phone is wide enough.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, axeSource, ids, withPage } from './browser.mjs';
import { calm } from './table.mjs';

const { vision, check } = ids;
const of = rest => `${address.experiment(vision.experiment)}?${rest}`;
const two = JSON.stringify(vision.runs.slice(0, 2));

/** An address, and what is there when the page is. */
const pages = {
  home: [address.home(), '[data-testid="home-running"] tbody tr, [data-testid="home-running"] .panel-empty'],
  experiments: [address.experiments(), '[data-testid="experiments"] tr'],
  deleted: ['#/experiments?view=deleted', '.experiments, .empty'],
  runs: [address.experiment(vision.experiment), '[data-testid="rows"] a'],
  'all runs': ['#/runs', '[data-testid="rows"] a'],
  'no runs': [`${address.experiment(vision.experiment)}?filter=${encodeURIComponent("params.optimizer = 'none'")}`, '.empty'],
  groups: [of('group=params.optimizer'), 'table tbody tr'],
  split: [of('show=split'), '.compare-card'],
  charts: [of('show=charts'), '.compare-card'],
  ...Object.fromEntries(['parallel', 'scatter', 'bar', 'box', 'contour', 'importance', 'gallery', 'diff'].map(show => [show, [of(`show=${show}`), '[data-testid="count"]']])),
  compare: [`#/compare-runs?runs=${two}&experiments=["${vision.experiment}"]`, 'table.diff td'],
  'compare with a baseline': [`#/compare-runs?runs=${two}&base=${vision.runs[0]}&all=1`, 'table.diff td.best'],
  model: [`#/experiments/${ids.models.experiment}/models/${ids.models.model}`, '[data-testid="metrics"] td'],
  'models of an experiment': [`#/experiments/${ids.models.experiment}/models`, '[data-testid="models"] td'],
  'no models': [`#/experiments/${ids.empty.experiment}/models`, '.empty'],
  'run with models': [address.run(ids.models.experiment, ids.models.run), '#section-datasets details'],
  run: [address.run(vision.experiment, vision.full), '[data-metric] canvas'],
  csv: [address.run(vision.experiment, vision.full, '/artifacts/tables/history.csv'), '.artifacts table td'],
  'small run': [address.run(check.experiment, check.run), '[data-metric="foo"]'],
  metric: [`#/metric/train%2Floss?runs=${two}&experiments=["${vision.experiment}"]`, 'h1'],
  trash: ['#/trash', 'tbody tr'],
  storage: ['#/storage', 'tbody tr'],
  'storage of an experiment': [`#/storage?exp=${vision.experiment}`, 'tbody tr'],
  nowhere: ['#/nowhere', '.not-found-places'],
  models: ['#/models', '.not-found-places'],
};

const settle = async page => {
  await page.waitForFunction(() => document.title !== 'Cairn');
  await calm(page);
};

async function walk(options, work) {
  await withPage(address.home(), options, async page => {
    await page.evaluate(axeSource);
    for (const [name, [hash, ready]] of Object.entries(pages)) {
      await page.evaluate(to => { location.hash = to; }, hash);
      await page.locator(ready).first().waitFor().catch(e => { throw new Error(`${name}: ${e.message}`); });
      await settle(page);
      await work(page, name);
    }
  });
}

for (const colorScheme of ['light', 'dark'])
  for (const locale of ['en-US', 'ja-JP'])
    test(`axe finds nothing on any page, ${colorScheme}, ${locale}`, async () => {
      const found = [];
      await walk({ colorScheme, locale }, async (page, name) => {
        const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        assert.ok(result.passes.length > 10, `axe looked at ${name}`);
        for (const v of result.violations) found.push(`${name}: ${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', ')}`);
      });
      assert.deepEqual(found, []);
    });

for (const [width, locale] of [[390, 'ja-JP'], [1024, 'en-US']])
  test(`every page fits ${width} pixels, ${locale}, and has a title and one heading`, async () => {
    const found = [];
    const titles = new Map();
    await walk({ width, height: 844, locale }, async (page, name) => {
      const { whole, title, headings } = await page.evaluate(() => ({ whole: document.documentElement.scrollWidth, title: document.title, headings: document.querySelectorAll('h1').length }));
      if (whole > width) found.push(`${name} is ${whole} wide`);
      if (!/. · Cairn$/.test(title)) found.push(`${name} is titled ${title}`);
      if (headings !== 1) found.push(`${name} has ${headings} first headings`);
      titles.set(name, title);
    });
    assert.deepEqual(found, []);
    assert.notEqual(titles.get('trash'), titles.get('storage'));
  });
