// Drives one page of one server, in a browser with an empty cache, and prints what it took as JSON:
// pages.mjs '{"url", "kind": "cairn" | "mlflow", "job", …}'. See README.md.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../static/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const asked = JSON.parse(process.argv[2]);
const ours = asked.kind === 'cairn';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PATIENCE = 120_000;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: FLAGS });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
context.setDefaultTimeout(PATIENCE);
const page = await context.newPage();
const cdp = await context.newCDPSession(page);
await cdp.send('Network.enable');

const wire = new Map();
cdp.on('Network.responseReceived', e => wire.set(e.requestId, { url: e.response.url, type: e.type, bytes: 0, at: e.timestamp }));
cdp.on('Network.loadingFinished', e => {
  const one = wire.get(e.requestId);
  if (one) Object.assign(one, { bytes: e.encodedDataLength, done: e.timestamp });
});
const isApi = r => /\/(ajax-api|api|graphql)\b/.test(new URL(r.url).pathname);
const http = () => [...wire.values()].filter(r => /^https?:/.test(r.url));
const sum = list => list.reduce((n, r) => n + r.bytes, 0);

let last = performance.now();
for (const event of ['Network.requestWillBeSent', 'Network.loadingFinished', 'Network.loadingFailed']) cdp.on(event, () => (last = performance.now()));

/** Until nothing happened on the wire for a second: what a page still fetches belongs to it. One that never rests is left after a while. */
async function quiet() {
  for (const begin = performance.now(); performance.now() - last < 1000 && performance.now() - begin < 20_000;)
    await new Promise(resolve => setTimeout(resolve, 50));
}

async function heap() {
  await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
}

async function weight() {
  await quiet();
  const all = http();
  return {
    requests: all.length,
    kb: sum(all) / 1024,
    js_kb: sum(all.filter(r => /\.m?js(\?|$)/.test(r.url))) / 1024,
    api_requests: all.filter(isApi).length,
    api_kb: sum(all.filter(isApi)) / 1024,
    nodes: await page.evaluate(() => document.querySelectorAll('*').length),
    heap_mb: await heap(),
  };
}

const shows = text => page.waitForFunction(t => [...document.querySelectorAll('a')].some(a => a.textContent.trim() === t), text, { polling: 'raf' });
const clock = () => performance.now();

/** From here until the pixels of a frame that shows it. */
async function since(begin, what) {
  await what;
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve))));
  return clock() - begin;
}

function visit(hash) {
  return page.goto(`${asked.url}/${hash}`, { waitUntil: 'commit' });
}

/** The page is there already: only what it shows changes. */
function move(hash) {
  return page.evaluate(h => { location.hash = h; }, hash);
}

const runsPage = query => `#/experiments/${asked.experiment}/runs${query ? `?${query}` : ''}`;

/** The canvas (ours) or the paths (Plotly's) of as many curves as were asked for. */
const curves = ours
  ? () => page.waitForFunction(() => [...document.querySelectorAll('[data-drawn]')].some(e => e.dataset.drawn === 'yes' && e.querySelector('canvas')), null, { polling: 'raf' })
  : () => page.waitForFunction(n => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace path.js-line').length >= n, asked.curves ?? 1, { polling: 'raf' });

const jobs = {
  async runs() {
    const begin = clock();
    await visit(runsPage());
    const first = await since(begin, shows(asked.first));
    return { first_ms: first, ...(await weight()) };
  },
  async sort() {
    await visit(runsPage());
    await shows(asked.first);
    await quiet();
    const begin = clock();
    await move(runsPage(ours ? 'sort=metrics.metric_3:desc' : `orderByKey=${encodeURIComponent('metrics.`metric_3`')}&orderByAsc=false`));
    return { ms: await since(begin, shows(asked.best)) };
  },
  async jump() {
    await visit(runsPage());
    await shows(asked.first);
    await quiet();
    const begin = clock();
    await page.locator('.runs-box').evaluate((box, share) => { box.scrollTop = Math.round(box.scrollHeight * share); }, asked.share);
    const ms = await since(begin, page.waitForFunction(total => {
      const rows = [...document.querySelectorAll('[data-testid="rows"] tr[data-index]')].filter(r => Math.abs(r.getBoundingClientRect().top - innerHeight / 2) < 40);
      return rows.length > 0 && rows.every(r => r.querySelector('th.name a')?.textContent === `run-${total - 1 - Number(r.dataset.index)}`);
    }, asked.total, { polling: 'raf' }));
    return { ms, heap_mb: await heap() };
  },
  async curves() {
    await visit(runsPage());
    await shows(asked.first);
    await quiet();
    wire.clear();
    const begin = clock();
    await move(asked.hash);
    const ms = await since(begin, curves());
    await quiet();
    return { ms, api_kb: sum(http().filter(isApi)) / 1024, heap_mb: await heap() };
  },
  /** A curve of very many points: from its answer to its pixels, and a zoom into a hundredth of it. */
  async zoom() {
    await visit(asked.hash);
    await curves();
    const drawn = await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(() => {
      const answers = performance.getEntriesByType('resource').filter(e => e.name.endsWith('/metrics/series'));
      resolve(performance.now() - Math.max(...answers.map(e => e.responseEnd)));
    }))));
    await quiet();
    const width = () => document.querySelector('.plot[data-width]').dataset.width;
    const before = await page.evaluate(width);
    const begin = clock();
    await move(asked.zoomed);
    const ms = await since(begin, page.waitForFunction(was => document.querySelector('.plot[data-width]').dataset.width !== was, before, { polling: 'raf' }));
    return { drawn_after_ms: drawn, zoom_ms: ms };
  },
  async run() {
    const begin = clock();
    await visit(asked.hash);
    const ms = await since(begin, curves());
    return { first_ms: ms, ...(await weight()) };
  },
};

try {
  console.log(JSON.stringify(await jobs[asked.job]()));
} finally {
  await browser.close();
}
