// The runs workspace: what one asks for, and how the table shows it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, ids, url, withPage } from './browser.mjs';
import { axe, head, member, settled } from './table.mjs';

const { vision } = ids;
const names = page => page.getByTestId('rows').locator('th.name a').allInnerTexts();
const filterOf = page => member(page, 'filter');
const bar = page => page.getByRole('combobox', { name: 'Filter runs' });

test('the query bar completes names, signs and values by the keyboard', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await page.getByRole('link', { name: 'trial-0' }).waitFor();
    const box = bar(page);
    await box.pressSequentially('opt');
    const list = page.getByRole('listbox', { name: 'Proposals' });
    await list.getByRole('option', { name: /params\.optimizer/ }).waitFor();
    await box.press('ArrowDown');
    assert.equal(await list.getByRole('option', { selected: true }).count(), 1);
    assert.ok(await box.getAttribute('aria-activedescendant'));
    await box.press('Enter');
    assert.equal(await box.inputValue(), 'params.optimizer ');
    await list.getByRole('option', { name: '=', exact: true }).waitFor();
    await box.pressSequentially('= ');
    await list.getByRole('option', { name: /adam/ }).waitFor();
    assert.match(await list.getByRole('option', { name: /adam/ }).innerText(), /2/, 'with how many runs have it');
    await axe(page, 'proposals');
    await box.press('ArrowDown');
    await box.press('Enter');
    assert.equal(await box.inputValue(), "params.optimizer = 'adam' ");
    await box.press('Enter');
    await page.getByText('2 runs', { exact: true }).waitFor();
    assert.deepEqual((await names(page)).sort(), ['trial-1', 'trial-2']);
    assert.equal(await filterOf(page), "params.optimizer = 'adam'");
    await page.getByText(/^of 5 · \d+ ms$/).waitFor();
  });
});

test('chips and text are two views of one filter', async () => {
  const filter = "params.optimizer = 'adam' AND (metrics.`精度` > 0.55 OR run_name = 'trial-1')";
  await withPage(`${address.experiment(vision.experiment)}?filter=${encodeURIComponent(filter)}`, {}, async page => {
    const chips = page.getByRole('list', { name: 'Conditions' });
    await page.getByText('2 runs', { exact: true }).waitFor();
    assert.equal(await chips.getByRole('listitem').count(), 2);
    await page.getByRole('button', { name: 'Remove params.optimizer' }).click();
    const left = "(metrics.`精度` > 0.55 OR run_name = 'trial-1')";
    await page.waitForFunction(text => document.querySelector('.query-line input')?.value === text, left);
    await page.getByRole('button', { name: 'Add a condition' }).click();
    const form = page.getByRole('form', { name: 'Condition' });
    await form.getByRole('combobox', { name: 'Metric, parameter' }).fill('params.lr');
    await form.getByRole('combobox', { name: 'Comparison' }).selectOption('<');
    await form.getByRole('combobox', { name: 'Value' }).fill('0.005');
    await axe(page, 'condition');
    await form.getByRole('button', { name: 'Add' }).click();
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await filterOf(page), "(metrics.`精度` > 0.55 OR run_name = 'trial-1') AND params.lr < 0.005");
    await chips.getByRole('button', { name: /params\.lr/ }).first().click();
    await page.getByRole('form', { name: 'Condition' }).getByRole('combobox', { name: 'Value' }).fill('0.05');
    await page.getByRole('form', { name: 'Condition' }).getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 runs', { exact: true }).waitFor();
    await page.goBack();
    await page.getByText('1 run', { exact: true }).waitFor();
  });
});

test('an input method is left alone, and what it leaves behind is understood', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await page.getByText('5 runs', { exact: true }).waitFor();
    const box = bar(page);
    await box.fill('metrics.`精度`　＞　０．６５');
    await box.evaluate(input => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
    assert.equal(await filterOf(page), null, 'the Enter of the input method asks for nothing');
    await box.press('Enter');
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await filterOf(page), 'metrics.`精度` > 0.65');
  });
});

test('a word finds runs by their names', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await page.getByText('5 runs', { exact: true }).waitFor();
    await bar(page).fill('TRIAL-2');
    await bar(page).press('Escape');
    await bar(page).press('Enter');
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await filterOf(page), "attributes.run_name ILIKE '%TRIAL-2%'");
    await page.getByRole('button', { name: "attributes.run_name ILIKE '%TRIAL-2%'" }).first().waitFor();
  });
  const recent = `searchFilter=${encodeURIComponent("params.optimizer = 'adam'")}&startTime=LAST_24_HOURS&lifecycleFilter=Active`;
  await withPage(`${address.experiment(vision.experiment)}/runs?${recent}`, {}, async page => {
    await page.getByText('2 runs', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'age < 1d', exact: true }).waitFor();
  });
});

test('what the server refuses is underlined, with its reason', async () => {
  await withPage(`${address.experiment(vision.experiment)}?filter=${encodeURIComponent("params.optimizer = 'adam' AND nonsense.x = 1")}`, { expected: [/status of 400/] }, async page => {
    await page.locator('#filter-error').waitFor();
    assert.match((await page.locator('.q-fault').allInnerTexts()).join(''), /^nonsense/);
    await axe(page, 'refused');
  });
});

const titles = page => page.getByTestId('runs').locator('thead tr').last().locator('th').evaluateAll(all => all.map(th => th.getAttribute('aria-label') ?? th.textContent));

async function choose(page, column, item) {
  await head(page, column).getByRole('button', { name: `Menu of ${column}` }).click();
  await page.getByRole('menu').getByRole(item.role ?? 'menuitem', { name: item.name ?? item, exact: true }).click();
}

test('the menu of a column sorts, shows another value, pins, moves, hides and filters', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await head(page, 'train/loss').waitFor();
    await settled(page);
    await head(page, 'train/loss').getByRole('button', { name: 'Menu of train/loss' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('menu').waitFor();
    await axe(page, 'menu');
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('menu').count(), 0);

    await choose(page, 'train/loss', { role: 'menuitemradio', name: 'best' });
    await head(page, 'train/loss best').waitFor();
    await choose(page, 'train/loss best', { role: 'menuitemradio', name: 'Sort ascending' });
    await page.waitForFunction(() => document.querySelector('th[aria-sort="ascending"]')?.textContent.includes('best') && !document.querySelector('.stale'));
    assert.equal(await member(page, 'sort'), 'metrics.train/loss@best:asc');
    assert.deepEqual((await names(page)).slice(0, 3), ['trial-0', 'trial-1', 'trial-2'], 'the smallest loss first');

    await choose(page, 'optimizer', 'Pin column');
    await page.waitForFunction(() => document.querySelectorAll('thead th.frozen').length === 3);
    assert.equal((await titles(page))[2], 'optimizer');
    await choose(page, 'lr', 'Hide column');
    await head(page, 'lr').waitFor({ state: 'detached' });
    await choose(page, 'User', 'Move left');
    const now = await titles(page);
    assert.ok(now.indexOf('User') < now.indexOf('Duration'), `${now}`);
    await page.reload();
    await settled(page);
    assert.deepEqual(await titles(page), now, 'all of it is in the address');

    await page.getByRole('row').filter({ hasText: 'trial-0' }).focus();
    await choose(page, 'optimizer', 'Only sgd');
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await filterOf(page), "params.optimizer = 'sgd'");
  });
});

test('several keys sort, and each says which it is', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await settled(page);
    await head(page, 'optimizer').getByRole('button').first().click();
    await head(page, 'lr').getByRole('button').first().click({ modifiers: ['Shift'] });
    await page.waitForFunction(() => location.hash.includes('sort=params.optimizer%3Aasc%2Cparams.lr%3Aasc') && !document.querySelector('.stale'));
    assert.deepEqual((await names(page)).slice(0, 3), ['trial-2', 'trial-1', 'trial-0']);
    await head(page, 'lr').getByText('sort key 2').waitFor({ state: 'attached' });
    await head(page, 'lr').getByRole('button').first().click({ modifiers: ['Shift'] });
    await page.waitForFunction(() => location.hash.includes('params.lr%3Adesc') && !document.querySelector('.stale'));
    assert.deepEqual((await names(page)).slice(0, 3), ['trial-1', 'trial-2', 'trial-0']);
  });
});

test('columns are dragged to another place and another width', async () => {
  await withPage(address.experiment(vision.experiment), { width: 1700 }, async page => {
    await settled(page);
    await head(page, 'lr').dragTo(head(page, 'Started'));
    await page.waitForFunction(() => location.hash.includes('cols=params.lr'));
    const now = await titles(page);
    assert.ok(now.indexOf('lr') < now.indexOf('Started'), `${now}`);
    const handle = await head(page, 'lr').locator('.resize').boundingBox();
    const before = (await head(page, 'lr').boundingBox()).width;
    await page.mouse.move(handle.x + 3, handle.y + 8);
    await page.mouse.down();
    await page.mouse.move(handle.x + 63, handle.y + 8, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => location.hash.includes('width='));
    assert.equal(Math.round((await head(page, 'lr').boundingBox()).width), Math.round(before + 60));
    await head(page, 'lr').locator('.resize').dblclick();
    await page.waitForFunction(() => !location.hash.includes('width='));
  });
});

test('a column of small curves, and one at a step', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await settled(page);
    await choose(page, 'train/loss', { role: 'menuitemradio', name: 'sparkline' });
    await head(page, 'train/loss sparkline').waitFor();
    await page.getByRole('row').filter({ hasText: 'trial-0' }).getByRole('img', { name: 'Small curve' }).waitFor();
    await choose(page, 'val/accuracy', { role: 'menuitemradio', name: 'At step…' });
    await page.getByRole('dialog').getByLabel('Step').fill('１０');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await head(page, 'val/accuracy @10').waitFor();
    await page.getByRole('row').filter({ hasText: 'trial-0' }).getByText('0.3935').waitFor(); // 1 - exp(-10/20)
  });
});

test('who had charts beside the table last has them again, where there is room', async () => {
  const at = id => `${address.experiment(id)}`;
  await withPage(at(vision.experiment), {}, async page => {
    const chosen = name => page.getByRole('group', { name: 'Show', exact: true }).getByRole('button', { name, exact: true });
    const pressed = name => page.waitForFunction(n => [...document.querySelectorAll('.segmented button[aria-pressed="true"]')].some(b => b.textContent === n), name);
    await settled(page);
    await pressed('Table');
    await chosen('Table and charts').click();
    await page.goto(url + at(ids.check.experiment));
    await page.getByTestId('charts').waitFor();
    await page.waitForFunction(() => location.hash.endsWith('?show=split'));
    await page.setViewportSize({ width: 1100, height: 800 });
    await page.goto(url + at(vision.experiment));
    await settled(page);
    await pressed('Table');
    await page.setViewportSize({ width: 1440, height: 800 });
    await page.goto(`${url}#/runs`);
    await page.getByTestId('charts').waitFor();
    await chosen('Table').click();
    await page.goto(url + at(vision.experiment));
    await settled(page);
    await pressed('Table');
    assert.equal(await member(page, 'show'), null);
  });
});

test('another order, or other runs, are read from the top', async () => {
  await withPage(`${address.experiment(ids.many.experiment)}?cols=info.duration`, {}, async page => {
    await settled(page);
    const box = page.locator('.runs-box');
    const down = async () => {
      await box.evaluate(e => (e.scrollTop = e.scrollHeight));
      await page.getByTestId('rows').getByRole('link', { name: 'row-119' }).waitFor();
      await settled(page); // rows that come move the heads, and a head that moves closes its menu
    };
    await down();
    await head(page, 'Name').getByRole('button').first().click();
    await page.getByTestId('rows').getByRole('link', { name: 'row-000' }).waitFor();
    assert.equal(await box.evaluate(e => e.scrollTop), 0);
    await down();
    await page.getByRole('combobox', { name: 'Filter runs' }).fill("run_name != 'row-000'");
    await page.keyboard.press('Enter');
    await page.getByText('119 runs').waitFor();
    assert.equal(await box.evaluate(e => e.scrollTop), 0);
    // A column more or less is no other list.
    await down();
    await head(page, 'Duration').getByRole('button', { name: 'Menu of Duration' }).click();
    await page.getByRole('menuitem', { name: 'Hide column' }).click();
    await settled(page);
    assert.ok((await box.evaluate(e => e.scrollTop)) > 0);
  });
});

test('what is chosen before the page has heard of the last choice takes nothing back', async () => {
  await withPage(address.experiment(vision.experiment), {}, async page => {
    await settled(page);
    await page.evaluate(() => {
      const press = name => [...document.querySelectorAll('button')].find(b => b.textContent === name).click();
      press('Deleted');
      press('Table and charts');
    });
    await page.getByTestId('charts').waitFor();
    assert.deepEqual([await member(page, 'view'), await member(page, 'show')], ['deleted', 'split']);
  });
});
