// A browser for the tests, and what must be true of every page they open.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after } from 'node:test';

const require = createRequire(new URL('../../static/package.json', import.meta.url));
const { chromium } = require('playwright-core');
export const axeSource = require('axe-core').source;

function wanted(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests need a running server with the UI (CAIRN_URL) and what seed.py printed (CAIRN_IDS); see tests/ui/test_ui.py`);
  return value;
}

export const url = wanted('CAIRN_URL').replace(/\/*$/, '/');
export const ids = JSON.parse(wanted('CAIRN_IDS'));

export const address = {
  home: () => '#/',
  experiments: () => '#/experiments',
  experiment: id => `#/experiments/${id}`,
  run: (experiment, run, rest = '') => `#/experiments/${experiment}/runs/${run}${rest}`,
};

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** CAIRN_UI_HOSTILE=SEED[,CPU[,MS]]: a processor CPU times slower, requests and their answers held back by up to MS; what depends on luck fails here first. */
const hostile = process.env.CAIRN_UI_HOSTILE && (([seed, cpu = 4, ms = 400]) => ({ seed, cpu, ms }))(process.env.CAIRN_UI_HOSTILE.split(',').map(Number));

async function harden(context) {
  await context.addInitScript(({ seed, ms }) => {
    const [ask, wait] = [fetch, setTimeout]; // those of the browser, whatever a test does to the clock
    const luck = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * ms;
    const pause = () => new Promise(done => wait(done, luck()));
    window.fetch = async (...call) => {
      await pause();
      const answer = await ask(...call);
      await pause();
      return answer;
    };
  }, { ...hostile, seed: hostile.seed++ });
  await context.route(/\.js$/, async route => {
    await new Promise(done => setTimeout(done, Math.random() * hostile.ms));
    await route.continue().catch(() => {}); // the page may have gone on
  });
  context.on('page', page => context.newCDPSession(page).then(cdp => cdp.send('Emulation.setCPUThrottlingRate', { rate: hostile.cpu })).catch(() => {}));
}

let browser;
after(() => browser?.close());

/** Opens a page in a fresh profile; `end` closes it and holds its whole life against the rules. */
export async function open(hash, options = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: flags });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 }, locale: options.locale ?? 'en-US', colorScheme: options.colorScheme ?? 'light', reducedMotion: options.reducedMotion ?? 'no-preference', acceptDownloads: true,
  });
  context.setDefaultTimeout(hostile ? 60_000 : 30_000);
  if (hostile) await harden(context);
  if (options.live === false) await context.addInitScript(() => localStorage.setItem('cairn.live', 'off'));
  const page = await context.newPage();
  if (options.clock) await page.clock.install(); // before the page has read it: what is put in its place begins anew
  const said = [];
  const foreign = [];
  const requests = [];
  const origin = new URL(options.url ?? url).origin;
  page.on('console', m => ['error', 'warning'].includes(m.type()) && said.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', e => said.push(`uncaught: ${e.message}`));
  context.on('request', r => {
    const u = new URL(r.url());
    if (['blob:', 'data:', 'about:', 'chrome:', 'chrome-extension:'].includes(u.protocol)) return; // the last two: the viewer of PDF
    requests.push(r);
    if (u.origin !== origin) foreign.push(r.url());
  });
  await page.goto((options.url ?? url) + hash);
  return {
    page, context, requests, said,
    /** Errors that a test provokes are named by it: everything else the browser says fails the test. */
    async end({ expected = [] } = {}) {
      await context.close();
      assert.deepEqual(foreign, [], 'requests to another origin');
      assert.deepEqual(said.filter(text => !expected.some(e => e.test(text))), [], 'the console said');
      for (const e of expected) assert.ok(said.some(text => e.test(text)), `the console was expected to say ${e}`);
    },
  };
}

/** Runs `work` with a page, and ends it in any case; a failure of the work is reported before one of the rules. */
export async function withPage(hash, options, work) {
  const session = await open(hash, options);
  let failed;
  try {
    await work(session.page, session);
  } catch (e) {
    const text = await session.page.evaluate(() => document.body.innerText).catch(() => '(the page is gone)');
    failed = new Error(`${e.message}\n${(e.stack.match(/[\w.-]+\.test\.mjs:\d+/g) ?? []).join(' ')}\n--- the page showed:\n${text.slice(0, 3000)}\n--- the console said:\n${session.said.join('\n')}`, { cause: e });
  }
  try {
    await session.end({ expected: options.expected });
  } catch (e) {
    failed ??= e;
  }
  if (failed) throw failed;
}

/** Waits for what only the test can see. */
export async function until(condition) {
  for (const end = Date.now() + 60_000; !(await condition()); await new Promise(done => setTimeout(done, 20))) assert.ok(Date.now() < end, `never: ${condition}`);
}

/** Calls the API as the page does. */
export async function api(path, body) {
  const response = await fetch(`${url}ajax-api/2.0/mlflow/${path}`, body ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {});
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return JSON.parse(text || '{}');
}

export async function upload(experiment, run, path, body) {
  const response = await fetch(`${url}ajax-api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts/${path}`, { method: 'PUT', body });
  assert.ok(response.ok, `upload: ${response.status}`);
}

/** What an act puts into the clipboard; a message of an earlier one may still be there. */
export async function copied(page, act) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('nothing yet'));
  await act();
  await page.getByText('Copied', { exact: true }).last().waitFor();
  let text;
  await until(async () => (text = await page.evaluate(() => navigator.clipboard.readText())) !== 'nothing yet');
  return text;
}

/** How many pixels of a chart are drawn: a canvas without a curve has axes only in grey. */
export async function curvePixels(card) {
  return card.locator('canvas').evaluate(canvas => {
    const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
    const [r, g, b] = [1, 3, 5].map(i => parseInt(accent.slice(i, i + 2), 16));
    // Of a copy: the browser warns of pictures that are read again and again.
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 200 && Math.abs(data[i] - r) < 24 && Math.abs(data[i + 1] - g) < 24 && Math.abs(data[i + 2] - b) < 24) n++;
    return n;
  });
}
