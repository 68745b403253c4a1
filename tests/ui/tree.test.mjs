// Nested runs in the table: below the runs that they are parts of, asked for when these are opened, or in a list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, withPage } from './browser.mjs';
import { axe, head, member, rowOf, settled } from './table.mjs';

const CHILDREN = 130; // more than a page of rows

/** study > fit-0 … fit-129, of which fit-7 > fold-a, fold-b; alone. */
const made = (async () => {
  const { experiment_id: experiment } = await api('experiments/create', { name: `tree ${Date.now()}` });
  let start = 1_700_000_000_000;
  const run = async (name, parent, value) => {
    const tags = parent ? [{ key: 'mlflow.parentRunId', value: parent }] : [];
    const { run: made } = await api('runs/create', { experiment_id: experiment, run_name: name, start_time: (start += 1000), tags });
    if (value !== undefined) await api('runs/log-metric', { run_id: made.info.run_id, key: 'score', value, timestamp: start, step: 0 });
    return made.info.run_id;
  };
  const study = await run('study', null, 0.5);
  const fits = [];
  for (let i = 0; i < CHILDREN; i++) fits.push(await run(`fit-${i}`, study, i));
  const folds = [await run('fold-a', fits[7], 1000), await run('fold-b', fits[7], 2000)];
  await run('alone', null, 0.25);
  return { experiment, study, fits, folds };
})();

const names = page => page.getByTestId('rows').locator('th.name a').allInnerTexts();
const opener = (page, name) => rowOf(page, name).getByRole('button', { name: new RegExp(` in ${name}$`) });
const queries = requests => requests.filter(r => r.url().endsWith('/runs/query')).map(r => r.postDataJSON()).filter(q => q.limit > 0); // the top bar counts now and then

test('nested runs stand below their parents, which are closed, and are asked for when these are opened', async () => {
  const { experiment, study, fits } = await made;
  await withPage(address.experiment(experiment), {}, async (page, { requests }) => {
    await settled(page);
    assert.deepEqual(await names(page), ['alone', 'study']);
    assert.match(await page.getByTestId('count').innerText(), new RegExp(`^${CHILDREN + 4} `), 'the count is of all runs');
    assert.equal(queries(requests).length, 1);
    assert.equal(await opener(page, 'study').getAttribute('aria-expanded'), 'false');
    assert.equal(await opener(page, 'alone').count(), 0);
    await opener(page, 'study').click();
    await rowOf(page, `fit-${CHILDREN - 1}`).waitFor();
    assert.equal(await member(page, 'open'), study);
    assert.deepEqual(queries(requests).slice(1).map(q => [q.parent, q.offset]), [[study, 0]]);
    assert.equal(await page.getByTestId('runs').getAttribute('aria-rowcount'), String(2 + CHILDREN + 1));
    const row = rowOf(page, `fit-${CHILDREN - 1}`);
    assert.deepEqual([await row.getAttribute('aria-level'), await row.getAttribute('aria-setsize')], ['2', String(CHILDREN)]);
    await axe(page, 'tree');
    // The second page of the children, and the level below them.
    await page.locator('.runs-box').evaluate(e => (e.scrollTop = e.scrollHeight));
    await opener(page, 'fit-7').click();
    await rowOf(page, 'fold-b').waitFor();
    const shown = await names(page);
    assert.deepEqual(shown.slice(shown.indexOf('fit-7')), ['fit-7', 'fold-b', 'fold-a', 'fit-6', 'fit-5', 'fit-4', 'fit-3', 'fit-2', 'fit-1', 'fit-0']);
    assert.equal(await member(page, 'open'), `${study},${fits[7]}`);
    await page.reload();
    await settled(page);
    await page.waitForFunction(n => Number(document.querySelector('[data-testid="runs"]').getAttribute('aria-rowcount')) === n, 2 + CHILDREN + 1);
    await page.locator('.runs-box').evaluate(e => (e.scrollTop = e.scrollHeight));
    await rowOf(page, 'fold-a').waitFor();
    await opener(page, 'fit-7').click();
    await rowOf(page, 'fold-a').waitFor({ state: 'detached' });
  });
});

test('a tree is walked with the arrows', async () => {
  const { experiment } = await made;
  await withPage(address.experiment(experiment), {}, async page => {
    await settled(page);
    const focused = name => page.waitForFunction(n => document.activeElement?.querySelector('th.name a')?.textContent === n, name);
    await page.getByTestId('rows').locator('tr[tabindex="0"]').focus();
    await page.keyboard.press('j');
    await focused('study');
    await page.keyboard.press('ArrowRight');
    await rowOf(page, `fit-${CHILDREN - 1}`).waitFor();
    await page.keyboard.press('ArrowRight');
    await focused(`fit-${CHILDREN - 1}`);
    await page.keyboard.press('End');
    await focused('fit-0');
    await page.keyboard.press('ArrowLeft');
    await focused('study');
    await page.keyboard.press('ArrowLeft');
    await rowOf(page, `fit-${CHILDREN - 1}`).waitFor({ state: 'detached' });
  });
});

test('who sorts or searches sees a list, unless a tree is asked for', async () => {
  const { experiment, study } = await made;
  await withPage(address.experiment(experiment), {}, async page => {
    await settled(page);
    await head(page, 'score').getByRole('button', { name: 'score', exact: true }).click();
    await rowOf(page, 'fold-b').waitFor();
    assert.deepEqual((await names(page)).slice(0, 3), ['fold-b', 'fold-a', `fit-${CHILDREN - 1}`]);
    assert.equal(await page.getByTestId('tree').getAttribute('aria-pressed'), 'false');
    await page.getByTestId('tree').click();
    await rowOf(page, 'fold-b').waitFor({ state: 'detached' });
    await settled(page);
    assert.deepEqual(await names(page), ['study', 'alone']);
    assert.equal(await member(page, 'tree'), '1');
    await opener(page, 'study').click();
    await rowOf(page, `fit-${CHILDREN - 1}`).waitFor();
    assert.deepEqual((await names(page)).slice(0, 3), ['study', `fit-${CHILDREN - 1}`, `fit-${CHILDREN - 2}`], 'the order holds on each level');
    await page.getByTestId('tree').click();
    await rowOf(page, 'fold-b').waitFor();
    assert.equal(await member(page, 'tree'), null);
  });
  // Where a parent is not found, what is found below it stands for itself.
  const filter = "run_name IN ('fold-a', 'fold-b', 'study', 'fit-7')".replace("'fit-7'", "'fit-8'");
  await withPage(`${address.experiment(experiment)}?${new URLSearchParams({ tree: '1', filter, open: study })}`, {}, async page => {
    await settled(page);
    await rowOf(page, 'fit-8').waitFor();
    assert.deepEqual(await names(page), ['fold-b', 'fold-a', 'study', 'fit-8']);
    assert.match(await rowOf(page, 'fold-a').innerText(), /Nested run/);
    assert.equal(await rowOf(page, 'fit-8').getAttribute('aria-level'), '2');
    assert.match(await page.getByTestId('count').innerText(), /^4 /);
  });
});

test('what is selected, drawn and counted in a tree are runs, not lines', async () => {
  const { experiment, study } = await made;
  await withPage(`${address.experiment(experiment)}?show=split`, {}, async page => {
    await settled(page);
    await page.getByText(`10 of ${CHILDREN + 4} runs drawn`).waitFor(); // those below the two lines as well
    await opener(page, 'study').click();
    await rowOf(page, `fit-${CHILDREN - 1}`).waitFor();
    await page.getByRole('checkbox', { name: 'Select all runs' }).check();
    await page.getByText(`${CHILDREN + 4} runs selected`).waitFor();
    await page.getByRole('checkbox', { name: 'Select study' }).uncheck();
    await page.getByText(`${CHILDREN + 3} runs selected`).waitFor();
    assert.equal(await member(page, 'open'), study);
  });
});

test('a new run below an open one is told of, and shown when asked for', async () => {
  const { experiment_id: experiment } = await api('experiments/create', { name: `growing ${Date.now()}` });
  const create = async (run_name, parent) => (await api('runs/create', { experiment_id: experiment, run_name, start_time: Date.now(), tags: parent ? [{ key: 'mlflow.parentRunId', value: parent }] : [] })).run.info.run_id;
  const parent = await create('parent');
  await create('first', parent);
  await withPage(`${address.experiment(experiment)}?open=${parent}`, {}, async page => {
    await rowOf(page, 'first').waitFor();
    await create('second', parent);
    await page.getByRole('button', { name: '1 new run' }).click();
    await rowOf(page, 'second').waitFor();
    assert.deepEqual(await names(page), ['parent', 'second', 'first']);
  });
});
