import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ApiError, errorOf, queryString, read } from '../src/api/client';
import { messageOf, tellingOf } from '../src/api/errors';
import { delayOf, retryNow, trouble } from '../src/state/net';

test('the message of the server is the message of the error', () => {
  const e = errorOf(404, '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No Experiment with id=9 exists"}');
  assert.deepEqual([e.status, e.code, e.message, e.temporary], [404, 'RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=9 exists', false]);
  assert.equal(errorOf(502, '<html>').message, 'HTTP 502');
  assert.equal(errorOf(400, '{"detail":"Artifact path refers to a directory"}').message, 'Artifact path refers to a directory');
});

test('repeated members of a query are repeated', () => {
  assert.equal(queryString({ run_ids: ['a', 'b'], x: 1, none: undefined }), 'run_ids=a&run_ids=b&x=1');
});

test('waiting grows, up to ten seconds', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 20].map(delayOf), [1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('a read waits for a server that is away, and says so meanwhile', async () => {
  const real = globalThis.fetch;
  let calls = 0;
  globalThis.fetch = async () => {
    calls++;
    if (calls === 1) throw new TypeError('connection refused');
    if (calls === 2) return new Response('{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "database down"}', { status: 503 });
    return new Response('{"ok": true}');
  };
  const seen: (string | undefined)[] = [];
  const stop = trouble.subscribe(t => {
    seen.push(t?.message);
    if (t) setTimeout(retryNow, 1); // the reader presses "try now"
  });
  try {
    assert.deepEqual(await read({ method: 'GET', path: 'x' }), { ok: true });
    assert.equal(calls, 3);
    assert.deepEqual(seen, [undefined, '', 'database down', undefined]);
  } finally {
    stop();
    globalThis.fetch = real;
  }
});

test('a read that was refused is not repeated', async () => {
  const real = globalThis.fetch;
  let calls = 0;
  globalThis.fetch = async () => {
    calls++;
    return new Response('{"message": "bad filter"}', { status: 400 });
  };
  try {
    await assert.rejects(read({ method: 'GET', path: 'x' }), (e: unknown) => e instanceof ApiError && e.message === 'bad filter');
    assert.equal(calls, 1);
  } finally {
    globalThis.fetch = real;
  }
});

test('a read that nobody wants any more ends', async () => {
  const real = globalThis.fetch;
  globalThis.fetch = async () => {
    throw new TypeError('connection refused');
  };
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  try {
    await assert.rejects(read({ method: 'GET', path: 'x', signal: stop.signal }));
  } finally {
    globalThis.fetch = real;
    trouble.value = null;
  }
});

test('an error of the server is told by its code, else by its status, with the text of the server', () => {
  const told = (status: number, code: string) => tellingOf(new ApiError(status, code, 'No Run'));
  assert.deepEqual(told(404, 'RESOURCE_DOES_NOT_EXIST'), { heading: 'error.missing', detail: 'No Run' });
  assert.equal(told(413, 'QUOTA_EXCEEDED').heading, 'error.quota');
  assert.equal(told(413, '').heading, 'error.large');
  assert.equal(told(502, '').heading, 'error.away');
  assert.equal(told(418, 'constructor').heading, 'error.other');
  assert.deepEqual(tellingOf(new ApiError(0, 'NETWORK', 'Failed to fetch')), { heading: '', detail: 'net.unreachable' });
  assert.deepEqual(tellingOf(new Error('of the page')), { heading: '', detail: 'of the page' });
  assert.equal(messageOf(new ApiError(400, 'RESOURCE_ALREADY_EXISTS', 'Experiment(name=a)')), 'error.exists: Experiment(name=a)');
});

test('every code of the server has a heading', () => {
  const codes = [...readFileSync('../fcgi/error.h', 'utf8').matchAll(/X\(([A-Z_]+), (\d+)/g)];
  assert.ok(codes.length > 15);
  for (const [, code] of codes) if (code !== 'METHOD_NOT_ALLOWED') assert.notEqual(tellingOf(new ApiError(418, code!, '')).heading, 'error.other', code);
});
