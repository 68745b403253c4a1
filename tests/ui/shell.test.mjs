// The shell around the pages: Home, the rail, keys, the palette, live, another path.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { address, api, ids, url, withPage } from './browser.mjs';
import { axe, fits } from './table.mjs';

const { check, vision, empty } = ids;
const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
const heading = (page, name) => page.getByRole('heading', { name, level: 1, exact: true });
const strip = (page, name) => page.getByTestId(`home-${name}`);

/** Both at once: a chord is forgotten after a moment. */
const chord = (page, key) => Promise.all([page.keyboard.press('g'), page.keyboard.press(key)]);

async function createRun(name, more = {}) {
  const { run } = await api('runs/create', { experiment_id: empty.experiment, run_name: name, start_time: Date.now(), ...more });
  return run.info.run_id;
}

test('Home shows what is running, and a run that ends moves to those that have ended, by itself', async () => {
  await withPage(address.home(), {}, async page => {
    await heading(page, 'Home').waitFor();
    await page.waitForFunction(() => document.title === 'Home · Cairn');
    await strip(page, 'experiments').getByRole('link', { name: vision.title }).waitFor();
    const name = unique('going');
    const run = await createRun(name);
    const row = strip(page, 'running').getByRole('row').filter({ hasText: name });
    await row.waitFor();
    await api('runs/log-metric', { run_id: run, key: 'loss', value: 0.25, timestamp: Date.now(), step: 1 });
    await row.getByText('0.25').waitFor();
    await row.getByRole('img', { name: 'Small curve' }).waitFor();
    await api('runs/log-metric', { run_id: run, key: 'loss', value: 0.125, timestamp: Date.now(), step: 2 });
    await row.getByText('0.125').waitFor();
    await api('runs/update', { run_id: run, status: 'FAILED', end_time: Date.now() });
    const ended = strip(page, 'ended').getByRole('row').filter({ hasText: name });
    await ended.getByText('Failed').waitFor({ state: 'attached' });
    await row.waitFor({ state: 'detached' });
    await ended.getByRole('link', { name }).click();
    await heading(page, name).waitFor();
  });
});

test('a run without news is stale', async () => {
  const name = unique('silent');
  const run = await createRun(name, { start_time: Date.now() - 2 });
  await api('runs/update', { run_id: run, status: 'RUNNING' });
  await withPage(address.home(), {}, async page => {
    const row = strip(page, 'running').getByRole('row').filter({ hasText: name });
    await row.getByText('just now').waitFor();
    await page.clock.install();
    await page.clock.runFor(20 * 60_000);
    await row.getByText(/^stale · 20 min/).waitFor();
  });
  await api('runs/update', { run_id: run, status: 'KILLED', end_time: Date.now() });
});

test('an experiment is kept at the top of Home', async () => {
  await withPage(address.home(), {}, async page => {
    const list = strip(page, 'experiments').getByRole('rowheader');
    await list.filter({ hasText: 'Default' }).waitFor();
    await page.getByRole('button', { name: 'Keep Default at the top' }).click();
    await page.waitForFunction(() => document.querySelector('[data-testid="home-experiments"] tbody th')?.textContent === 'Default');
    await page.reload();
    await list.first().waitFor();
    assert.equal(await list.first().innerText(), 'Default');
    assert.equal(await page.getByRole('button', { name: 'Keep Default at the top' }).getAttribute('aria-pressed'), 'true');
  });
});

test('the search of Home takes a name or a filter', async () => {
  await withPage(address.home(), {}, async page => {
    await page.getByRole('search').getByRole('textbox').fill('trial-');
    await page.keyboard.press('Enter');
    await page.getByTestId('rows').getByRole('link', { name: 'trial-2' }).waitFor();
    await page.getByText('3 runs', { exact: true }).waitFor();
    await page.goBack();
    await page.getByRole('search').getByRole('textbox').fill("params.optimizer = 'sgd' AND metrics.`精度` ＞ 0.4");
    await page.keyboard.press('Enter');
    await page.getByTestId('rows').getByRole('link', { name: 'trial-0' }).waitFor();
    await page.getByText('1 run', { exact: true }).waitFor();
  });
});

test('an empty server says how to begin', async () => {
  await withPage(address.home(), {}, async page => {
    await page.route('**/experiments/summary', r => r.fulfill({ json: { total: 1, experiment_id: ['0'], name: ['Default'], lifecycle_stage: ['active'], creation_time: [1], runs: [0], running: [0], failed: [0], activity: [1] } }));
    await page.route('**/runs/query', r => r.fulfill({ json: { total: 0, run_id: [], experiment_id: [], run_name: [], user_id: [], status: [], start_time: [], end_time: [], lifecycle_stage: [], columns: [] } }));
    await page.reload();
    await page.getByText('mlflow.set_tracking_uri').waitFor();
    await axe(page, 'empty');
  });
});

test('g and a letter goes, from the top of the page the keyboard goes on', async () => {
  await withPage(address.home(), {}, async page => {
    await heading(page, 'Home').waitFor();
    await chord(page, 'e');
    await heading(page, 'Experiments').waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'main' && document.title === 'Experiments · Cairn');
    await chord(page, 'r');
    await heading(page, 'All runs').waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Main' }).locator('[aria-current]').innerText(), 'Runs');
    await chord(page, 'x'); // no such place, and no x either
    await chord(page, 'h');
    await heading(page, 'Home').waitFor();
  });
});

test('keys do nothing in fields, nor while an input method composes', async () => {
  await withPage(address.experiments(), {}, async page => {
    const box = page.getByRole('searchbox').first();
    await box.fill('');
    await box.pressSequentially('gr?.');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await box.inputValue(), 'gr?.');
    await page.locator('main').focus();
    await page.evaluate(() => {
      for (const key of ['g', 'r', '?']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }));
    });
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.ok(page.url().includes('#/experiments'));
  });
});

test('? shows the keys, which can be switched off', async () => {
  await withPage(address.home(), {}, async page => {
    await heading(page, 'Home').waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('On every page').waitFor();
    await axe(page, 'keys');
    await sheet.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k'); // the others do not go with it
    await page.getByRole('dialog', { name: 'Go to or do' }).waitFor();
    assert.equal(await sheet.count(), 0);
  });
});

test('the palette finds experiments, runs and actions by their names', async () => {
  await withPage(address.home(), {}, async page => {
    await heading(page, 'Home').waitFor();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to or do' });
    const field = palette.getByRole('combobox');
    await field.fill('分類');
    await palette.getByRole('option', { name: vision.title }).waitFor();
    await axe(page, 'palette');
    await field.fill('trial-1');
    await palette.getByRole('option', { name: /trial-1 [0-9a-f]{8}/ }).waitFor();
    await field.evaluate(input => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
    assert.equal(await palette.count(), 1, 'the Enter of the input method picks nothing');
    await field.press('Enter');
    await heading(page, 'trial-1').waitFor();
    await page.keyboard.press('/');
    await field.fill(check.run.slice(0, 12));
    await palette.getByRole('option', { name: check.name }).waitFor();
    await field.press('Escape');
    await palette.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await field.fill('theme');
    const before = await page.evaluate(() => document.documentElement.dataset.theme);
    await field.press('Enter'); // as the system → light
    await field.waitFor({ state: 'detached' });
    await page.getByTestId('theme').and(page.locator('[aria-label="Theme: light"]')).waitFor();
    assert.equal(before, 'light');
  });
});

test('the live dot says what it knows, and . stops asking', async () => {
  await withPage(address.home(), {}, async (page, { requests }) => {
    const dot = page.getByTestId('live');
    await dot.getByText(/live · [\d,]+ running · just now/).waitFor();
    await page.keyboard.press('.');
    await dot.getByText('paused').waitFor();
    assert.equal(await dot.getAttribute('aria-pressed'), 'false');
    await page.waitForLoadState('networkidle');
    await page.clock.install();
    const asked = requests.length;
    await page.clock.runFor(60_000);
    assert.equal(requests.length, asked, 'nothing is asked for');
    await page.keyboard.press('.');
    await dot.getByText(/live/).waitFor();
    const answer = page.waitForResponse(/runs\/query/);
    await page.clock.runFor(6_000);
    await answer;
  });
});

test('the rail is narrowed, and stays so', async () => {
  await withPage(address.home(), {}, async page => {
    const rail = page.getByRole('navigation', { name: 'Main' });
    const wide = (await rail.boundingBox()).width;
    await page.getByRole('button', { name: 'Narrow the navigation' }).click();
    assert.ok((await rail.boundingBox()).width < wide / 2);
    await page.reload();
    await page.getByRole('button', { name: 'Widen the navigation' }).waitFor();
    await rail.getByRole('link', { name: 'Experiments' }).click();
    await heading(page, 'Experiments').waitFor();
  });
});

test('on a phone the rail is a bar below, and the menu has the language', async () => {
  await withPage(address.home(), { width: 390, height: 844 }, async page => {
    await heading(page, 'Home').waitFor();
    const box = await page.getByRole('navigation', { name: 'Main' }).boundingBox();
    assert.ok(box.y > 780 && box.width === 390, JSON.stringify(box));
    await page.getByTestId('menu').click();
    await axe(page, 'menu');
    await page.getByRole('menuitemradio', { name: '日本語' }).click();
    await heading(page, 'ホーム').waitFor();
    await fits(page);
  });
});

test('nothing moves for those who want less motion', async () => {
  await withPage(address.home(), { reducedMotion: 'reduce' }, async page => {
    await strip(page, 'experiments').getByRole('link', { name: vision.title }).waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});

test('the pages work under another path', async () => {
  const dev = spawn(process.execPath, [new URL('../../static/dev.mjs', import.meta.url).pathname, `--api=${url}`, '--prefix=/tools/cairn'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const at = await new Promise((resolve, reject) => {
      dev.stdout.once('data', text => resolve(String(text).trim()));
      dev.once('exit', code => reject(new Error(`dev.mjs ended with ${code}`)));
    });
    assert.match(at, /\/tools\/cairn\/$/);
    await withPage(address.home(), { url: at, locale: 'ja-JP' }, async (page, { requests }) => {
      await strip(page, 'experiments').getByRole('link', { name: check.title }).click();
      await page.getByTestId('runs').getByRole('link', { name: check.name }).click();
      await heading(page, check.name).waitFor();
      await page.locator('[data-metric="foo"] canvas').first().waitFor();
      assert.deepEqual(requests.map(r => new URL(r.url()).pathname).filter(p => !p.startsWith('/tools/cairn/')), []);
    });
  } finally {
    dev.kill();
  }
});

test('a run of an experiment that is not among the last ones has the name of it', async () => {
  const title = unique('long-ago');
  const { experiment_id: old } = await api('experiments/create', { name: title });
  const run = unique('of-old');
  await api('runs/create', { experiment_id: old, run_name: run, start_time: Date.now() });
  for (let i = 0; i < 61; i++) await api('experiments/create', { name: unique(`folder-of-many/sub-folder/x${i}`) });
  await withPage(address.home(), {}, async page => {
    await strip(page, 'running').getByRole('row').filter({ hasText: run }).getByRole('link', { name: title }).waitFor();
  });
  // On a phone a long path loses its folders, and not what tells it from its neighbours.
  await withPage(address.experiments(), { width: 390 }, async page => {
    const name = page.getByRole('link', { name: /folder-of-many\/sub-folder\/x60/ });
    await name.waitFor();
    const [folder, own] = await name.locator('.path-name > span').evaluateAll(spans => spans.map(s => s.clientWidth / s.scrollWidth));
    assert.ok(own > 3 * folder, `${folder} of the folder is seen, ${own} of the name`);
  });
});
