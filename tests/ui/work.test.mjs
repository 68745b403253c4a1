// What a person does: renames, tags, notes, deletions; and what happens when the server is away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, ids, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

async function makeRun(name = 'worked-on') {
  const { experiment_id: experiment } = await api('experiments/create', { name: unique('work') });
  const { run } = await api('runs/create', { experiment_id: experiment, run_name: name, start_time: Date.now() });
  return { experiment, run: run.info.run_id };
}

test('a run is renamed where its name stands', async () => {
  const made = await makeRun();
  await withPage(address.run(made.experiment, made.run), {}, async page => {
    await page.getByRole('button', { name: 'Rename run' }).click();
    const field = page.getByRole('textbox', { name: 'Name' });
    await field.fill('新しい名前');
    await field.press('Enter');
    await page.getByRole('heading', { name: '新しい名前', level: 1 }).waitFor();
  });
  assert.equal((await api(`runs/get?run_id=${made.run}`)).run.info.run_name, '新しい名前');
});

test('tags are added, changed and deleted', async () => {
  const made = await makeRun();
  const tags = async () => Object.fromEntries((await api(`runs/get?run_id=${made.run}`)).run.data.tags.map(t => [t.key, t.value]));
  await withPage(address.run(made.experiment, made.run), {}, async page => {
    const section = page.getByRole('region', { name: 'Tags' });
    await section.getByRole('button', { name: 'Add tag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('quality');
    await dialog.getByLabel('Value').fill('good');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = section.getByRole('row').filter({ hasText: 'quality' });
    await row.getByText('good').waitFor();
    assert.equal((await tags()).quality, 'good');

    await row.getByRole('button', { name: 'Edit tag quality' }).click();
    await section.getByRole('textbox', { name: 'Value of quality' }).fill('best');
    await section.getByRole('textbox', { name: 'Value of quality' }).press('Enter');
    await row.getByText('best').waitFor();
    assert.equal((await tags()).quality, 'best');

    await row.getByRole('button', { name: 'Delete tag quality' }).click();
    await page.getByText('Tag “quality” was deleted.').waitFor();
    await section.getByText('No tags.').waitFor();
    assert.ok(!('quality' in (await tags())));
  });
});

test('a tag that the server refuses stays in its form, with the reason', async () => {
  const made = await makeRun();
  await withPage(address.run(made.experiment, made.run), { expected: [/status of 400/] }, async page => {
    await page.getByRole('button', { name: 'Add tag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('bad$name');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/Names may only contain/).waitFor();
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'bad$name');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});

test('notes are written in Markdown', async () => {
  const made = await makeRun();
  await withPage(address.run(made.experiment, made.run), {}, async page => {
    const notes = page.getByRole('region', { name: 'Notes' });
    await notes.getByRole('button', { name: 'Edit' }).click();
    await notes.getByRole('textbox').fill('## 結論\n\nUse `adam`.');
    await notes.getByRole('button', { name: 'Save' }).click();
    await notes.getByRole('heading', { name: '結論' }).waitFor();
    assert.equal(await notes.locator('.markdown code').innerText(), 'adam');
  });
});

test('an experiment is created, renamed, deleted and restored', async () => {
  const name = unique('実験 made here');
  const renamed = `${name} (2)`;
  await withPage(address.experiments(), { expected: [/status of 400/] }, async page => {
    const create = async () => {
      await page.getByRole('button', { name: 'New experiment' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill(name);
      await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    };
    await create();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText('This experiment has no runs yet.').waitFor();

    await page.getByRole('navigation', { name: 'Location' }).getByRole('link', { name: 'Experiments', exact: true }).click();
    await create(); // the same name again
    await page.getByRole('dialog').getByText(/already exists/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    const choose = async (of, item) => {
      await page.getByRole('button', { name: `Menu of ${of}`, exact: true }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose(name, 'Rename');
    await page.getByRole('textbox', { name: 'Name' }).fill(renamed);
    await page.getByRole('textbox', { name: 'Name' }).press('Enter');
    await page.getByRole('link', { name: renamed }).waitFor();

    await choose(renamed, 'Delete');
    await page.getByText(`“${renamed}” was deleted.`).waitFor();
    await page.getByRole('link', { name: renamed }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: renamed }).waitFor();
    await choose(renamed, 'Delete');
    await page.getByRole('link', { name: renamed }).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Deleted', exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: renamed });
    await row.waitFor();
    await choose(renamed, 'Restore');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Active', exact: true }).click();
    await page.getByRole('link', { name: renamed }).waitFor();
  });
});

test('notes and tags of an experiment are changed over its runs', async () => {
  const { experiment_id: id } = await api('experiments/create', { name: unique('noted') });
  const tags = async () => Object.fromEntries(((await api(`experiments/get?experiment_id=${id}`)).experiment.tags ?? []).map(tag => [tag.key, tag.value]));
  await withPage(address.experiment(id), {}, async page => {
    await page.getByRole('button', { name: 'Add notes' }).click();
    await page.getByRole('textbox', { name: 'Notes' }).fill('# 目的\nTell *cats* from dogs.');
    await page.getByRole('region', { name: 'Preview' }).locator('em').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Notes', { exact: true }).click();
    await page.locator('.note').getByRole('heading', { name: '目的' }).waitFor();

    await page.getByRole('button', { name: 'Edit tags' }).click();
    const section = page.getByRole('region', { name: 'Tags' });
    await section.getByRole('button', { name: 'Add tag' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('team');
    await page.getByRole('dialog').getByLabel('Value').fill('視覚');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.locator('.facts .chip', { hasText: 'team 視覚' }).waitFor();
    await section.getByRole('button', { name: 'Edit tag team' }).click();
    await section.getByRole('textbox').fill('音声');
    await section.getByRole('textbox').press('Enter');
    await page.locator('.facts .chip', { hasText: 'team 音声' }).waitFor();
    assert.deepEqual(await tags(), { 'mlflow.note.content': '# 目的\nTell *cats* from dogs.', team: '音声' });
    await axe(page, 'tags of an experiment');
    await section.getByRole('button', { name: 'Delete tag team' }).click();
    await page.locator('.facts .chip').waitFor({ state: 'detached' });
    assert.deepEqual(Object.keys(await tags()), ['mlflow.note.content']);

    await page.locator('.note').getByRole('button', { name: 'Edit' }).click();
    await api('experiments/set-experiment-tag', { experiment_id: id, key: 'mlflow.note.content', value: 'of somebody else' });
    await page.getByRole('textbox', { name: 'Notes' }).fill('mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByRole('button').first().waitFor();
    assert.equal((await tags())['mlflow.note.content'], 'of somebody else', 'what somebody else has saved is not written over');
  });
});

test('runs are deleted together after a question, and restored', async () => {
  const { experiment_id: experiment } = await api('experiments/create', { name: unique('bulk') });
  const now = Date.now();
  for (let i = 0; i < 7; i++) await api('runs/create', { experiment_id: experiment, run_name: `r${i}`, start_time: now - i });
  await withPage(address.experiment(experiment), {}, async page => {
    await page.getByRole('checkbox', { name: 'Select r0' }).check();
    await page.getByRole('checkbox', { name: 'Select r3' }).click({ modifiers: ['Shift'] });
    await page.getByText('4 runs selected').waitFor();
    const bar = page.getByRole('region', { name: 'Selection' });
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete 4 runs?' }).getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.getByTestId('rows').locator('tr').count(), 7);
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('4 runs were deleted.').waitFor();
    await page.getByText('3 runs', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Deleted', exact: true }).click();
    await page.getByText('4 runs', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all runs found' }).check();
    await bar.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('No run of this experiment is deleted.').waitFor();
    await page.getByRole('button', { name: 'Active', exact: true }).click();
    await page.getByText('7 runs', { exact: true }).waitFor();
  });
});

test('a run is deleted and restored on its own page', async () => {
  const made = await makeRun();
  await withPage(address.run(made.experiment, made.run), {}, async page => {
    await page.getByRole('button', { name: 'Delete run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('This run is deleted.').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('This run is deleted.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete run' }).waitFor();
  });
});

test('when the server is away a bar says so, the page stays, and it goes on by itself', async () => {
  await withPage(address.experiments(), { expected: [/ERR_INTERNET_DISCONNECTED/] }, async (page, { context }) => {
    await page.getByRole('link', { name: ids.check.title }).waitFor();
    await context.setOffline(true);
    await page.getByRole('link', { name: ids.check.title }).click();
    const bar = page.getByText('The server does not answer.');
    await bar.waitFor();
    await context.setOffline(false);
    await page.getByRole('link', { name: ids.check.name }).waitFor();
    await bar.waitFor({ state: 'detached' });
  });
});

test('a page that cannot be fetched says so in the language of the reader, and comes with the network', async () => {
  await withPage(address.home(), { locale: 'ja-JP', expected: [/ERR_INTERNET_DISCONNECTED/] }, async (page, { context }) => {
    await page.getByRole('heading', { name: 'ホーム', level: 1 }).waitFor();
    await context.setOffline(true);
    await page.evaluate(() => { location.hash = '#/storage'; });
    const failure = page.locator('main').getByRole('alert');
    await failure.getByText('ページのこの部分を取得できませんでした。').waitFor();
    await failure.getByRole('button', { name: 'ページを再読み込み' }).waitFor();
    await context.setOffline(false);
    await page.getByRole('heading', { name: 'ストレージ', level: 1 }).waitFor();
  });
});

test('an answer of 503 shows the reason, and is tried again', async () => {
  await withPage(address.experiments(), { expected: [/status of 503/] }, async page => {
    await page.getByRole('link', { name: ids.check.title }).waitFor();
    let away = true;
    let refused = 0;
    await page.clock.install();
    await page.route('**/runs/query', route => {
      if (!away) return route.continue();
      refused++;
      return route.fulfill({ status: 503, contentType: 'application/json', body: '{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "the database is asleep"}' });
    });
    await page.getByRole('link', { name: ids.check.title }).click();
    await page.waitForResponse(() => refused === 4); // the next try by itself is some seconds away
    await page.getByText('the database is asleep').waitFor();
    await page.clock.pauseAt(Date.now() + 500); // from here on nothing is tried by itself
    away = false;
    const tried = page.waitForRequest('**/runs/query');
    await page.getByRole('button', { name: 'Try now' }).click();
    await tried;
    await page.clock.resume();
    await page.getByRole('link', { name: ids.check.name }).waitFor();
    await page.getByText('the database is asleep').waitFor({ state: 'detached' });
  });
});
