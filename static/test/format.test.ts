import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationParts, exactTime, formatBytes, formatNumber, INFINITE, isoTime, relativeParts, utcTime } from '../src/format';
import { wallLabel } from '../src/charts/ticks';
import { timeLabel, timeTicks } from '../src/plots/scales';

test('numbers keep four significant digits, whole numbers all of them', () => {
  const cases: [number, string][] = [
    [0, '0'], [1, '1'], [-3, '-3'], [1234567, '1234567'], [0.123456, '0.1235'], [12.3456, '12.35'], [1234.56, '1234.6'], [0.00001234, '1.234e-5'],
    [2.5e10, '2.5e10'], [123456789012, '1.235e11'], [NaN, 'NaN'], [INFINITE, '∞'], [-INFINITE, '−∞'], [0.1, '0.1'], [-0.5, '-0.5'],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

test('sizes count in units of 1024', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(1023), '1023 B');
  assert.equal(formatBytes(1024), '1.0 KiB');
  assert.equal(formatBytes(2 * 1024 * 1024), '2.0 MiB');
  assert.equal(formatBytes(50 * 1024 ** 3), '50 GiB');
});

test('durations have at most two parts', () => {
  assert.deepEqual(durationParts(340), [[340, 'ms']]);
  assert.deepEqual(durationParts(12_340), [[12.3, 's']]);
  assert.deepEqual(durationParts(59_999), [[59.9, 's']]);
  assert.deepEqual(durationParts(60_000), [[1, 'min']]);
  assert.deepEqual(durationParts(3_600_000 + 240_000), [[1, 'h'], [4, 'min']]);
  assert.deepEqual(durationParts(26 * 3_600_000), [[1, 'd'], [2, 'h']]);
  assert.deepEqual(durationParts(-5), [[0, 'ms']]);
});

test('times are shown in the zone of the reader and in UTC', () => {
  const ms = Date.UTC(2026, 10, 23, 15, 4, 5);
  assert.equal(exactTime(ms), '2026-11-24 00:04:05'); // the runner sets Asia/Tokyo
  assert.equal(utcTime(ms), '2026-11-23 15:04:05 UTC');
});

test('nanoseconds that were taken for milliseconds stand as they are', () => {
  for (const f of [exactTime, utcTime, isoTime]) assert.equal(f(1.79e18), '1790000000000000000');
  assert.equal(utcTime(8.64e15), '+275760-09-13 00:00:00 UTC');
  assert.equal(isoTime(0), '1970-01-01T00:00:00.000Z');
  assert.equal(wallLabel(1.79e15, 60), '1.790e+15');
  assert.equal(timeLabel(1.79e18, 60), '1.790e+18');
  assert.ok(timeTicks(1.79e18, 1.79e18 + 4000, 5).values.length > 1);
});

test('how long ago takes the largest whole unit', () => {
  const now = 1_000_000_000_000;
  assert.deepEqual(relativeParts(now - 30_000, now), [-30, 'second']);
  assert.deepEqual(relativeParts(now - 90_000, now), [-1, 'minute']);
  assert.deepEqual(relativeParts(now - 2 * 86_400_000, now), [-2, 'day']);
  assert.deepEqual(relativeParts(now - 400 * 86_400_000, now), [-1, 'year']);
});
