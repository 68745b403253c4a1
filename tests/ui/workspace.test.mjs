// The runs workspace: what one asks for, and how the table shows it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, axeSource, ids, withPage } from './browser.mjs';

const { vision } = ids;
const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
const names = page => page.getByTestId('rows').locator('th.name a').allInnerTexts();
const filterOf = page => page.evaluate(() => new URLSearchParams(location.hash.split('?')[1]).get('filter'));
const bar = page => page.getByRole('combobox', { name: 'Filter runs' });

async function axe(page, where) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map(v => `${where}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`), []);
}

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
    assert.equal(await bar(page).inputValue(), "(metrics.`精度` > 0.55 OR run_name = 'trial-1')");
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

test('what the server refuses is underlined, with its reason', async () => {
  await withPage(`${address.experiment(vision.experiment)}?filter=${encodeURIComponent("params.optimizer = 'adam' AND nonsense.x = 1")}`, { expected: [/status of 400/] }, async page => {
    await page.locator('#filter-error').waitFor();
    assert.match((await page.locator('.q-fault').allInnerTexts()).join(''), /^nonsense/);
    await axe(page, 'refused');
  });
});
void api;
void unique;
