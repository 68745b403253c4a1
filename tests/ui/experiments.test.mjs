// The experiments: folders, the list, what is done to them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, ids, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { vision, check } = ids;
const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
const list = page => page.getByTestId('experiments');
const shown = page => list(page).locator('th.name a').evaluateAll(all => all.map(a => a.getAttribute('aria-label')));
const rowOf = (page, name) => list(page).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

/** A folder with three experiments: a/one, a/two, b/three. */
async function folder() {
  const top = unique('folder');
  const made = {};
  for (const name of ['a/one', 'a/two', 'b/three']) made[name] = (await api('experiments/create', { name: `${top}/${name}` })).experiment_id;
  return { top, made };
}

test('folders are walked with the mouse and the keyboard, and are part of the address', async () => {
  const { top } = await folder();
  await withPage(address.experiments(), {}, async page => {
    const tree = page.getByRole('tree', { name: 'Folders' });
    await tree.getByRole('treeitem', { name: new RegExp(`^${top} ?3$`) }).click();
    await page.getByText('3 experiments', { exact: true }).waitFor();
    await page.waitForFunction(title => document.title === title, `${top} · Experiments · Cairn`);
    await page.keyboard.press('Tab'); // out and back: the chosen one has the focus
    await page.keyboard.press('Shift+Tab');
    if ((await tree.getByRole('treeitem', { expanded: true, name: new RegExp(`^${top}`) }).count()) === 0) await page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: /^a ?2$/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('2 experiments', { exact: true }).waitFor();
    assert.deepEqual((await shown(page)).sort(), [`${top}/a/one`, `${top}/a/two`]);
    assert.equal(await rowOf(page, `${top}/a/one`).getByRole('link').innerText(), 'one', 'without the folder');
    await axe(page, 'folders');
    await page.reload();
    await page.getByText('2 experiments', { exact: true }).waitFor();
    await page.goBack();
    await page.getByText('3 experiments', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'New experiment' }).click();
    assert.equal(await page.getByRole('dialog').getByLabel('Name').inputValue(), `${top}/`, 'a new one is put into the folder');
  });
});

test('the list tells of runs, tags and notes, and is sorted', async () => {
  await withPage(address.experiments(), {}, async page => {
    const row = rowOf(page, vision.title);
    await row.getByText('Goal').waitFor();
    await row.getByText('視覚').waitFor();
    const cells = (await row.getByRole('cell').allInnerTexts()).map(text => text.trim().replace(/\s+/g, ' '));
    assert.match(cells[1], /\d+ Running ?1 Failed ?5$/, cells[1]);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await page.waitForFunction(() => location.hash.includes('sort=name&dir=asc'));
    const names = await shown(page);
    assert.deepEqual(names, [...names].sort(new Intl.Collator('en', { numeric: true }).compare));
    await page.getByRole('columnheader', { name: 'Runs' }).getByRole('button').click();
    await page.waitForFunction(() => document.querySelector('[aria-sort="descending"]')?.textContent.startsWith('Runs'));
    const runs = await list(page).getByRole('row').filter({ has: page.getByRole('link') }).evaluateAll(rows => rows.map(row => Number(/\d+$/.exec(row.cells[2].textContent.trim().replaceAll(',', ''))[0])));
    assert.deepEqual(runs, [...runs].sort((a, b) => b - a), 'most first');
    assert.ok(runs[0] >= 50 && (await shown(page)).indexOf('many-runs') < (await shown(page)).indexOf(vision.title));
  });
});

test('some are opened together, tagged, deleted, and brought back', async () => {
  const { top, made } = await folder();
  await withPage(`#/experiments?folder=${top}`, {}, async page => {
    const pick = name => rowOf(page, `${top}/${name}`).getByRole('checkbox').click();
    await pick('a/one');
    await pick('b/three');
    const bar = page.getByRole('group', { name: 'Selection' });
    await bar.getByText('2 experiments selected').waitFor();
    await bar.getByRole('button', { name: 'Add tag' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('stage');
    await page.getByRole('dialog').getByLabel('Value').fill('試験');
    await axe(page, 'tag');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await rowOf(page, `${top}/a/one`).getByText('試験').waitFor();
    assert.equal(await rowOf(page, `${top}/a/two`).locator('.chip').count(), 0);

    await pick('a/one');
    await pick('b/three');
    await bar.getByRole('link', { name: 'Open their runs' }).click();
    await page.getByRole('heading', { name: 'Runs of several experiments' }).waitFor();
    assert.deepEqual((await page.evaluate(() => new URLSearchParams(location.hash.split('?')[1]).get('exp'))).split(',').sort(), [made['a/one'], made['b/three']].sort());
    await page.goBack();

    await page.getByRole('checkbox', { name: 'Select all experiments found' }).click();
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('3 experiments were deleted.').waitFor();
    await page.getByText(`No experiment is in “${top}”.`).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3 experiments', { exact: true }).waitFor();
  });
});

test('rows are used with the keyboard', async () => {
  const { top } = await folder();
  await withPage(`#/experiments?folder=${top}&sort=name&dir=asc`, {}, async page => {
    await page.getByText('3 experiments', { exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+x'); // as far as here
    await page.keyboard.press('x');
    await page.getByText('2 experiments selected').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('e');
    const field = page.getByRole('textbox', { name: 'Name' });
    await field.fill(`${top}/a/zwei`);
    await field.press('Enter');
    await page.getByRole('link', { name: `${top}/a/zwei`, exact: true }).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: `Keep ${top}/a/zwei at the top`, pressed: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `${top}/a/zwei`, level: 1 }).waitFor();
  });
});

test('ten thousand experiments are one list', async () => {
  const n = 10_000;
  const of = f => Array.from({ length: n }, (_, i) => f(i));
  const big = { total: n, experiment_id: of(i => String(i + 1)), name: of(i => `team-${i % 7}/exp-${i}`), lifecycle_stage: of(() => 'active'), creation_time: of(() => 1), runs: of(i => i), running: of(() => 0), failed: of(() => 0), activity: of(i => n - i) };
  await withPage(address.home(), {}, async page => {
    await page.route('**/experiments/summary', r => (r.request().postDataJSON().tags ? r.continue() : r.fulfill({ json: big })));
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Experiments' }).click();
    await page.getByText('10,000 experiments', { exact: true }).waitFor();
    assert.ok((await page.getByRole('row').count()) < 90);
    await page.locator('.experiments-box').evaluate(box => { box.scrollTop = box.scrollHeight; });
    await page.getByRole('link', { name: 'team-3/exp-9999', exact: true }).waitFor();
    await page.getByRole('searchbox').fill('EXP-777');
    await page.getByText('11 experiments', { exact: true }).waitFor();
    assert.equal((await shown(page)).length, 11);
  });
});

test('an id finds its experiment', async () => {
  await withPage(`#/experiments?search=${check.experiment}`, {}, async page => {
    await page.getByRole('link', { name: check.title }).waitFor();
  });
});
