import assert from 'node:assert/strict';
import { test } from 'node:test';
import { together } from '../src/charts/together';

/** A server without curves, that remembers what it was asked. */
function server() {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const empty = new TextEncoder().encode('CRNSER1\n\0\0\0\0').buffer as ArrayBuffer;
  return {
    asked, signals,
    ask: together(async (runs, keys, q, signal) => {
      asked.push(`${runs.join('+')} ${keys.join('+')} ${q.buckets}`);
      signals.push(signal);
      if (q.buckets === 1) throw new Error('away');
      return empty;
    }),
  };
}
const q = (buckets: number) => ({ buckets, columns: [] });
const never = new AbortController().signal;

test('few curves that are wanted at once are asked for at once', async () => {
  const s = server();
  const found = await Promise.all([s.ask(['r'], 'a', q(100), never), s.ask(['r'], 'b', q(100), never), s.ask(['r'], 'c', q(200), never), s.ask(['x'], 'a', q(100), never)]);
  assert.deepEqual(found, [[], [], [], []]);
  assert.deepEqual(s.asked, ['r a+b 100', 'r c 200', 'x a 100']);
  await s.ask(['r'], 'a', q(100), never);
  assert.equal(s.asked.length, 4, 'a later one is asked for later');
});

test('of many runs each chart asks for itself', async () => {
  const s = server();
  const ten = Array.from({ length: 10 }, (_, i) => `r${i}`);
  await Promise.all([s.ask(ten, 'a', q(100), never), s.ask(ten, 'b', q(100), never)]);
  assert.equal(s.asked.length, 2);
});

test('who no longer waits is not asked for; a request that nobody waits for ends', async () => {
  const s = server();
  const [a, b] = [new AbortController(), new AbortController()];
  const gone = s.ask(['r'], 'a', q(100), a.signal);
  const stays = s.ask(['r'], 'b', q(100), b.signal);
  a.abort();
  await assert.rejects(gone, { name: 'AbortError' });
  await stays;
  assert.deepEqual(s.asked, ['r b 100']);
  b.abort();
  assert.ok(s.signals[0]!.aborted);
});

test('all that wait for an answer hear of its failure', async () => {
  const s = server();
  const both = await Promise.allSettled([s.ask(['r'], 'a', q(1), never), s.ask(['r'], 'b', q(1), never)]);
  assert.deepEqual(both.map(r => r.status), ['rejected', 'rejected']);
});
