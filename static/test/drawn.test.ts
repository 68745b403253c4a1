import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allHidden, drawnRows, type Eyes, hideAll, showAll, statusPredicate, toggledEye, toggledPredicate, toggledTop } from '../src/grid/drawn';
import type { Row } from '../src/grid/rows';

const row = (id: string, status: Row['status'] = 'FINISHED') => ({ id, status }) as Row;
const rows = ['a', 'b', 'c', 'd', 'e'].map((id, i) => row(id, i % 2 === 0 ? 'FINISHED' : 'RUNNING'));
const ids = (eyes: Eyes, { top = [] as Row[], asked = [] as Row[], picked = [] as Row[], most = 3 } = {}) => drawnRows(top, asked, rows, picked, eyes, most).map(r => r.id).join('');

test('the first runs are drawn, or the selected ones, after those at the top', () => {
  assert.equal(ids(showAll), 'abc');
  assert.equal(ids(showAll, { picked: [rows[4]!] }), 'e');
  assert.equal(ids(showAll, { picked: [rows[4]!], top: [row('z'), rows[0]!] }), 'zae');
});

test('what is hidden is not drawn, by its id, its status or all of it, unless it was asked for', () => {
  assert.equal(ids({ hide: ['a'], eye: [] }), 'bcd');
  assert.equal(ids({ hide: [statusPredicate('FINISHED')], eye: [] }), 'bd');
  assert.equal(ids({ hide: [statusPredicate('FINISHED')], eye: ['c'] }, { asked: [rows[2]!] }), 'cbd');
  assert.equal(ids(hideAll), '');
  assert.equal(ids({ ...hideAll, eye: ['e'] }, { asked: [rows[4]!] }), 'e');
  assert.deepEqual([allHidden(hideAll), allHidden(showAll)], [true, false]);
});

test('an eye is opened and closed', () => {
  const closed = toggledEye(row('a'), true, showAll, 3);
  assert.deepEqual(closed, { hide: ['a'], eye: [] });
  assert.deepEqual(toggledEye(row('a'), false, closed, 3), { hide: [], eye: ['a'] });
  assert.deepEqual(toggledEye(row('e'), true, { ...hideAll, eye: ['e'] }, 3), hideAll, 'all are hidden, so its name need not be');
  assert.deepEqual(toggledEye(row('d'), false, { hide: [], eye: ['a', 'b', 'c'] }, 3).eye, ['b', 'c', 'd'], 'the one asked for first gives way');
});

test('predicates and the runs at the top are lists without doubles', () => {
  const hidden = toggledPredicate('status:FAILED', showAll);
  assert.deepEqual(hidden.hide, ['status:FAILED']);
  assert.deepEqual(toggledPredicate('status:FAILED', hidden).hide, []);
  assert.deepEqual(toggledTop(['a', 'b'], 'a'), ['b']);
  assert.equal(toggledTop(Array.from({ length: 10 }, (_, i) => String(i)), 'x').join(''), '123456789x');
});
