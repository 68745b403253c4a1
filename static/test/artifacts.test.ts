import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifacts, artifactUrl } from '../src/api';
import { parseCsv } from '../src/artifacts/csv';
import { modelSource, runSource } from '../src/artifacts/source';
import { kindOf, looksLikeText } from '../src/artifacts/kinds';
import { weigh } from '../src/artifacts/weigh';

test('values with commas, quotes and line ends are read', () => {
  assert.deepEqual(parseCsv('a,b\r\n"1,\n2","say ""hi"""\n,\n', ',', 10, false), { rows: [['a', 'b'], ['1,\n2', 'say "hi"'], ['', '']], more: false });
  assert.deepEqual(parseCsv('\ufeffa\tb\n1\t2', '\t', 10, false).rows, [['a', 'b'], ['1', '2']]);
  assert.deepEqual(parseCsv('', ',', 10, false).rows, []);
});

test('a text that was cut loses its last, broken row', () => {
  assert.deepEqual(parseCsv('a,b\n1,2\n3,', ',', 10, true), { rows: [['a', 'b'], ['1', '2']], more: true });
});

test('no more rows than asked for', () => {
  assert.deepEqual(parseCsv('1\n2\n3\n', ',', 2, false), { rows: [['1'], ['2']], more: true });
  assert.equal(parseCsv('1\n2\n', ',', 2, false).more, false);
});

test('the name says what a file is', () => {
  const kinds = { 'a/b/Plot.PNG': 'image', 'x.tsv': 'table', 'm/MLmodel': 'mlmodel', 'notes/README': 'text', 'w.safetensors': 'arrays', 'data.parquet': 'parquet', 'x.ipynb': 'notebook', 'page.HTM': 'html', 'w.bin': 'bytes', constructor: 'text' };
  for (const [path, kind] of Object.entries(kinds)) assert.equal(kindOf(path), kind, path);
});

test('text is told from bytes', () => {
  assert.ok(looksLikeText(new TextEncoder().encode('日本語 text')));
  assert.ok(!looksLikeText(new Uint8Array([137, 80, 78, 71, 0, 1])));
  assert.ok(!looksLikeText(new Uint8Array(500).fill(0xff)));
});

test('the bytes of an artifact are where its root says', () => {
  const info = { run_id: 'r1', experiment_id: '1' };
  assert.equal(artifactUrl({ ...info, artifact_uri: 'mlflow-artifacts:/1/r1/artifacts' }, 'a b/ü#.txt'), 'ajax-api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/a%20b/%C3%BC%23.txt');
  assert.equal(artifactUrl({ ...info, artifact_uri: 'mlflow-artifacts://host:1/1/r1/artifacts' }, 'x'), 'ajax-api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/x');
  assert.equal(artifactUrl({ ...info, artifact_uri: 's3://bucket/1/r1/artifacts' }, 'x y'), 'get-artifact?run_uuid=r1&path=x+y');
});

async function withAnswer<T>(answer: () => Response, work: () => Promise<T>): Promise<T> {
  const real = globalThis.fetch;
  globalThis.fetch = async () => answer();
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

test('a head is bounded even when the server sends everything', async () => {
  const head = await withAnswer(() => new Response(new Uint8Array(5000)), () => artifacts.head('x', 1000));
  assert.equal(head.bytes.length, 1000);
  assert.equal(head.whole, false);
});

test('a head knows from the answer whether it is all there is', async () => {
  const partial = await withAnswer(() => new Response('abcde', { status: 206, headers: { 'Content-Range': 'bytes 0-4/9' } }), () => artifacts.head('x', 5));
  assert.equal(partial.whole, false);
  const all = await withAnswer(() => new Response('abcde', { status: 206, headers: { 'Content-Range': 'bytes 0-4/5' } }), () => artifacts.head('x', 5));
  assert.deepEqual([new TextDecoder().decode(all.bytes), all.whole], ['abcde', true]);
  const empty = await withAnswer(() => new Response('', { status: 416 }), () => artifacts.head('x', 5));
  assert.deepEqual([empty.bytes.length, empty.whole], [0, true]);
});

test('the files of a run and of a model are at their own addresses, and change only where there is a proxy', () => {
  const info = { run_id: 'r1', experiment_id: '7', artifact_uri: 'mlflow-artifacts:/7/r1/artifacts', lifecycle_stage: 'active' as const };
  const run = runSource(info);
  assert.equal(run.archiveUrl(['a b', 'c'], 'tar'), 'ajax-api/cairn/1/artifacts/archive?run_id=r1&path=a+b&path=c&format=tar');
  assert.equal(run.page('a/b c.txt'), '#/experiments/7/runs/r1/artifacts/a/b%20c.txt');
  assert.deepEqual(run.clientArguments('x'), ['--run-id', 'r1', '--artifact-path', 'x']);
  assert.equal(run.editable?.('x'), 'ajax-api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/x');
  assert.equal(runSource({ ...info, lifecycle_stage: 'deleted' }).editable, undefined);
  const elsewhere = runSource({ ...info, artifact_uri: 's3://b/7' });
  assert.deepEqual([elsewhere.editable, elsewhere.uploadUrl?.('x y')], [undefined, 'ajax-api/2.0/mlflow/upload-artifact?run_uuid=r1&path=x+y']);

  const model = modelSource({ model_id: 'm-1', artifact_uri: 's3://b/m' }, path => `#/m/${path}`);
  assert.equal(model.url('a/b'), 'ajax-api/2.0/mlflow/logged-models/m-1/artifacts/files?artifact_file_path=a%2Fb');
  assert.equal(model.archiveUrl([], 'zip'), 'ajax-api/cairn/1/logged-models/m-1/artifacts/archive?format=zip');
  assert.deepEqual(model.clientArguments('d'), ['--artifact-uri', 'models:/m-1/d']);
});

test('what lies below some paths is counted folder by folder', async () => {
  const disk: Record<string, { path: string; is_dir?: boolean; file_size?: number }[]> = {
    a: [{ path: 'a/1', file_size: 10 }, { path: 'a/b', is_dir: true }],
    'a/b': [{ path: 'a/b/2', file_size: 5 }, { path: 'a/b/c', is_dir: true }],
    'a/b/c': [],
  };
  const told: number[] = [];
  const list = async (path: string) => disk[path]!;
  assert.deepEqual(await weigh([{ path: 'a', folder: true, size: undefined }, { path: 'x', folder: false, size: 7 }], list, so => told.push(so.files)), { files: 3, bytes: 22, whole: true });
  assert.deepEqual(told, [1, 2, 3]);
  const endless = async (path: string) => [{ path: `${path}/d`, is_dir: true }, { path: `${path}/f`, file_size: 1 }];
  assert.deepEqual(await weigh([{ path: 'e', folder: true, size: undefined }], endless, () => undefined), { files: 500, bytes: 500, whole: false });
  await assert.rejects(weigh([{ path: 'gone', folder: true, size: undefined }], async () => { throw new Error('no'); }, () => undefined), /no/);
});
