import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, nameOf, type Pressed, step } from '../src/keys/match';

const press = (key: string, more: Partial<Pressed> = {}) =>
  nameOf({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...more });

test('keys have the names that commands give them', () => {
  assert.equal(press('j'), 'j');
  assert.equal(press(' '), 'Space');
  assert.equal(press('?', { shiftKey: true }), '?');
  assert.equal(press('A', { shiftKey: true }), 'Shift+a');
  assert.equal(press('J'), 'j', 'caps lock is no shift');
  assert.equal(press('k', { ctrlKey: true }), 'Mod+k');
  assert.equal(press('K', { metaKey: true, shiftKey: true }), 'Mod+Shift+k');
  assert.equal(press('ArrowUp', { shiftKey: true }), 'Shift+ArrowUp');
});

test('a letter of another script is the key where it lies', () => {
  assert.equal(press('о', { code: 'KeyJ' }), 'j');
  assert.equal(press('ち', { code: 'KeyA' }), 'a');
  assert.equal(press('z', { code: 'KeyY' }), 'z', 'but a Latin letter is itself');
});

test('what an input method or a dead key has is nobody else’s', () => {
  assert.equal(press('j', { isComposing: true }), '');
  assert.equal(press('Process', { code: 'KeyJ' }), '');
  assert.equal(press('j', { keyCode: 229 }), '');
  assert.equal(press('Dead'), '');
});

test('chords wait for their second key, and nothing else comes of a wrong one', () => {
  const known = ['g r', 'g e', 'r', '/'];
  assert.deepEqual(step('', 'r', known), { pending: '', hit: 'r' });
  assert.deepEqual(step('', 'g', known), { pending: 'g', hit: null });
  assert.deepEqual(step('g', 'r', known), { pending: '', hit: 'g r' });
  assert.deepEqual(step('g', '/', known), { pending: '', hit: null });
  assert.deepEqual(step('', 'x', known), { pending: '', hit: null });
});

test('words find the names they begin words of', () => {
  assert.ok(fits('Keyboard shortcuts', 'sho key'));
  assert.ok(!fits('Keyboard shortcuts', 'board'));
  assert.ok(fits('キーボードショートカット', 'ショート'));
  assert.ok(fits('キーボード', 'ｷｰ'));
  assert.ok(fits('anything', '  '));
});
