// The files of a run: the tree, archives, upload and removal, and a look into every kind of file, the hostile ones too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { address, api, axeSource, copied, ids, upload, url, withPage } from './browser.mjs';
import { axe } from './table.mjs';

const { files, vision } = ids;
const at = (path = '', run = files.runs[0]) => address.run(files.experiment, run, `/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`);
const tree = page => page.getByTestId('tree');
const item = (page, name) => tree(page).getByRole('treeitem', { name, exact: typeof name === 'string' });
const chosen = page => page.getByTestId('chosen');
const pathOf = page => page.evaluate(() => decodeURIComponent(location.hash.split('/artifacts/')[1].split('?')[0]));
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
    await page.getByTestId('total').getByText(/^at least \d+ files/).waitFor();

    assert.equal(await pathOf(page), 'train.log');
    await page.reload();
    await item(page, /^plan\.txt/).waitFor();
    assert.equal(await item(page, /^notes/).getAttribute('aria-expanded'), 'true', 'as it was left');
    assert.equal(await item(page, /^train\.log/).getAttribute('aria-selected'), 'true');

    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('PLAN');
    await item(page, /^config/).waitFor({ state: 'detached' });
    assert.deepEqual((await tree(page).getByRole('treeitem').allInnerTexts()).map(x => x.split('\n')[0]), ['notes', 'plan.txt']);
    await page.reload();
    await item(page, /^plan\.txt/).waitFor();
    assert.equal(await page.getByRole('searchbox', { name: 'Filter by name' }).inputValue(), 'PLAN');
    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('leaf');
    await page.getByText('No file has this in its name.').waitFor();
    await page.getByRole('button', { name: 'Search them too' }).click();
    await item(page, /^leaf\.txt/).waitFor();
  });
});

test('arrow keys walk the files', async () => {
  await withPage(at('notes/README'), {}, async page => {
    await chosen(page).getByText('a text without an ending').waitFor();
    await item(page, /^README/).focus();
    await page.keyboard.press('ArrowUp');
    await chosen(page).getByText('first line').waitFor();
    assert.equal(await pathOf(page), 'notes/plan.txt');
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
    await page.waitForFunction(() => [...document.querySelectorAll('.thumbs img')].filter(i => i.naturalWidth > 0).length === 2);
    await item(page, 'val/sample 3 steps').click();
    await page.getByTestId('step').getByText('step 20 · 3 of 3').waitFor();
    await chosen(page).locator('img').waitFor();
    const pictures = kind => requests.filter(r => new URL(r.url()).pathname.endsWith(kind)).length;
    assert.equal(pictures('.png'), 0);
    await chosen(page).getByRole('slider').press('Home');
    await page.getByTestId('step').getByText('step 0 · 1 of 3').waitFor();
    await chosen(page).getByLabel(/^Full size/).check();
    await chosen(page).getByText('48 × 32').waitFor();
    assert.equal(pictures('.png'), 1);
    const path = await pathOf(page);
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
    await item(page, /^plan\.txt/).click();
    for (const [name, line] of [['Copy curl line', /^curl -fL -o plan\.txt http.*\/notes\/plan\.txt$/], ['Copy mlflow artifacts download line', /^MLFLOW_TRACKING_URI=http\S+ mlflow artifacts download --run-id \w+ --artifact-path notes\/plan\.txt$/]]) {
      const text = await copied(page, async () => {
        await chosen(page).getByTestId('more').click();
        await page.getByRole('menuitem', { name }).click();
      });
      assert.match(text, line);
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
      await page.getByRole('dialog').getByTestId('doomed').getByText('1 file').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await item(page, name).waitFor({ state: 'detached' });
    }
    assert.equal(await pathOf(page), 'notes/deep');
  });
});

test('a selection is deleted after it has been counted: files and folders, and what was open in them', async () => {
  const folder = `doomed-${Date.now()}`;
  const put = (path, text) => upload(files.experiment, files.runs[0], `${folder}/${path}`, text);
  await put('one.txt', '1234');
  await put('sub/two.txt', '56');
  await put('sub/deeper/three.txt', '789');
  await put('stays.txt', 'here');
  await withPage(at(`${folder}/sub/two.txt`), { expected: [/403|Failed to load/] }, async page => {
    await chosen(page).getByText('56').waitFor();
    await item(page, /^one\.txt/).focus();
    await page.keyboard.press('Space');
    await item(page, /^sub/).focus();
    await page.keyboard.press('Space');
    await page.getByTestId('archive').getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Delete the selection…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByTestId('doomed').getByText('3 files · 9 B').waitFor();
    assert.deepEqual((await dialog.getByRole('listitem').allInnerTexts()).map(text => text.split(' ')[0]), [`${folder}/one.txt`, `${folder}/sub/`]);
    await axe(page, 'the question before a selection is deleted');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await item(page, /^one\.txt/).waitFor();
    await page.getByRole('button', { name: 'Delete the selection…' }).click();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await item(page, /^sub/).waitFor({ state: 'detached' });
    await item(page, /^one\.txt/).waitFor({ state: 'detached' });
    await page.getByText('2 items were deleted.').waitFor();
    assert.equal(await pathOf(page), folder, 'the file that was open is gone: its folder is shown');
    await item(page, /^stays\.txt/).waitFor();
    const left = (await api(`artifacts/list?run_id=${files.runs[0]}&path=${folder}`)).files;
    assert.deepEqual(left.map(f => f.path), [`${folder}/stays.txt`]);

    await page.route('**/stays.txt', r => (r.request().method() === 'DELETE' ? r.fulfill({ status: 403, contentType: 'application/json', body: '{"error_code":"PERMISSION_DENIED","message":"Not yours."}' }) : r.continue()));
    await item(page, /^stays\.txt/).click();
    await chosen(page).getByTestId('more').click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog.getByRole('alert').getByText(/stays\.txt could not be deleted: .*Not yours\./).waitFor();
  });
});

test('of a deleted run nothing can be put or deleted', async () => {
  await withPage(address.run(vision.experiment, vision.deleted, '/artifacts'), {}, async page => {
    await page.getByRole('heading', { name: 'thrown-away', level: 1 }).waitFor();
    await page.getByText('This run has no artifacts.').waitFor();
    assert.equal(await page.getByTestId('upload').count(), 0);
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
    await item(page, /./).filter({ hasText: /Cannot be listed: .*The store is away\./ }).waitFor();
    await item(page, 'tables').click();
    await item(page, /^history\.csv/).waitFor();
    await page.unroute(/artifacts\/list.*path=notes/);
    await item(page, /./).filter({ hasText: 'Cannot be listed' }).click();
    await item(page, /^plan\.txt/).waitFor();
  });
});

test('text: 256 KiB first, more when asked, found, numbered; a text without an ending is one too', async () => {
  await withPage(at('train.log'), {}, async (page, { requests }) => {
    await chosen(page).getByText('The first 256 KiB of 1.2 MiB.').waitFor();
    assert.deepEqual(requests.filter(r => r.url().endsWith('/train.log')).map(r => r.headers().range), ['bytes=0-262143']);
    const drawn = await chosen(page).locator('.line').count();
    assert.ok(drawn > 10 && drawn < 100, `${drawn} lines are drawn`);
    await chosen(page).getByRole('searchbox').fill('STEP 5000 ');
    await chosen(page).getByText('0005000 step 5000').waitFor();
    assert.equal(await chosen(page).locator('.line.hit').getAttribute('data-no'), '5001');
    await chosen(page).getByRole('button', { name: 'Load more' }).click();
    await chosen(page).getByText('The first 1.0 MiB').waitFor();
    await chosen(page).getByRole('searchbox').fill('step 30000 ');
    await chosen(page).locator('.line.hit').getByText('0030000').waitFor();
    await chosen(page).getByRole('button', { name: 'Show the end' }).click();
    await chosen(page).getByText('0039999 step 39999').waitFor();
    assert.ok(await page.locator('.text-box').evaluate(box => box.scrollTop > 1000), 'the end is in view');
    await item(page, /^notes/).click();
    await item(page, /^README/).click();
    await chosen(page).getByText('a text without an ending').waitFor();
  });
});

test('JSON and YAML are trees', async () => {
  await withPage(at('config.json'), {}, async page => {
    const value = page.getByTestId('value');
    await value.getByText('名前').waitFor();
    assert.ok((await value.innerText()).includes('"値"'));
    await value.getByRole('button', { name: /^nested/ }).click();
    await value.getByRole('button', { name: /^list/ }).waitFor({ state: 'detached' });
    await chosen(page).getByLabel('As text').check();
    await page.getByTestId('text').getByText('{"alpha": 1').waitFor();
    await item(page, /^conf\.yaml/).click();
    await value.getByText('"a: b"').waitFor();
  });
});

test('CSV is a grid of all its rows that sorts', async () => {
  await withPage(at('tables/history.csv'), {}, async page => {
    const grid = page.getByRole('table', { name: 'Table' });
    await page.getByTestId('rows').getByText('3,000 rows, 3 columns.').waitFor();
    const first = () => grid.locator('tbody tr[aria-rowindex="2"]').getByRole('cell').allInnerTexts();
    assert.deepEqual(await first(), ['0', '1.0', 'row 0, "q"']);
    assert.ok((await grid.getByRole('row').count()) < 80);
    await grid.getByRole('columnheader', { name: 'loss' }).getByRole('button').click();
    assert.deepEqual(await first(), ['2999', '0.0', 'row 3, "q"']);
    assert.equal(await grid.getByRole('columnheader', { name: 'loss' }).getAttribute('aria-sort'), 'ascending');
  });
});

test('Parquet: the footer and one row group are fetched, more when asked; other codecs give the schema', async () => {
  await withPage(at('tables/scores.parquet'), {}, async (page, { requests }) => {
    await page.getByTestId('rows').getByText('4,000 of 20,000 rows, 5 columns, 5 row groups.').waitFor();
    const grid = page.getByRole('table', { name: 'Table' });
    assert.deepEqual(await grid.locator('tbody tr[aria-rowindex="3"]').getByRole('cell').allInnerTexts(), ['1', '0.00005000250012500625', 'class-1', '2023-11-14 22:13:20.001', '[1,2]']);
    const ranges = () => requests.filter(r => r.url().endsWith('/scores.parquet')).map(r => r.headers().range.match(/\d+/g).map(Number));
    const fetched = ranges().reduce((sum, [a, b]) => sum + b - a + 1, 0);
    assert.ok(ranges().every(r => r.length === 2) && fetched < 250_000, `${fetched} bytes of 550,000`);
    await chosen(page).getByRole('button', { name: /^Load 4,000 more rows/ }).click();
    await page.getByTestId('rows').getByText('8,000 of 20,000 rows').waitFor();
  });
});

test('Parquet packed in any way that pyarrow knows is read; what unpacks it is fetched then', async () => {
  await withPage(at('codecs/none-1.parquet'), {}, async (page, { requests }) => {
    const scripts = () => requests.filter(r => r.url().endsWith('.js')).length;
    const ready = name => page.getByRole('region', { name: `codecs/${name}.parquet` }).or(page.getByRole('region', { name: `${name}.parquet` }));
    await ready('none-1').getByTestId('rows').getByText('4,000 of 6,000').waitFor();
    for (const [codec, more] of [['none', 0], ['gzip', 0], ['zstd', 1], ['brotli', 1], ['lz4', 1]]) {
      const before = scripts();
      for (const version of [1, 2]) {
        const name = `${codec}-${version}`;
        await item(page, new RegExp(`^${name}`)).click();
        await ready(name).getByTestId('rows').getByText('4,000 of 6,000').waitFor();
        assert.deepEqual(await ready(name).locator('tbody tr[aria-rowindex="4"]').getByRole('cell').allInnerTexts(), ['2', '0.0001000050002500125', 'class-2', '2023-11-14 22:13:20.002', '[2,3]'], name);
      }
      assert.equal(scripts() - before, more, `scripts for ${codec}`);
    }
    const last = ready('lz4-2');
    await last.getByRole('button', { name: /^Load 2,000 more rows/ }).click();
    await last.getByTestId('rows').getByText('6,000 of 6,000').waitFor();
  });
});

test('arrays: names, shapes and types from the heads', async () => {
  await withPage(at('arrays/weights.npy'), {}, async page => {
    const rows = async () => (await page.getByTestId('arrays').getByRole('row').allInnerTexts()).slice(1).map(r => r.split('\t').slice(0, 3).join(' '));
    const show = async (name, title) => {
      await item(page, name).click();
      await page.getByRole('region', { name: title, exact: true }).getByTestId('arrays').waitFor();
    };
    await page.getByTestId('arrays').waitFor();
    assert.deepEqual(await rows(), ['weights.npy float32 (3, 4)']);
    await show(/^pack\.npz/, 'pack.npz');
    assert.deepEqual(await rows(), ['first float64 (2, 3)', 'second int16 (5)']);
    await show(/^packed\.npz/, 'packed.npz');
    assert.deepEqual(await rows(), ['third uint8 (7, 8, 9)']);
    await show(/^model\.safetensors/, 'model.safetensors');
    assert.deepEqual(await rows(), ['layer.weight F32 (8, 4)', 'layer.bias F32 (8)']);
    await item(page, /^blob\.bin/).click();
    await page.getByTestId('hex').getByText('00000010  10 11 12').waitFor();
  });
});

test('pictures, sound, PDF and shapes are shown', async () => {
  await withPage(at('media/dot.png'), {}, async page => {
    await chosen(page).getByText('8 × 8').waitFor();
    await chosen(page).getByLabel('Zoom').selectOption('8');
    await chosen(page).getByLabel('Pixelated').check();
    assert.equal((await chosen(page).locator('img').boundingBox()).width, 64);
    await item(page, /^tone\.wav/).click();
    await page.waitForFunction(() => document.querySelector('audio')?.duration === 1);
    await item(page, /^report\.pdf/).click();
    await chosen(page).locator('iframe').waitFor();
    assert.match(await chosen(page).locator('iframe').getAttribute('src'), /^blob:/);
    await item(page, /^place\.geojson/).click();
    await chosen(page).getByText('2 shapes, 6 points').waitFor();
    await page.waitForFunction(() => { // something is drawn
      const canvas = document.querySelector('.geo');
      return canvas.width > 300 && new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size > 10;
    });
  });
});

test('the card of a model says how to load it, what goes in and comes out', async () => {
  await withPage(at('hostile/MLmodel'), {}, async page => {
    await page.getByTestId('model').getByText('<img src=x onerror=window.harm=9>').waitFor();
    await unharmed(page);
    assert.ok((await page.getByTestId('model').innerText()).includes('load_model("runs:/<run_id>/hostile")'));
  });
  await withPage(`#/experiments/${files.experiment}/models/${files.model}`, {}, async page => {
    const card = page.getByTestId('model');
    await card.getByText(`load_model("models:/${files.model}")`).waitFor();
    assert.deepEqual(await card.getByRole('table', { name: 'Inputs' }).getByRole('row').allInnerTexts(), ['Name\tType', 'x\tdouble']);
    await card.getByText('mlflow.pyfunc.model').waitFor();
    await card.getByRole('link', { name: 'requirements.txt' }).click();
    await page.getByTestId('text').getByText('mlflow').waitFor();
    const waiting = page.waitForEvent('download');
    await page.getByTestId('archive').click();
    await page.getByRole('menuitem', { name: 'Download as zip' }).click();
    assert.ok(readFileSync(await (await waiting).path()).toString('latin1').includes('MLmodel'));
  });
});

test('a notebook: texts, code, pictures, tables; nothing of it runs', async () => {
  await withPage(at('study.ipynb'), {}, async page => {
    const book = page.getByTestId('notebook');
    await book.getByRole('heading', { name: 'Study of losses' }).waitFor();
    await book.getByText('cell of a frame').waitFor();
    await book.getByText('loss 0.25').waitFor();
    await book.getByText('ValueError: wrong shape').waitFor();
    await book.getByText("print('loss', 0.25)").waitFor();
    assert.equal(await book.locator('img[src^="data:image/png"]').evaluate(i => i.naturalWidth), 48);
    assert.equal(await book.locator('script, [onerror], [onload]').count(), 0);
    await unharmed(page);
  });
});

test('a page is shown in a frame of another origin: nothing runs, and what the reader lets run reaches nothing', async () => {
  await withPage(at('hostile/page.html'), { expected: [/404/, /Content Security Policy|Refused|Blocked|sandbox/i] }, async page => {
    const inner = page.frameLocator('iframe.document').frameLocator('iframe');
    await inner.getByRole('heading', { name: 'A report' }).waitFor();
    assert.equal(await inner.getByRole('heading').evaluate(h => getComputedStyle(h).color), 'rgb(1, 2, 3)');
    assert.ok((await inner.getByAltText('dot').getAttribute('src')).startsWith('data:image/png'), 'a picture beside it');
    assert.equal(await inner.locator('script').count(), 0);
    await unharmed(page);

    await chosen(page).getByLabel('Run its scripts').check();
    await inner.getByRole('heading', { name: 'A report' }).waitFor();
    const [, outer, deep] = page.frames();
    assert.deepEqual(await deep.evaluate(() => [origin, window.ran, window.beside]), ['null', 1, 2], 'it runs, with what is beside it');
    for (const [frame, reach] of [[outer, 'parent.document'], [deep, 'top.document'], [deep, 'localStorage'], [deep, 'document.cookie']])
      assert.match(await frame.evaluate(code => { try { return String(eval(code)); } catch (e) { return e.name; } }, reach), /SecurityError/, reach);
    assert.equal(await deep.evaluate(u => fetch(u).then(() => 'fetched', () => 'refused'), `${url}version`), 'refused');
    await unharmed(page);
    assert.ok(!page.frames().some(f => f.url().includes('example.invalid')), 'it did not lead away');
  });
});

test('a frame that is ready while the page is busy gets its file all the same', async () => {
  await withPage(at('notes/plan.txt'), { expected: [/404/] }, async page => {
    await chosen(page).getByText('first line').waitFor();
    await page.evaluate(() => new MutationObserver((_, watch) => {
      if (!document.querySelector('iframe.document')) return;
      watch.disconnect();
      for (const end = performance.now() + 700; performance.now() < end; );
    }).observe(document.body, { childList: true, subtree: true }));
    await page.evaluate(hash => { location.hash = hash; }, at('hostile/page.html'));
    await page.frameLocator('iframe.document').frameLocator('iframe').getByRole('heading', { name: 'A report' }).waitFor();
  });
});

test('drawings and texts do no harm', async () => {
  await withPage(at('hostile/drawing.svg'), {}, async page => {
    await chosen(page).getByText('40 × 30').waitFor();
    await unharmed(page);
    await item(page, /^report\.md/).click();
    await chosen(page).getByRole('heading', { name: 'Title' }).waitFor();
    assert.equal(await chosen(page).locator('a[href^="javascript"], script, [onerror]').count(), 0);
    await item(page, /^broken\.parquet/).click();
    await chosen(page).getByRole('alert').waitFor();
    await unharmed(page);
  });
});

test('what the server sends: an artifact never runs as a page of its own, the frame has another origin and no network', async () => {
  const direct = await fetch(`${url}ajax-api/2.0/mlflow-artifacts/artifacts/${files.experiment}/${files.runs[0]}/artifacts/hostile/page.html`);
  assert.match(direct.headers.get('content-security-policy'), /^sandbox; default-src 'none'$/);
  assert.match(direct.headers.get('content-disposition'), /^attachment/);
  const frame = await fetch(`${url}frame.html`);
  const policy = frame.headers.get('content-security-policy');
  assert.match(policy, /^sandbox allow-scripts; default-src 'none';/);
  assert.ok(!/allow-same-origin|connect-src|https?:/.test(policy) && policy.includes("frame-ancestors 'self'"), policy);
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
    const shown = [
      ['notes/plan.txt', '.line'], ['config.json', '.value-row'], ['tables/history.csv', '.sheet'], ['tables/scores.parquet', '.sheet'], ['arrays/pack.npz', '[data-testid="arrays"]'], ['arrays/blob.bin', '[data-testid="hex"]'],
      ['media/dot.png', '.image-box img'], ['media/place.geojson', '.geo'], ['study.ipynb', '.cell-out'], ['hostile/MLmodel', '.model-card'], ['images', '[data-testid="chosen"]'],
    ];
    await withPage(at(), { locale, colorScheme }, async page => {
      await item(page, 'notes').waitFor();
      await page.evaluate(axeSource);
      // Colours and words differ between the two, the pages hardly: each has one half.
      for (const [path, part] of shown.filter((_, i) => i % 2 === Number(locale === 'ja-JP'))) {
        await page.evaluate(hash => location.replace(hash), at(path));
        await chosen(page).locator(part).or(chosen(page).and(page.locator(part))).first().waitFor();
        const found = await page.evaluate(() => window.axe.run('#section-artifacts', { resultTypes: ['violations'] }));
        assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`), [], path);
      }
    });
  });
