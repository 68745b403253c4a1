import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../src/charts/draw';
import { type End, endsOf, placedLabels, roomFor } from '../src/charts/labels';
import type { Line } from '../src/charts/lines';

const frame: Frame = { left: 0, top: 0, width: 100, height: 100, x: [0, 100], y: [0, 100], logX: false, logY: false };
const f = (...values: number[]) => Float64Array.from(values);
const line = (run: number, x: number[], y: number[]): Line => ({ run, color: `#${run}`, dash: [], x: f(...x), y: f(...y), exact: f(...y), at: f(...x), step: f(...x) });
const sixEach = (text: string) => text.length * 6;
const ends = (lines: Line[], of = frame) => endsOf(of, lines, ['zero', 'one', 'two'], '#f').map(e => `${e.text} ${e.x},${e.y}`);

test('a name stands where its line ends, or leaves what is seen', () => {
  assert.deepEqual(ends([line(0, [0, 50, 100], [0, 10, 90]), line(1, [0, 40], [5, 60])]), ['zero 100,10', 'one 40,40']);
  assert.deepEqual(ends([line(0, [0, 50, 100], [0, 10, NaN])]), ['zero 50,90'], 'behind the last number there is nothing');
  assert.deepEqual(ends([line(0, [0, 50, 150], [0, 20, 70])]), ['zero 100,55'], 'on the way to a point out of sight');
  assert.deepEqual(ends([line(0, [0, 5], [1, 2])], { ...frame, x: [10, 20] }), [], 'it ended before');
  assert.deepEqual(ends([line(0, [50, 60], [1, 2])], { ...frame, x: [10, 20] }), [], 'it begins later');
  assert.deepEqual(ends([line(0, [0, 100], [1, 500])]), [], 'above what is seen');
  assert.deepEqual(ends([line(0, [1, 10, 100], [1, 1, 1])], { ...frame, x: [1, 100], logX: true }).length, 1);
  assert.deepEqual(ends([line(0, [], [])]), []);
});

const end = (text: string, y: number, x = 100): End => ({ text, color: '#000', x, y });
const placed = (...all: End[]) => placedLabels(all, frame, 160, 12, 5, sixEach).map(l => `${l.text} ${l.x},${l.y}`);

test('no name stands over another: it gives way a little, or is left out', () => {
  assert.deepEqual(placed(end('a', 20), end('b', 50)), ['a 105,20', 'b 105,50']);
  assert.deepEqual(placed(end('a', 20), end('b', 26)), ['a 105,20', 'b 105,32']);
  assert.deepEqual(placed(end('a', 20), end('b', 22), end('c', 60)), ['a 105,20', 'c 105,60'], 'the first have the right of way');
  assert.deepEqual(placed(end('a', 20, 10), end('b', 20)), ['a 15,20', 'b 105,20'], 'side by side they do not meet');
});

test('a name is cut to its room, and left out where next to nothing would remain', () => {
  assert.deepEqual(placed(end('a-very-long-name', 20)), ['a-very-l… 105,20']);
  assert.deepEqual(placed(end('name', 20, 140)), []);
});

test('room for names is kept where there are several lines, and width', () => {
  assert.equal(roomFor(['one', 'three'], 500, sixEach), 39);
  assert.equal(roomFor(['one', 'x'.repeat(99)], 300, sixEach), 72);
  assert.equal(roomFor(['alone'], 500, sixEach), 0);
  assert.equal(roomFor(['one', 'two'], 150, sixEach), 0);
  assert.equal(roomFor(Array.from({ length: 21 }, (_, i) => `${i}`), 500, sixEach), 0);
});
