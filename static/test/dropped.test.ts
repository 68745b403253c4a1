import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { test } from 'node:test';
import { MOST, readDropped } from '../src/artifacts/dropped';

Object.assign(globalThis, { File }); // Node 18 has it in a module only

type Inside = Record<string, unknown>;

/** A folder as a browser gives it: a hundred entries at a time; `null` is a file that cannot be read. */
function entry(path: string, inside: Inside | string | null): unknown {
  if (inside === null) return { isFile: true, fullPath: path, file: (_: unknown, no: (e: Error) => void) => no(new Error('NotReadable')) };
  if (typeof inside === 'string') return { isFile: true, fullPath: path, file: (yes: (f: unknown) => void) => yes(new File([inside], path)) };
  const all = Object.entries(inside).map(([name, of]) => entry(`${path}/${name}`, of as Inside));
  return { isFile: false, fullPath: path, createReader: () => ({ readEntries: (yes: (some: unknown[]) => void) => yes(all.splice(0, 100)) }) };
}
const dropped = (path: string, inside: Inside) => [{ webkitGetAsEntry: () => entry(path, inside), getAsFile: () => null }] as unknown as DataTransferItem[];
const files = (n: number): Inside => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, 'x']));

test('a folder is dropped with all that is in it, or not at all', async () => {
  const found = await readDropped(dropped('/d', { a: 'x', sub: { b: 'y' }, ...files(150) }));
  assert.equal(found.length, 152);
  assert.ok(found.some(f => f.path === 'd/sub/b'));
  assert.equal((await readDropped(dropped('/d', files(MOST)))).length, MOST);
  await assert.rejects(readDropped(dropped('/d', { sub: files(MOST + 1) })), /artifacts\.upload\.most/);
  await assert.rejects(readDropped(dropped('/d', { a: 'x', b: null })), /NotReadable/);
});
