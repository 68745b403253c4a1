// What can be done with the runs that the workspace found: compared, grouped, changed, taken away.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { address, api, copied, ids, withPage } from './browser.mjs';
import { axe, head, member, settled } from './table.mjs';

const { vision } = ids;

test('columns that are the same in all runs hide, or in the runs that are selected', async () => {
  const columns = 'cols=metrics.train/loss,metrics.train/loss@points,params.epochs,params.lr,params.optimizer,params.nobody';
  const filter = `filter=${encodeURIComponent("run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${columns}&${filter}`, {}, async page => {
    await head(page, 'epochs').waitFor();
    await page.getByRole('button', { name: 'Differences only' }).click();
    await page.getByText('3 same columns hidden').waitFor(); // 40 epochs, 200 points of the loss, nobody
    await head(page, 'epochs').waitFor({ state: 'detached' });
    assert.equal(await head(page, 'train/loss points').count(), 0);
    await head(page, 'optimizer').waitFor();
    assert.equal(await member(page, 'diff'), '1');
    await axe(page, 'differences');
    await page.getByRole('checkbox', { name: 'Select trial-1' }).check();
    await page.getByRole('checkbox', { name: 'Select trial-2' }).check();
    await page.getByText('4 same columns hidden').waitFor(); // both are of adam
    await head(page, 'optimizer').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Differences only' }).click();
    await head(page, 'epochs').waitFor();
    assert.equal(await member(page, 'diff'), null);
  });
});

test('runs are grouped by any number of keys, with means, the best run, and the runs of a group', async () => {
  const filter = `filter=${encodeURIComponent("run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${filter}&cols=metrics.精度,params.lr,params.epochs`, {}, async page => {
    await settled(page);
    await page.getByTestId('group').click();
    await page.getByRole('combobox', { name: 'Group by…' }).pressSequentially('opt');
    await page.getByRole('option', { name: /optimizer/ }).waitFor();
    await page.keyboard.press('Enter');
    const groups = page.getByTestId('groups');
    const row = name => groups.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
    await row('adam').waitFor();
    assert.equal(await member(page, 'group'), 'params.optimizer');
    const cells = async name => (await row(name).getByRole('cell').allInnerTexts()).slice(1);
    assert.deepEqual(await cells('adam'), ['2', 'trial-2', '0.65 ± 0.071', '0.0055 ± 0.0064', '40']);
    assert.deepEqual(await cells('sgd'), ['1', 'trial-0', '0.5', '0.1', '40']);
    assert.equal(await row('adam').getByRole('link').getAttribute('href'), `#/experiments/${vision.experiment}/runs/${vision.runs[2]}`);
    await axe(page, 'groups');

    await groups.getByRole('columnheader', { name: '精度' }).getByRole('button').click();
    await groups.getByRole('columnheader', { name: '精度' }).getByRole('button').click();
    await page.waitForFunction(() => document.querySelector('[data-testid="groups"] .group th')?.textContent === 'sgd');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group td a')[1]?.textContent === 'trial-1', null, {}); // least first: least is best
    await page.getByLabel('Values').selectOption('range');
    await page.getByText('0.6 … 0.7').waitFor();
    await row('adam').getByRole('button', { name: 'Runs of optimizer adam' }).click();
    await groups.getByRole('link', { name: 'trial-2' }).waitFor();
    assert.deepEqual(await groups.locator('.member th a').allInnerTexts(), ['trial-1', 'trial-2'], 'sorted as the groups are');
    await axe(page, 'an open group');

    await page.getByRole('combobox', { name: 'Group by…' }).fill('status');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group').length === 3);
    await page.getByRole('button', { name: 'Move Status forward' }).click();
    await page.waitForFunction(() => location.hash.includes('group=info.status%2Cparams.optimizer'));
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="groups"] .group').length === 3);
    await page.getByRole('button', { name: 'Do not group by optimizer' }).click();
    await row('Failed').getByRole('button', { name: '1', exact: true }).click();
    await page.getByText('1 run', { exact: true }).waitFor();
    assert.equal(await member(page, 'filter'), "run_name LIKE 'trial-%' AND attributes.status = 'FAILED'");
    assert.equal(await member(page, 'group'), null);
    await page.getByRole('link', { name: 'trial-1' }).waitFor();
  });
});

const unique = name => `${name}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

/** An experiment with runs of these names, the first one last in time. */
async function experimentOf(names) {
  const title = unique('bulk');
  const { experiment_id } = await api('experiments/create', { name: title });
  const runs = [];
  for (const [i, run_name] of names.entries()) runs.push((await api('runs/create', { experiment_id, run_name, start_time: 1_700_000_000_000 - i * 1000 })).run.info.run_id);
  return { id: experiment_id, title, runs };
}

const stateOf = async runs => Promise.all(runs.map(async run_id => {
  const { run } = await api(`runs/get?run_id=${run_id}`);
  return { name: run.info.run_name, experiment: run.info.experiment_id, stage: run.info.lifecycle_stage, status: run.info.status, end: run.info.end_time, tags: Object.fromEntries(run.data.tags.map(t => [t.key, t.value])) };
}));

async function undone(page) {
  // An earlier "Undone." may still be there: the answer says when this one is.
  const answer = page.waitForResponse(r => r.url().endsWith('/runs/bulk'));
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await (await answer).finished();
  await page.getByText('Undone.').last().waitFor();
}

const ask = async (page, what) => {
  await page.getByRole('checkbox', { name: 'Select all runs found' }).check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: what, exact: true }).click();
  return page.getByRole('dialog');
};

test('many runs are renamed by a pattern, moved, tagged, ended and deleted, and each is taken back exactly', async () => {
  const { id, runs } = await experimentOf(['first', 'second', 'third']);
  const other = await experimentOf([]);
  await api('runs/set-tag', { run_id: runs[1], key: 'team', value: 'vision' });
  const before = await stateOf(runs);
  await withPage(address.experiment(id), {}, async page => {
    await settled(page);
    let dialog = await ask(page, 'Rename');
    await dialog.getByRole('heading', { name: 'Change 3 runs' }).waitFor();
    await dialog.getByLabel('New name').fill('{name} of {tags.team} {n}');
    await dialog.getByText('second → second of vision 2').waitFor();
    await axe(page, 'rename');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'second of vision 2' }).waitFor();
    assert.deepEqual((await stateOf(runs)).map(r => r.name), ['first of  1', 'second of vision 2', 'third of  3']);
    await axe(page, 'a notice with a way back');
    await undone(page);
    assert.deepEqual(await stateOf(runs), before);

    dialog = await ask(page, 'Move');
    await dialog.getByRole('combobox', { name: 'Experiment they move to' }).fill(other.title.slice(0, -2).toUpperCase());
    await dialog.getByRole('option', { name: other.title }).click();
    await dialog.getByRole('button', { name: 'Move' }).click();
    await page.getByText('3 runs were changed.').last().waitFor();
    assert.ok((await stateOf(runs)).every(r => r.experiment === other.id));
    await undone(page);
    await page.getByRole('link', { name: 'second' }).waitFor();
    assert.deepEqual(await stateOf(runs), before);

    dialog = await ask(page, 'Tag');
    await dialog.getByRole('combobox', { name: 'Name' }).fill('team');
    await dialog.getByLabel('Value').fill('all');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(() => !document.querySelector('dialog'));
    assert.deepEqual((await stateOf(runs)).map(r => r.tags.team), ['all', 'all', 'all']);
    await undone(page);
    assert.deepEqual(await stateOf(runs), before);
    dialog = await ask(page, 'Tag');
    await dialog.getByRole('combobox', { name: 'Name' }).fill('team');
    await dialog.getByLabel('Remove this tag').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(() => !document.querySelector('dialog'));
    assert.deepEqual((await stateOf(runs)).map(r => r.tags.team), [undefined, undefined, undefined]);
    await undone(page);
    assert.deepEqual(await stateOf(runs), before);

    dialog = await ask(page, 'Mark as ended');
    await dialog.getByRole('button', { name: 'Mark as ended' }).click();
    await page.waitForFunction(() => !document.querySelector('dialog'));
    assert.ok((await stateOf(runs)).every(r => r.status === 'FAILED' && r.end > 0));
    await undone(page);
    assert.deepEqual(await stateOf(runs), before);

    dialog = await ask(page, 'Delete');
    await dialog.getByRole('heading', { name: 'Delete 3 runs?' }).waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('3 runs were deleted.').waitFor();
    assert.ok((await stateOf(runs)).every(r => r.stage === 'deleted'));
    await undone(page);
    await page.getByRole('link', { name: 'second' }).waitFor();
    assert.deepEqual(await stateOf(runs), before);
  });
});

test('what is picked while something is taken back stays picked', async () => {
  const { id } = await experimentOf(['first', 'second']);
  await withPage(address.experiment(id), {}, async page => {
    await settled(page);
    const dialog = await ask(page, 'Tag');
    await dialog.getByRole('combobox', { name: 'Name' }).fill('team');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 runs were changed.').waitFor();
    let answer;
    const held = new Promise(go => { answer = go; });
    await page.route('**/runs/bulk', async route => { await held; await route.continue(); });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('checkbox', { name: 'Select first' }).check();
    answer();
    await page.getByText('Undone.').waitFor();
    await page.getByText('1 run selected').waitFor();
    assert.ok(await page.getByRole('checkbox', { name: 'Select first' }).isChecked());
  });
});

test('what is found is taken away as a file, all of it or the selection', async () => {
  const filter = `filter=${encodeURIComponent("run_name LIKE 'row-%'")}`;
  await withPage(`${address.experiment(ids.many.experiment)}?${filter}&sort=info.run_name:asc&cols=tags.mlflow.runName`, {}, async page => {
    await settled(page);
    const saved = async item => {
      const download = page.waitForEvent('download');
      await page.getByTestId('export').click();
      await page.getByRole('menu', { name: 'Export' }).getByRole('menuitem', { name: item, exact: true }).click();
      const file = await download;
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const csv = await saved('CSV, columns shown');
    assert.equal(csv.name, `runs-${ids.many.experiment}.csv`);
    const lines = csv.text.trimEnd().split('\r\n');
    assert.equal(lines[0], '\ufeffrun_id,experiment_id,run_name,status,start_time,end_time,user,tags.mlflow.runName');
    assert.deepEqual(lines.slice(1).map(line => line.split(',')[2]), Array.from({ length: 120 }, (_, i) => `row-${String(i).padStart(3, '0')}`));
    await page.getByText(`120 runs are in runs-${ids.many.experiment}.csv.`).waitFor();
    await page.getByRole('checkbox', { name: 'Select row-003' }).check();
    await page.getByRole('checkbox', { name: 'Select row-001' }).check();
    const json = JSON.parse((await saved('JSON, everything logged')).text);
    assert.deepEqual(json.map(r => r.run_name), ['row-001', 'row-003'], 'in the order of the table');
    assert.equal(json[0].tags['mlflow.runName'], 'row-001');
    await page.getByTestId('export').click();
    await axe(page, 'export');
  });
});

test('the same runs are found elsewhere by the lines that are copied', async () => {
  const filter = `filter=${encodeURIComponent("params.lr < 0.05 AND run_name LIKE 'trial-%'")}`;
  await withPage(`${address.experiment(vision.experiment)}?${filter}&sort=params.lr:asc&cols=params.lr,metrics.精度`, {}, async page => {
    await settled(page);
    const line = item => copied(page, async () => {
      await page.getByTestId('copy-as').click();
      await page.getByRole('menu', { name: 'Copy as' }).getByRole('menuitem', { name: item, exact: true }).click();
    });
    const curl = JSON.parse(execFileSync('bash', ['-c', await line('curl')], { encoding: 'utf8' }));
    assert.deepEqual([curl.total, curl.run_name], [2, ['trial-2', 'trial-1']]);
    const python = execFileSync('python3', ['-c', (await line('Python')).replace('print(len(runs), runs[:3])', 'print(json.dumps(runs))')], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(python).map(r => [r.run_name, r.lr, r['精度']]), [['trial-2', '0.001', 0.7], ['trial-1', '0.01', 0.6]]);
    assert.equal(await line('Filter'), "params.lr < 0.05 AND run_name LIKE 'trial-%'");
    assert.equal(await line('Markdown'), '| Name | Status | lr | 精度 |\n| --- | ---: | ---: | ---: |\n| trial-2 | Finished | 0.001 | 0.7 |\n| trial-1 | Failed | 0.01 | 0.6 |\n');
  });
});
