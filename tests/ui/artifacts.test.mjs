// The files of a run: the tree, archives, upload and removal, and a look into every kind of file, the hostile ones too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { address, axeSource, ids, url, withPage } from './browser.mjs';

const { files } = ids;
const at = (path = '', run = files.runs[0]) => address.run(files.experiment, run, `/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`);
const tree = page => page.getByTestId('tree');
const item = (page, name) => tree(page).getByRole('treeitem', { name, exact: typeof name === 'string' });
const chosen = page => page.getByTestId('chosen');
const pathOf = page => decodeURIComponent(new URL(page.url()).hash.split('/artifacts/')[1].split('?')[0]);
const unharmed = async page => assert.equal(await page.evaluate(() => window.harm), undefined, 'something in a file ran');

test('the tree: folders read when opened, sizes, totals, and what is open is in the address', async () => {
  await withPage(at(), {}, async (page, { requests }) => {
    await item(page, 'notes').waitFor();
    const lists = () => requests.filter(r => r.url().includes('artifacts/list')).length;
    assert.equal(lists(), 1, 'the root only');
    await item(page, 'notes').click();
    await item(page, /^plan\.txt/).waitFor();
    assert.equal(lists(), 2);
    await item(page, /^plan\.txt 39 B/).click();
    await item(page, 'tables').click();
    await item(page, /^history\.csv/).waitFor();
    await item(page, /^tables/).click();
    await page.waitForFunction(() => !document.querySelector('[title="tables/history.csv"]'));
    await item(page, /^train\.log 1\.\d MiB/).click();
    await page.getByTestId('total').getByText(/^at least 1\d files/).waitFor();

    assert.equal(pathOf(page), 'train.log');
    await page.reload();
    await item(page, /^plan\.txt/).waitFor();
    assert.equal(await item(page, /^notes/).getAttribute('aria-expanded'), 'true', 'as it was left');
    assert.equal(await item(page, /^train\.log/).getAttribute('aria-selected'), 'true');

    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('PLAN');
    await item(page, /^config/).waitFor({ state: 'detached' });
    assert.deepEqual((await tree(page).getByRole('treeitem').allInnerTexts()).map(x => x.split('\n')[0]), ['notes', 'plan.txt']);
    await page.reload();
    await item(page, /^plan\.txt/).waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'PLAN');
  });
});

test('arrow keys walk the files', async () => {
  await withPage(at('notes/README'), {}, async page => {
    await chosen(page).getByText('a text without an ending').waitFor();
    await item(page, /^README/).focus();
    await page.keyboard.press('ArrowUp');
    await chosen(page).getByText('first line').waitFor();
    assert.equal(pathOf(page), 'notes/plan.txt');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-expanded') === 'false');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-expanded') === 'true');
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement?.title === 'train.log');
    await page.keyboard.press(' ');
    await page.getByTestId('archive').getByText('1 selected').waitFor();
  });
});

test('the pictures of a key are one entry with a slider; the small one is fetched, the full one when asked', async () => {
  await withPage(at('images'), {}, async (page, { requests }) => {
    await item(page, 'val/sample 3 steps').waitFor();
    assert.deepEqual((await item(page, /step/).allInnerTexts()).map(x => x.split('\n').join(' ')), ['confusion 1 step', 'val/sample 3 steps']);
    await item(page, 'val/sample 3 steps').click();
    await page.getByTestId('step').getByText('step 20 · 3 of 3').waitFor();
    await chosen(page).locator('img').waitFor();
    const pictures = kind => requests.filter(r => new URL(r.url()).pathname.endsWith(kind)).length;
    assert.deepEqual([pictures('.webp'), pictures('.png')], [1, 0]);
    await chosen(page).getByRole('slider').press('Home');
    await page.getByTestId('step').getByText('step 0 · 1 of 3').waitFor();
    await chosen(page).getByLabel(/^Full size/).check();
    await chosen(page).getByText('48 × 32').waitFor();
    assert.equal(pictures('.png'), 1);
    const path = pathOf(page);
    assert.match(path, /^images\/val~sample\+step\+0\+.*\.png$/);
    await page.goto(url + at(path.replace(/\+step\+0\+/, '+step+14+'), files.runs[1]));
    await page.getByTestId('step').getByText('step 12 · 2 of 2').waitFor(); // the nearest of the other run
  });
});

test('a path is kept from one run to the next, and a file that is missing says so', async () => {
  await withPage(at('notes/plan.txt', files.runs[1]), {}, async page => {
    await chosen(page).getByText('of the other run').waitFor();
    await page.goto(url + at('train.log', files.runs[1]));
    await page.getByText('There is no train.log here.').waitFor();
    await item(page, /^notes/).waitFor();
  });
});

test('a folder of 1,500 files is drawn in part and walked to its end', async () => {
  await withPage(at('parts', files.many), {}, async page => {
    await item(page, /^part-00000/).waitFor();
    assert.ok((await tree(page).getByRole('treeitem').count()) < 120);
    await item(page, /^part-00000/).focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement?.title === 'parts/part-01499.txt');
    assert.equal(await item(page, /^part-01499/).getAttribute('aria-posinset'), '1500');
    await page.getByTestId('text').getByText('1499').waitFor();
  });
});

test('a run, a folder and a selection are downloaded as zip or tar, and lines to copy do the same', async () => {
  await withPage(at('notes'), {}, async page => {
    const take = async (menu, name) => {
      const waiting = page.waitForEvent('download');
      await menu.click();
      await page.getByRole('menuitem', { name }).click();
      const download = await waiting;
      return [download.suggestedFilename(), readFileSync(await download.path()).toString('latin1')];
    };
    await item(page, /^deep/).waitFor();
    const [all, zip] = await take(page.getByTestId('archive'), 'Download as zip');
    assert.equal(all, 'with-files-0.zip');
    assert.ok(zip.startsWith('PK') && zip.includes('notes/plan.txt') && zip.includes('train.log'));

    await item(page, /^plan\.txt/).locator('input').check();
    await item(page, /^conf\.yaml/).locator('input').check();
    const [, tar] = await take(page.getByTestId('archive'), 'Download as tar');
    assert.ok(tar.includes('first line') && tar.includes('lr: 0.1') && !tar.includes('a text without'), 'the selection only');
    await page.getByRole('button', { name: 'Clear the selection' }).click();

    const [folder] = await take(chosen(page).getByTestId('more'), 'Download as tar');
    assert.equal(folder, 'notes.tar');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await item(page, /^plan\.txt/).click();
    for (const [name, line] of [['Copy curl line', /^curl -fL -o plan\.txt http.*\/notes\/plan\.txt$/], ['Copy mlflow artifacts download line', /^MLFLOW_TRACKING_URI=http\S+ mlflow artifacts download --run-id \w+ --artifact-path notes\/plan\.txt$/]]) {
      await chosen(page).getByTestId('more').click();
      await page.getByRole('menuitem', { name }).click();
      await page.getByText('Copied').first().waitFor();
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), line);
    }
  });
});

test('files are uploaded by button and by dropping them, and removed after a question', async () => {
  const fresh = `new ${Date.now()} + 100%.txt`;
  await withPage(at('notes/deep', files.runs[0]), {}, async page => {
    await item(page, /^er/).waitFor();
    await page.getByTestId('upload').setInputFiles([{ name: fresh, mimeType: 'text/plain', buffer: Buffer.from('sent from a page') }]);
    await page.getByTestId('uploads').getByText('1 file uploaded').waitFor();
    await item(page, /^new \d/).click();
    await chosen(page).getByText('sent from a page').waitFor();

    await page.getByTestId('upload').setInputFiles([{ name: fresh, mimeType: 'text/plain', buffer: Buffer.from('second version') }]);
    await page.getByTestId('uploads').getByText('exists already and will be replaced').waitFor();
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.getByTestId('uploads').getByText('1 file uploaded').waitFor();
    await page.getByTestId('uploads').getByRole('button', { name: 'Close' }).click();

    const dropped = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['dropped here'], 'dropped.txt'));
      return data;
    });
    await tree(page).dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByTestId('uploads').getByText('1 file uploaded').waitFor();
    await item(page, /^dropped\.txt/).click();
    await chosen(page).getByText('dropped here').waitFor();

    for (const name of [/^dropped\.txt/, /^new \d/]) {
      await item(page, name).click();
      await chosen(page).getByTestId('more').click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await item(page, name).waitFor({ state: 'detached' });
    }
    assert.equal(pathOf(page), 'notes/deep');
  });
});

test('an upload that is refused says why, and can be tried again', async () => {
  await withPage(at('notes'), { expected: [/507|Failed to load/] }, async page => {
    await item(page, /^plan\.txt/).waitFor();
    let refuse = true;
    await page.route('**/refused*.txt', r => (refuse ? r.fulfill({ status: 507, contentType: 'application/json', body: '{"error_code":"RESOURCE_LIMIT_EXCEEDED","message":"The store is full."}' }) : r.continue()));
    await page.getByTestId('upload').setInputFiles([{ name: `refused-${Date.now()}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') }]);
    await page.getByTestId('uploads').getByText('The store is full.').waitFor();
    refuse = false;
    await page.getByTestId('uploads').getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('uploads').getByText('1 file uploaded').waitFor();
  });
});

test('a store that is down says so, for the tree and for one folder', async () => {
  await withPage(at(), { expected: [/400/] }, async page => {
    await item(page, 'notes').waitFor();
    await page.route(/artifacts\/list.*path=notes/, r => r.fulfill({ status: 400, contentType: 'application/json', body: '{"error_code":"INVALID_STATE","message":"The store is away."}' }));
    await item(page, 'notes').click();
    await item(page, /./).filter({ hasText: 'Cannot be listed: The store is away.' }).waitFor();
    await item(page, 'tables').click();
    await item(page, /^history\.csv/).waitFor();
    await page.unroute(/artifacts\/list.*path=notes/);
    await item(page, /./).filter({ hasText: 'Cannot be listed' }).click();
    await item(page, /^plan\.txt/).waitFor();
  });
});

test('names do no harm', async () => {
  await withPage(at(`hostile/${files.evil}`), {}, async page => {
    await chosen(page).getByText('named to harm').waitFor();
    await item(page, new RegExp('^<img src=x')).waitFor();
    await unharmed(page);
  });
});

for (const [locale, colorScheme] of [['en-US', 'light'], ['ja-JP', 'dark']])
  test(`accessible: ${locale}, ${colorScheme}`, async () => {
    await withPage(at('notes/plan.txt'), { locale, colorScheme }, async page => {
      await chosen(page).getByText('first line').waitFor();
      await page.evaluate(axeSource);
      const found = await page.evaluate(() => window.axe.run('#section-artifacts', { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`), []);
    });
  });
