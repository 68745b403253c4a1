// The table of runs, as several parts of the tests look at it.
import assert from 'node:assert/strict';
import { axeSource } from './browser.mjs';

export const head = (page, name) => page.getByTestId('runs').getByRole('columnheader', { name, exact: true });
export const rowOf = (page, name) => page.getByTestId('rows').getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
/** A member of the address. */
export const member = (page, name) => page.evaluate(n => new URLSearchParams(location.hash.split('?')[1]).get(n), name);
export const settled = page => page.waitForFunction(() => document.querySelector('[data-testid="rows"] a') && !document.querySelector('.stale'));

/** Nothing is on its way, and nothing fades: half of a colour is another contrast. */
export const calm = page => page.waitForFunction(() => !document.querySelector('.loading, .stale')
  && document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity));

/** The page is no wider than the window; after another size, what is drawn to measure follows a moment later. */
export const fits = page => page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);

export async function axe(page, where) {
  await calm(page);
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map(v => `${where}: ${v.id}: ${v.nodes.slice(0, 3).map(n => `${n.target.join(' ')}: ${n.failureSummary}`).join('; ')}`), []);
}
