import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentSummary } from '../src/api/summary';
import { drawnFolders, firstLine, folderOf, foldersOf, isWithin, listOf, nameWithin, waysTo } from '../src/experiments/folders';

const compare = new Intl.Collator('en', { numeric: true }).compare;
const experiment = (id: string, name: string, more: Partial<ExperimentSummary> = {}): ExperimentSummary => ({ id, name, created: 0, runs: 0, running: 0, failed: 0, activity: 0, ...more });

test('slashes make folders, wherever they stand', () => {
  assert.equal(folderOf('alone'), '');
  assert.equal(folderOf('a/b/c'), 'a/b');
  assert.equal(folderOf('/Users/me/exp'), 'Users/me');
  assert.equal(folderOf('a//b/'), 'a');
  assert.ok(isWithin('a/b/c', 'a') && isWithin('a/b/c', 'a/b') && isWithin('x', ''));
  assert.ok(!isWithin('ab/c', 'a') && !isWithin('a', 'a'));
  assert.equal(nameWithin('/a/b/c', 'a'), 'b/c');
  assert.equal(nameWithin('/a/b/c', ''), '/a/b/c');
});

test('folders count all that is below them, and lie in the order of their names', () => {
  const top = foldersOf(['b/x', 'a/n10/x', 'a/n2/x', 'a/n2/y', 'a/z', 'alone'], compare);
  assert.deepEqual(top.map(f => [f.path, f.experiments]), [['a', 4], ['b', 1]]);
  assert.deepEqual(top[0]!.folders.map(f => [f.path, f.experiments, f.depth]), [['a/n2', 2, 1], ['a/n10', 1, 1]]);
  assert.deepEqual(drawnFolders(top, new Set()).map(f => f.path), ['a', 'b']);
  assert.deepEqual(drawnFolders(top, new Set(['a'])).map(f => f.path), ['a', 'a/n2', 'a/n10', 'b']);
  assert.deepEqual(waysTo('a/b/c'), ['a', 'a/b']);
});

test('the list of a folder is searched by words in any case and width, and sorted', () => {
  const all = [experiment('1', 'vision/ResNet', { runs: 3, activity: 5 }), experiment('2', 'vision/ViT 10', { runs: 9 }), experiment('3', 'vision/ViT 9', { runs: 9 }), experiment('4', '言語/要約')];
  const ids = (q: Partial<Parameters<typeof listOf>[1]>) => listOf(all, { folder: '', search: '', sort: 'activity', descending: true, ...q }, compare).map(e => e.id);
  assert.deepEqual(ids({}), ['1', '4', '3', '2'], 'the newest first among equals');
  assert.deepEqual(ids({ folder: 'vision', sort: 'name', descending: false }), ['1', '3', '2']);
  assert.deepEqual(ids({ search: 'ＶＩＴ 10' }), ['2']);
  assert.deepEqual(ids({ search: '要約' }), ['4']);
  assert.deepEqual(ids({ search: '3' }), ['3'], 'an id');
  assert.deepEqual(ids({ sort: 'runs', descending: true }), ['3', '2', '1', '4']);
});

test('notes begin with a line of plain text', () => {
  assert.equal(firstLine('\n# Goal of **this**\nmore'), 'Goal of this');
  assert.equal(firstLine('- see [the plan](https://example.invalid) and `code`'), 'see the plan and code');
  assert.equal(firstLine(''), '');
});
