import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE, Pages } from '../src/state/rows';

const turn = () => new Promise(resolve => setImmediate(resolve));

/** A list of so many numbers, and what was asked of it. */
function numbers(total: number) {
  const asked: string[] = [];
  const pages = new Pages<number>(() => undefined);
  const fetcher = (page: number, counted: boolean) => {
    asked.push(`${page}${counted ? ' counted' : ''}`);
    return Promise.resolve({ ...(counted && { total }), rows: Array.from({ length: Math.min(PAGE, total - page * PAGE) }, (_, i) => page * PAGE + i) });
  };
  return { pages, asked, fetcher };
}

test('a list begins with its first page, and reads others when they are seen', async () => {
  const { pages, asked, fetcher } = numbers(1000);
  pages.ask('a', fetcher);
  assert.equal(pages.total, undefined);
  pages.begin();
  pages.begin();
  await turn();
  assert.deepEqual([asked, pages.total, pages.at(7), pages.at(500)], [['0 counted'], 1000, 7, undefined]);
  pages.show(490, 510);
  await turn();
  assert.deepEqual([asked.slice(1), pages.at(500)], [['4', '5'], 500]);
  assert.deepEqual(pages.placed().filter(([i]) => i % 100 === 0), [[0, 0], [400, 400], [500, 500]]);
});

test('another key is another list; the old one stays until its answer', async () => {
  const { pages, fetcher } = numbers(10);
  pages.ask('a', fetcher);
  pages.begin();
  await turn();
  pages.ask('b', () => Promise.resolve({ total: 1, rows: [99] }));
  assert.deepEqual([pages.stale, pages.at(3)], [true, 3]);
  pages.show(0, 9); // waits for the first page of the new list
  pages.begin();
  await turn();
  assert.deepEqual([pages.stale, pages.total, pages.at(0), pages.at(3)], [false, 1, 99, undefined]);
});

test('what is reloaded is what is seen, and a list may turn out longer', async () => {
  const { pages, asked, fetcher } = numbers(1000);
  pages.ask('a', fetcher);
  pages.begin();
  await turn();
  pages.show(300, 320);
  await turn();
  pages.reload();
  await turn();
  assert.deepEqual([asked.slice(1), pages.at(0), pages.at(300)], [['3', '3 counted'], undefined, 300]);
  pages.resize('an earlier key', 5);
  assert.equal(pages.total, 1000);
  pages.resize('a', 1200);
  assert.equal(pages.total, 1200);
});
