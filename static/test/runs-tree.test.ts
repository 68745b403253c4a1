import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortsFromQuery } from '../src/grid/columns';
import type { Row } from '../src/grid/rows';
import { type Level, linesOf, MOST_OPEN, partsOf, spotOf, toggledOpen } from '../src/grid/tree';
import { treeByItself, viewOf } from '../src/grid/view';

const level = (name: string, total: number, depth = 0, open: Level['open'] = []): Level & { name: string } => ({
  name, depth, total, open, at: i => ({ id: `${name}${i}` }) as Row, show: () => {},
});
const named = (l: Level) => (l as Level & { name: string }).name;

// r0 r1 (b0 b1 (c0 c1) b2) r2 (d0) r3
const c = level('c', 2, 2);
const b = level('b', 3, 1, [{ index: 1, level: c }]);
const d = level('d', 1, 1);
const roots = level('r', 4, 0, [{ index: 1, level: b }, { index: 2, level: d }]);
const lines = ['r0', 'r1', 'b0', 'b1', 'c0', 'c1', 'b2', 'r2', 'd0', 'r3'];

test('a line is found in the list that it belongs to', () => {
  assert.equal(linesOf(roots), lines.length);
  assert.deepEqual(lines.map((_, i) => spotOf(roots, i)).map(s => s.level.at(s.index)!.id), lines);
  assert.deepEqual(lines.map((_, i) => spotOf(roots, i).level.depth), [0, 0, 1, 1, 2, 2, 1, 0, 1, 0]);
});

test('a line knows the line of the run above it', () => {
  assert.deepEqual(lines.map((_, i) => spotOf(roots, i).above), [-1, -1, 1, 1, 3, 3, 1, -1, 7, -1]);
});

test('of a list of any length, only what is open has to be known', () => {
  const long = level('r', 100_000, 0, [{ index: 70_000, level: level('x', 5000, 1) }]);
  assert.equal(linesOf(long), 105_000);
  assert.equal(spotOf(long, 70_000).index, 70_000);
  assert.deepEqual([spotOf(long, 75_000).index, named(spotOf(long, 75_000).level)], [4999, 'x']);
  assert.deepEqual([spotOf(long, 75_001).index, named(spotOf(long, 75_001).level)], [70_001, 'r']);
});

test('what is on the screen, list by list', () => {
  const parts = (from: number, to: number) => [...partsOf(roots, from, to)].map(([l, [x, y]]) => `${named(l)}${x}-${y}`);
  assert.deepEqual(parts(0, 9), ['r0-3', 'b0-2', 'c0-1', 'd0-0']);
  assert.deepEqual(parts(4, 6), ['c0-1', 'b2-2']);
  assert.deepEqual(parts(9, 9), ['r3-3']);
});

test('a tree is the default where nothing is sorted or searched', () => {
  const sorts = (sort: string) => sortsFromQuery(new URLSearchParams({ sort }));
  assert.equal(treeByItself('', sorts(''), 1), true);
  assert.equal(treeByItself('', sorts('info.start_time:asc'), 2), true);
  assert.equal(treeByItself('', sorts('metrics.loss:asc'), 1), false);
  assert.equal(treeByItself('params.a = 1', sorts(''), 1), false);
  assert.equal(treeByItself('', sorts(''), 0), false, 'all runs that there are');
  assert.deepEqual(['', 'tree=1', 'tree=0'].map(q => viewOf(new URLSearchParams(q)).tree), [null, true, false]);
});

test('of many open runs the oldest closes', () => {
  assert.deepEqual(toggledOpen(['a', 'b'], 'a'), ['b']);
  const many = Array.from({ length: MOST_OPEN }, (_, i) => `${i}`);
  assert.deepEqual(toggledOpen(many, 'new').slice(-2), [`${MOST_OPEN - 1}`, 'new']);
  assert.equal(toggledOpen(many, 'new').length, MOST_OPEN);
});
