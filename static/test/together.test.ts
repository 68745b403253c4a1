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

test('one chart alone asks for its runs in halves, each curve of its run', async () => {
  const runs = ['r0', 'r1', 'r2', 'r3', 'r4'];
  const asked: string[][] = [];
  const signals: AbortSignal[] = [];
  /** A curve without points of each run but the first one of all. */
  const curves = (ids: readonly string[]) => {
    const found = ids.flatMap((id, i) => (id === 'r0' ? [] : [i]));
    const bytes = new DataView(new ArrayBuffer(8 + 48 * found.length + 4));
    [...'CRNSER1\n'].forEach((c, i) => bytes.setUint8(i, c.charCodeAt(0)));
    found.forEach((run, i) => bytes.setUint32(8 + 48 * i, run + 1, true));
    found.forEach((run, i) => bytes.setFloat64(8 + 48 * i + 16, Number(ids[run]!.slice(1)), true));
    return bytes.buffer;
  };
  const ask = together(async (ids, keys, query, signal) => {
    asked.push([...ids]);
    signals.push(signal);
    if (query.buckets === 1 && ids.includes('r0')) throw new Error('away');
    return query.buckets === 1 ? new Promise<ArrayBuffer>(() => {}) : curves(ids);
  });
  const found = await ask(runs, 'a', q(100), never);
  assert.deepEqual(asked, [['r0', 'r1', 'r2'], ['r3', 'r4']]);
  assert.deepEqual(found.map(c => [c.run, c.points]), [[1, 1], [2, 2], [3, 3], [4, 4]]);
  await ask(runs, 'a', { ...q(100), from_step: 1, to_step: 9 }, never);
  assert.equal(asked.length, 4, 'a part as well');
  await ask(runs, 'a', { ...q(100), from_step: 9 }, never);
  assert.equal(asked.length, 5, 'the new points of runs that go on are few');
  await ask(runs.slice(0, 3), 'a', q(100), never);
  assert.equal(asked.length, 6, 'and so are few runs');
  await assert.rejects(ask(runs, 'a', q(1), never), /away/);
  assert.ok(signals.at(-1)!.aborted, 'of one half the other is of no use');
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
