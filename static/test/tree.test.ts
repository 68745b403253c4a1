import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldImages, imageName, nearestImage } from '../src/artifacts/images';
import { clientLine, curlLine, word } from '../src/artifacts/shell-words';
import { ancestors, find, type Folder, isPicked, pickedPaths, readFolder, rowsOf, totalOf, unreadOf } from '../src/artifacts/tree';

const id = '0d6c9bd2-94c1-4c9f-8f0a-0123456789ab';
const dir = (path: string) => ({ path, is_dir: true });
const file = (path: string, file_size?: number) => ({ path, is_dir: false, ...(file_size !== undefined && { file_size }) });
const image = (key: string, step: number, tail = '.png', sep = '+') => `images/${[key, 'step', step, 'timestamp', 1700, id.replace('0d6', String(step).padStart(3, '0'))].join(sep)}${tail}`;

test('the names of log_image are read, of this version of the client and of older ones', () => {
  assert.deepEqual(imageName(image('val~cats', 12)), { key: 'val/cats', step: 12, timestamp: 1700, id: id.replace('0d6', '012'), compressed: false });
  assert.deepEqual(imageName(image('a#b', 3, '%compressed.webp', '%')), { key: 'a/b', step: 3, timestamp: 1700, id: id.replace('0d6', '003'), compressed: true });
  assert.equal(imageName(image('k', -2))?.step, -2);
  for (const other of ['images/plot.png', 'images/a+step+1.png', image('k', 1, '.jpg'), image('k', 1).replace('+1700', '%1700')]) assert.equal(imageName(other), null, other);
});

test('both files of a step are one entry, and the steps of a key are in order', () => {
  const { sets, rest } = foldImages('images', [file(image('k', 10), 9), file(image('k', 2), 5), file(image('k', 2, '+compressed.webp'), 1), file('images/x.png', 4)]);
  assert.deepEqual(rest.map(f => f.path), ['images/x.png']);
  assert.equal(sets.length, 1);
  assert.deepEqual([sets[0]!.steps.map(s => s.step), sets[0]!.size, sets[0]!.files.length], [[2, 10], 15, 3]);
  assert.equal(sets[0]!.steps[0]!.small?.path, image('k', 2, '+compressed.webp'));
  assert.equal(nearestImage(sets, imageName(image('k', 3))!), image('k', 2, '+compressed.webp'));
  assert.equal(nearestImage(sets, imageName(image('other', 3))!), null);
});

const folders = new Map<string, Folder>([
  ['', readFolder('', [file('z.txt', 10), dir('b'), dir('a'), file('part-10', 1), file('part-9', 1)])],
  ['a', readFolder('a', [dir('a/deep'), file('a/plan.txt', 100)])],
  ['b', { state: 'failed', error: new Error('away') }],
  ['images', readFolder('images', [])],
]);
const names = (open: string[], filter = '') => rowsOf(folders, new Set(open), filter).map(r => `${'  '.repeat(r.depth)}${r.kind === 'note' ? r.note : r.name}`);

test('rows: folders first, numbers in order, what is open, what is unread or failed', () => {
  assert.deepEqual(names([]), ['a', 'b', 'part-9', 'part-10', 'z.txt']);
  assert.deepEqual(names(['a', 'b', 'a/deep']), ['a', '  deep', '    loading', '  plan.txt', 'b', '  failed', 'part-9', 'part-10', 'z.txt']);
  assert.deepEqual(rowsOf(folders, new Set(), '').map(r => [r.at, r.of]), [[1, 5], [2, 5], [3, 5], [4, 5], [5, 5]]);
  assert.deepEqual(rowsOf(new Map([['', readFolder('', [])]]), new Set(), '').map(r => r.kind === 'note' && r.note), ['empty']);
});

test('a filter keeps what has it in its name, and the way there', () => {
  assert.deepEqual(names([], 'PLAN'), ['a', '  plan.txt']);
  assert.deepEqual(names(['a'], 'deep'), ['a', '  deep']);
  assert.deepEqual(names([], 'part'), ['part-9', 'part-10']);
  assert.deepEqual(names([], 'nothing'), []);
});

test('totals are of what is known, and say when that is not all', () => {
  assert.deepEqual(totalOf(folders, ''), { files: 4, bytes: 112, whole: false });
  assert.deepEqual(totalOf(new Map([['', readFolder('', [file('x', 3)])]]), ''), { files: 1, bytes: 3, whole: true });
});

test('folders that are known and unread', () => {
  assert.deepEqual(unreadOf(folders), ['a/deep']);
});

test('what is at a path: a file, a folder, a picture, nothing, or not known yet', () => {
  assert.deepEqual(find(folders, 'a/plan.txt'), { kind: 'file', size: 100 });
  assert.equal(find(folders, 'a/deep').kind, 'folder');
  assert.equal(find(folders, 'a/other').kind, 'missing');
  assert.equal(find(folders, 'none/other/file').kind, 'missing');
  assert.equal(find(folders, 'a/deep/x').kind, 'unknown');
  assert.equal(find(folders, 'b/x').kind, 'unknown');
  const set = new Map<string, Folder>([['', readFolder('', [dir('images')])], ['images', readFolder('images', [file(image('k', 1), 7), file(image('k', 1, '+compressed.webp'), 2)])]]);
  const found = find(set, image('k', 1, '+compressed.webp'));
  assert.ok(found.kind === 'images' && found.step === 0 && found.size === 2);
});

test('a chosen folder is chosen with all that is in it, and asked for once', () => {
  const picked = new Set(['a', 'a/plan.txt', 'z.txt']);
  assert.ok(isPicked(picked, 'a/deep/x') && !isPicked(picked, 'ab'));
  assert.deepEqual(pickedPaths(picked), ['a', 'z.txt']);
  assert.deepEqual(ancestors('a/b/c'), ['a', 'a/b']);
});

test('lines to copy are safe to paste, whatever a file is called', () => {
  assert.equal(word("it's $(rm -rf)"), "'it'\\''s $(rm -rf)'");
  assert.equal(curlLine('http://h/a%20b?x=1&y=2', '-o x'), "curl -fL -o '-o x' 'http://h/a%20b?x=1&y=2'");
  assert.equal(clientLine('http://h:1/sub', ['--run-id', 'r', '--artifact-path', 'a b']), "MLFLOW_TRACKING_URI=http://h:1/sub mlflow artifacts download --run-id r --artifact-path 'a b'");
});
