import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../src/storage/rows';
import { type Box, neighbour, shortened, shownOf, squarify } from '../src/storage/treemap';

const near = (a: number, b: number, what = '') => assert.ok(Math.abs(a - b) < 1e-6, `${what} ${a} ≠ ${b}`);

/** What every map must be: areas as sizes are, within the place, none over another, nothing left free. */
function check(sizes: readonly number[], w: number, h: number): Box[] {
  const boxes = squarify(sizes, w, h);
  const scale = (w * h) / sizes.reduce((a, b) => a + b, 0);
  assert.equal(boxes.length, sizes.length);
  boxes.forEach((b, i) => {
    near(b.w * b.h, sizes[i]! * scale, `area of ${i}:`);
    assert.ok(b.x > -1e-6 && b.y > -1e-6 && b.x + b.w < w + 1e-6 && b.y + b.h < h + 1e-6, `${i} lies within`);
    for (const c of boxes.slice(i + 1))
      assert.ok(Math.min(b.x + b.w, c.x + c.w) - Math.max(b.x, c.x) < 1e-6 || Math.min(b.y + b.h, c.y + c.h) - Math.max(b.y, c.y) < 1e-6, `${i} lies over another`);
  });
  return boxes;
}

test('areas are as sizes are, side by side, and fill the place', () => {
  check([1], 300, 200);
  check([6, 6, 4, 3, 2, 2, 1], 600, 400);
  check([1, 1, 1, 1, 1], 100, 1000);
  check([1e12, 1, 1, 1], 1000, 300);
  check([3, 1, 9], 500, 500); // the rest of a folder need not be its smallest part
  let seed = 7;
  for (let n = 2; n < 150; n += 7) check(Array.from({ length: n }, () => 1 + ((seed = (seed * 48271) % 2147483647) % 5000)).sort((a, b) => b - a), 900, 320);
  assert.deepEqual(squarify([], 100, 100), []);
});

test('the boxes of the well-known example are those of its paper', () => {
  const boxes = check([6, 6, 4, 3, 2, 2, 1], 6, 4);
  assert.deepEqual(boxes.slice(0, 2), [{ x: 0, y: 0, w: 3, h: 2 }, { x: 0, y: 2, w: 3, h: 2 }]);
  near(boxes[2]!.w, 12 / 7);
  near(boxes[2]!.h, 7 / 3);
});

test('boxes are squarish where sizes allow it', () => {
  const boxes = squarify(Array.from({ length: 60 }, (_, i) => 1000 / (i + 1)), 1200, 300);
  const ratios = boxes.map(b => Math.max(b.w / b.h, b.h / b.w)).sort((a, b) => a - b);
  assert.ok(ratios[30]! < 1.6, `half of them are longer than ${ratios[30]}`);
  assert.ok(ratios.at(-1)! < 4, `one is as long as ${ratios.at(-1)}`);
});

const row = (name: string, bytes: number, more: Partial<Row> = {}): Row => ({ id: name, name, bytes, files: 2, ...more });

test('largest first; what is empty or elsewhere has no place', () => {
  const { shown, others } = shownOf([row('a', 5), row('none', 0), row('b', 9), row('away', 7, { elsewhere: true })]);
  assert.deepEqual(shown.map(r => r.name), ['b', 'a']);
  assert.equal(others, null);
  assert.deepEqual(shownOf([]), { shown: [], others: null });
});

test('dust is put together, and one grain stays itself', () => {
  const big = row('big', 1_000_000);
  const dusty = shownOf([big, row('x', 3), row('y', 2, { partial: true }), row('z', 1)]);
  assert.deepEqual(dusty.shown, [big]);
  assert.deepEqual(dusty.others, { bytes: 6, files: 6, count: 3, partial: true });
  assert.equal(shownOf([big, row('x', 3)]).shown.length, 2);
  const many = shownOf(Array.from({ length: 1000 }, (_, i) => row(String(i), 1000 + i)));
  assert.equal(many.shown.length, 150);
  assert.equal(many.others?.count, 850);
  assert.equal(many.shown.reduce((a, r) => a + r.bytes, many.others!.bytes), 1000 * 1000 + (999 * 1000) / 2);
});

test('a step leads to what lies beside', () => {
  const boxes = squarify([6, 6, 4, 3, 2, 2, 1], 6, 4); // 0 above 1 at the left, 2 and 3 at the right above 4, 5, 6
  assert.equal(neighbour(boxes, 0, 'down'), 1);
  assert.equal(neighbour(boxes, 1, 'up'), 0);
  assert.equal(neighbour(boxes, 0, 'right'), 2);
  assert.equal(neighbour(boxes, 2, 'right'), 3);
  assert.equal(neighbour(boxes, 3, 'left'), 2);
  assert.equal(neighbour(boxes, 0, 'left'), 0, 'and stays where nothing does');
  assert.equal(neighbour(boxes, 0, 'up'), 0);
});

test('all is reached by steps, and every step but one at the edge leads somewhere', () => {
  const [w, h] = [900, 320];
  const boxes = squarify(Array.from({ length: 40 }, (_, i) => 100 / (i + 1)), w, h);
  const reached = new Set([0]);
  for (const at of reached)
    for (const way of ['left', 'right', 'up', 'down'] as const) {
      const b = boxes[at]!;
      const edge = { left: b.x < 1e-6, up: b.y < 1e-6, right: b.x + b.w > w - 1e-6, down: b.y + b.h > h - 1e-6 }[way];
      const next = neighbour(boxes, at, way);
      assert.equal(next === at, edge, `${way} of ${at}`);
      reached.add(next);
    }
  assert.equal(reached.size, 40);
});

test('a name that does not fit loses its middle', () => {
  const short = (name: string, room: number) => shortened(name, room, letter => (letter > 'ᄀ' && letter !== '…' ? 2 : 1));
  assert.equal(short('resnet50-35', 11), 'resnet50-35');
  assert.equal(short('resnet50-35', 10), 'resne…0-35');
  assert.equal(short('resnet50-35', 5), 're…35');
  assert.equal(short('音声認識モデル', 14), '音声認識モデル');
  assert.equal(short('音声認識モデル', 9), '音声…デル');
  assert.equal(short('👩🏽‍🚀 x', 1), '…');
  assert.equal(short('abc', 0), '…');
  assert.equal(short('', 0), '');
});
