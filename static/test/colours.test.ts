import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseColor, COLORS, lookOf, parseChosen } from '../src/state/colours';

test('the first runs differ in colour, the next in dash, and each keeps its look', () => {
  const ids = Array.from({ length: 25 }, (_, i) => `run${i}`);
  const looks = ids.map(lookOf);
  assert.equal(new Set(looks.slice(0, 10).map(l => l.color)).size, 10);
  assert.equal(new Set(looks.map(l => `${l.color} ${l.dash.join()}`)).size, 25);
  assert.deepEqual([...ids].reverse().map(lookOf), [...looks].reverse());
});

test('a chosen colour goes before, and can be given back', () => {
  const own = lookOf('run3');
  chooseColor('run3', '#123456');
  assert.equal(lookOf('run3').color, '#123456');
  chooseColor('run3', null);
  assert.deepEqual(lookOf('run3'), own);
});

test('what was kept is believed only where it is a colour', () => {
  assert.deepEqual([...parseChosen('a=#112233 b=red c=#12345 =#112233 d')], [['a', '#112233']]);
  assert.deepEqual([...parseChosen(null)], []);
  assert.ok(COLORS.every(c => /^#[\da-f]{6}$/.test(c)));
});
