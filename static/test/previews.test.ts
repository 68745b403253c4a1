import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { elements, npyHead, numpyType, safetensorsHead, safetensorsLength, zipDataAt, zipDirectory, zipEntries } from '../src/artifacts/arrays';
import { pathOf } from '../src/artifacts/beside';
import { cellText } from '../src/artifacts/cell-text';
import { compressorsFor, unreadable } from '../src/artifacts/codecs';
import { fitted, gridStep, readGeoJson } from '../src/artifacts/geojson';
import { loadLines, readModel } from '../src/artifacts/mlmodel';
import { readNotebook, unstyled } from '../src/artifacts/notebook';
import { columnsOf, nextSlice } from '../src/artifacts/parquet-plan';
import { naturalLetters, nextSort, type Sheet, sortedRows } from '../src/artifacts/sheet';
import { breaksOf, layout, LineReader, linesWith } from '../src/artifacts/text-lines';
import { valueRows, written } from '../src/artifacts/value-rows';
import { parseYaml } from '../src/artifacts/yaml';

const bytes = (text: string) => Uint8Array.from(text, c => c.charCodeAt(0));

test('text comes in parts that end anywhere: in a line, in a letter, between the two halves of a line end', () => {
  const whole = 'one\r\ntwo\n日本語\n\nlast\rold';
  const all = new TextEncoder().encode(whole);
  for (let cut = 0; cut <= all.length; cut++) {
    const reader = new LineReader();
    reader.push(all.subarray(0, cut), false);
    reader.push(all.subarray(cut), true);
    assert.deepEqual(reader.lines, ['one', 'two', '日本語', '', 'last', 'old'], `cut at ${cut}`);
  }
  const ended = new LineReader();
  ended.push(bytes('a\nb\n'), true);
  assert.deepEqual(ended.lines, ['a', 'b']);
  const coloured = new LineReader();
  coloured.push(bytes('\u001b[3'), false);
  coloured.push(bytes('1mred\u001b[0m x'), true);
  assert.deepEqual(coloured.lines, ['red x']);
});

test('long lines are broken into pieces, wide letters count twice', () => {
  assert.deepEqual(breaksOf('x'.repeat(25), 10), [0, 10, 20]);
  assert.deepEqual(breaksOf('日本語日本語', 4), [0, 2, 4]);
  assert.deepEqual(breaksOf('a\u{1f600}b', 2), [0, 1, 3]);
  const plan = layout(['short', 'y'.repeat(25), '', 'end'], 10);
  assert.equal(plan.count, 6);
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(plan.piece), [
    { line: 0, from: 0, to: 5 }, { line: 1, from: 0, to: 10 }, { line: 1, from: 10, to: 20 }, { line: 1, from: 20, to: 25 }, { line: 2, from: 0, to: 0 }, { line: 3, from: 0, to: 3 },
  ]);
  assert.equal(plan.rowOf(3), 5);
  assert.deepEqual(linesWith(['Error here', 'fine', 'an ERROR'], 'error'), [0, 2]);
});

test('values as rows: pointers as names, long ones closed, plain ones as they are written', () => {
  const root = { a: { 'b/c': [1, 'x'] }, long: Array.from({ length: 60 }, (_, i) => i), none: null };
  const names = (toggled: string[]) => valueRows(root, new Set(toggled)).map(r => r.id);
  assert.deepEqual(names([]), ['/a', '/a/b~1c', '/a/b~1c/0', '/a/b~1c/1', '/long', '/none']);
  assert.deepEqual(names(['/a']), ['/a', '/long', '/none']);
  assert.equal(names(['/long']).length, 66);
  assert.deepEqual([written('a"b'), written(null), written(1.5)], ['"a\\"b"', 'null', '1.5']);
});

test('YAML as tools write it', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(parseYaml("# note\nlr: 0.1\nlayers:\n  - 64\n  - 32\nsame:\n- a: 1\n  b: two # note\n- - 1\n  - x\nname: 'a: b'\nempty:\non: true\nbig: 12345678901234567890\nversion: 1.10.0\nflow: {a: [1, 'x, y'], \"k\": null}\n"))), {
    lr: 0.1, layers: [64, 32], same: [{ a: 1, b: 'two' }, [1, 'x']], name: 'a: b', empty: null, on: true, big: '12345678901234567890', version: '1.10.0', flow: { a: [1, 'x, y'], k: null },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(parseYaml('text: |\n  one\n    two\n\n  # three\nfold: >-\n  a\n  b\n\n  c\nlast: "x\\u00e9\\n"\n'))), { text: 'one\n  two\n\n# three\n', fold: 'a b\nc', last: 'xé\n' });
  // As PyYAML folds a signature at 80 columns, in either kind of quotes.
  assert.deepEqual(JSON.parse(JSON.stringify(parseYaml("signature:\n  inputs: '[{\"type\": \"double\", \"name\": \"sepal length\"},\n    {\"type\": \"double\"}]'\n  outputs: \"caf\\xE9 \\\n    au lait\"\n"))), {
    signature: { inputs: '[{"type": "double", "name": "sepal length"}, {"type": "double"}]', outputs: 'café au lait' },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(parseYaml('url: http://x/y#z\ntime: 12:30:01\nplain: a\n  b\n'))), { url: 'http://x/y#z', time: '12:30:01', plain: 'a b' });
  assert.equal(parseYaml(''), null);
  assert.deepEqual(parseYaml('---\n- 1\n...\n'), [1]);
});

test('YAML beyond that is refused, not read wrongly; names do not reach the prototype', () => {
  for (const text of ['a: &x 1\nb: *x', 'a: !!python/object:os.system x', 'a: 1\n---\nb: 2', 'a: 1\n  b: 2', '? [k]\n: v', 'a: 1\na: 2', 'a: "open', 'a:\n\t- 1', '[1, 2', '- 1\nb: 2', `${'- '.repeat(300)}x`])
    assert.throws(() => parseYaml(text), SyntaxError, text);
  const hostile = parseYaml('__proto__:\n  polluted: 1\n') as Record<string, unknown>;
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.deepEqual(Object.keys(hostile), ['__proto__']);
  const start = Date.now();
  assert.throws(() => parseYaml(`a: "${'x\n'.repeat(100_000)}`));
  assert.ok(Date.now() - start < 5000, 'a quote that is never closed');
});

function npy(header: string, version = 1): Uint8Array {
  const head = bytes(header.padEnd(54) + '\n');
  const size = version === 1 ? [head.length & 255, head.length >> 8] : [head.length & 255, head.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...bytes('NUMPY'), version, 0, ...size, ...head, 1, 2, 3]);
}

test('the head of an array of numpy', () => {
  const found = npyHead(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"));
  assert.deepEqual([found?.dtype, found?.shape, found?.fortran], ['float32', [3, 4], false]);
  assert.deepEqual(npyHead(npy("{'descr': '|b1', 'fortran_order': True, 'shape': (), }", 2))?.shape, []);
  assert.equal(npyHead(npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (7,), }"))?.dtype, "[('a', '<i4')]");
  assert.equal(npyHead(npy("{'descr': '<f4'").subarray(0, 20)), null);
  assert.equal(npyHead(bytes('not numpy at all, but long enough')), null);
  assert.deepEqual(['>i8', '<U10', '<M8[ns]', '|O', '<c16'].map(numpyType), ['int64 (big-endian)', 'str[10]', 'datetime64[ns]', 'object', 'complex128']);
  assert.equal(elements([3, 4, 2]), 24);
});

test('the head of safetensors, and one that lies about its length', () => {
  assert.equal(safetensorsLength(Uint8Array.from([5, 1, 0, 0, 0, 0, 0, 0])), 261);
  assert.equal(safetensorsLength(Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 255])), null);
  assert.equal(safetensorsLength(new Uint8Array(4)), null);
  const { arrays, metadata } = safetensorsHead('{"__metadata__":{"format":"pt"},"w":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]}}');
  assert.deepEqual([arrays, metadata], [[{ name: 'w', dtype: 'F16', shape: [2, 3], bytes: 12 }], { format: 'pt' }]);
  assert.throws(() => safetensorsHead('[1]'));
});

test('the list of a zip is found from its end', () => {
  const local = (name: string, data: string) => [0x50, 0x4b, 3, 4, ...new Array(22).fill(0), name.length, 0, 0, 0, ...bytes(name), ...bytes(data)];
  const entry = (name: string, size: number, at: number) => [0x50, 0x4b, 1, 2, ...new Array(16).fill(0), size, 0, 0, 0, size, 0, 0, 0, name.length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, at, 0, 0, 0, ...bytes(name)];
  const files = [...local('a.npy', 'hello'), ...local('d/b.txt', 'xxxxxxxxx')];
  const list = [...entry('a.npy', 5, 0), ...entry('d/b.txt', 9, 40)];
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, list.length, 0, 0, 0, files.length, 0, 0, 0, 0, 0];
  const whole = Uint8Array.from([...files, ...list, ...end]);
  const found = zipDirectory(whole, whole.length);
  assert.ok(found && 'at' in found);
  assert.deepEqual(zipEntries(whole.subarray(found.at, found.at + found.length)).map(e => [e.name, e.size, e.at]), [['a.npy', 5, 0], ['d/b.txt', 9, 40]]);
  assert.equal(zipDataAt(whole), 35);
  assert.equal(zipDirectory(new Uint8Array(100), 100), null);
  assert.equal(zipDirectory(whole, 10), null, 'a list that is beyond the file');
});

test('a notebook: texts, pictures, tables; scripts are named only', () => {
  const book = readNotebook(JSON.stringify({
    metadata: { language_info: { name: 'python' } },
    cells: [
      { cell_type: 'markdown', source: ['# A\n', 'b'] },
      { cell_type: 'code', execution_count: 3, source: 'x', outputs: [
        { output_type: 'stream', name: 'stdout', text: ['a\n'] }, { output_type: 'stream', name: 'stdout', text: 'b\n' },
        { output_type: 'display_data', data: { 'image/png': 'AAAA\n', 'text/plain': 'fig' } },
        { output_type: 'display_data', data: { 'image/png': '"><script>', 'text/plain': 'only text' } },
        { output_type: 'execute_result', data: { 'text/html': ['<b>', 'x</b>'], 'text/plain': 'x' } },
        { output_type: 'display_data', data: { 'application/javascript': 'harm()' } },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\u001b[31mE\u001b[0m: v'] },
        null, { output_type: 'display_data' },
      ] },
      'not a cell',
    ],
  }));
  assert.equal(book.language, 'python');
  assert.deepEqual(book.cells.map(c => [c.kind, c.source, c.count]), [['markdown', '# A\nb', null], ['code', 'x', 3]]);
  assert.deepEqual(book.cells[1]!.outputs, [
    { kind: 'text', text: 'a\nb\n', error: false }, { kind: 'image', source: 'data:image/png;base64,AAAA' }, { kind: 'text', text: 'only text', error: false },
    { kind: 'html', html: '<b>x</b>' }, { kind: 'dropped', type: 'application/javascript' }, { kind: 'text', text: 'E: v', error: true },
  ]);
  assert.throws(() => readNotebook('{"cells": 3}'));
  assert.equal(unstyled('10%\r50%\r100%\ndone'), '100%\ndone');
});

test('GeoJSON: every kind of geometry, and what is none', () => {
  const drawing = readGeoJson(JSON.stringify({ type: 'FeatureCollection', features: [
    { type: 'Feature', properties: { name: 'p' }, geometry: { type: 'Point', coordinates: [139, 35, 7] } },
    { type: 'Feature', properties: null, geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]]] } },
    { type: 'Feature', properties: {}, geometry: { type: 'GeometryCollection', geometries: [{ type: 'LineString', coordinates: [[0, 0], ['x', 1], [2, 2]] }] } },
    { type: 'Feature', geometry: null },
  ] }));
  assert.deepEqual(drawing.shapes.map(s => [s.kind, s.name]), [['point', 'p'], ['area', ''], ['line', '']]);
  assert.deepEqual([drawing.box, drawing.points], [[0, 0, 139, 35], 7]);
  assert.equal(readGeoJson('[1,2]').box, null);
  const view = fitted([0, 0, 10, 10], 400, 300, 50);
  assert.deepEqual([view.x, view.y, view.scale], [5, 5, 20]);
  assert.deepEqual([gridStep(0.3), gridStep(3), gridStep(10)].map(s => Number(s.toFixed(3))), [0.5, 5, 10]);
});

test('the card of a model, and the lines that load it', () => {
  const text = "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    env:\n      conda: conda.yaml\n  sklearn:\n    code: null\nmodel_id: m-12ab\nrun_id: r1\nsignature:\n  inputs: '[{\"type\": \"double\", \"name\": \"x\", \"required\": true}, {\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1, 4]}}]'\n  outputs: null\n  params: '[{\"name\": \"t\", \"dtype\": \"double\", \"default\": 0.5, \"shape\": null}]'\n";
  const card = readModel(text);
  assert.ok(card);
  assert.deepEqual(card.flavors.map(f => f.name), ['python_function', 'sklearn']);
  assert.deepEqual(card.inputs, [{ name: 'x', type: 'double', required: true }, { name: '1', type: 'float32 (-1, 4)', required: true }]);
  assert.deepEqual(card.params, [{ name: 't', type: 'double', required: false }]);
  assert.match(loadLines(card, 'http://h', 'model'), /load_model\("models:\/m-12ab"\)$/);
  assert.match(loadLines({ ...card, modelId: null, hasPyfunc: false, flavors: [{ name: 'sklearn', facts: [] }] }, 'http://h', 'model'), /mlflow\.sklearn\.load_model\("runs:\/r1\/model"\)$/);
  const hostile = readModel('flavors:\n  "x\\nimport os": {a: 1}\nmodel_id: \'m-1"); import os; ("\'\nrun_id: [1]\n');
  assert.ok(hostile && !loadLines(hostile, 'http://h', 'a"b').includes('import os'));
  assert.equal(readModel('just text'), null);
});

test('what to read of Parquet: one row group after the other, in bounded parts', () => {
  const chunk = (name: string, size: number, codec = 'SNAPPY') => ({ file_offset: 0n, meta_data: { path_in_schema: [name], total_compressed_size: BigInt(size), codec } });
  const metadata = {
    num_rows: 12_000n,
    schema: [{ name: 'root', num_children: 2 }, { name: 'a', type: 'INT64' }, { name: 'l', num_children: 1 }, { name: 'list', num_children: 1 }, { name: 'item', type: 'INT32' }],
    row_groups: [{ num_rows: 10_000n, columns: [chunk('a', 100), chunk('l', 50)] }, { num_rows: 2000n, columns: [chunk('a', 10), chunk('l', 5)] }],
  } as unknown as Parameters<typeof nextSlice>[0];
  assert.deepEqual(columnsOf(metadata).map(c => [c.name, c.bytes]), [['a', 110], ['l', 55]]);
  assert.deepEqual(nextSlice(metadata, 0), { from: 0, to: 5000, bytes: 150 });
  assert.deepEqual(nextSlice(metadata, 5000), { from: 5000, to: 10_000, bytes: 0 });
  assert.deepEqual(nextSlice(metadata, 10_000), { from: 10_000, to: 12_000, bytes: 15 });
  assert.equal(nextSlice(metadata, 12_000), null);
  assert.equal(unreadable(metadata), null);
  metadata.row_groups[1]!.columns[0]!.meta_data!.codec = 'LZO';
  assert.equal(unreadable(metadata), 'LZO');
});

test('packed pages are unpacked, each by what is fetched for it', async () => {
  const of = (codec: string) => ({ row_groups: [{ columns: [{ meta_data: { codec } }] }] }) as unknown as Parameters<typeof compressorsFor>[0];
  const text = new TextEncoder().encode('to be or not to be, '.repeat(20));
  const packed: Record<string, Uint8Array> = {
    GZIP: gzipSync(text), BROTLI: brotliCompressSync(text),
    // 20 letters as they are, then 380 from 20 back (19 + 255 + 106), and nothing.
    LZ4_RAW: Uint8Array.from([0xff, 5, ...text.subarray(0, 20), 20, 0, 255, 101, 0x50, ...text.subarray(395)]),
    // A frame of 400 bytes: one compressed block would take a page to write by hand, so it is a raw one.
    ZSTD: Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, (400 - 256) & 255, (400 - 256) >> 8, ...[0, 1, 2].map(i => ((400 << 3) | 1) >> (8 * i) & 255), ...text]),
  };
  for (const [codec, bytes] of Object.entries(packed)) {
    assert.equal(unreadable(of(codec)), null);
    const compressors = await compressorsFor(of(codec));
    assert.deepEqual(Object.keys(compressors), [codec]);
    assert.deepEqual(Buffer.from(compressors[codec as 'ZSTD']!(bytes, text.length)).toString(), Buffer.from(text).toString(), codec);
    assert.throws(() => compressors[codec as 'ZSTD']!(bytes, 2 ** 40), RangeError);
  }
  assert.deepEqual(await compressorsFor(of('SNAPPY')), {});
});

test('cells: dates, bytes, large numbers, nests', () => {
  assert.deepEqual([null, 12345678901234567890n, new Date(0), Uint8Array.of(1, 255), [1n, { a: 'x' }], 'plain', true].map(cellText), ['', '12345678901234567890', '1970-01-01 00:00:00', '0x01ff', '[1,{"a":"x"}]', 'plain', 'true']);
});

test('a sheet is sorted by number or by letters, empty cells last, and back to the order of the file', () => {
  const data = [['10', 'b2'], ['9', 'b10'], ['', ''], ['9', 'a']];
  const sheet: Sheet = { columns: ['n', 't'], numeric: [true, false], rows: 4, cell: (r, c) => data[r]![c]! };
  assert.deepEqual([...sortedRows(sheet, { column: 0, descending: false })], [1, 3, 0, 2]);
  assert.deepEqual([...sortedRows(sheet, { column: 0, descending: true })], [0, 1, 3, 2]);
  assert.deepEqual([...sortedRows(sheet, { column: 1, descending: false })], [3, 0, 1, 2]);
  assert.deepEqual([nextSort(null, 1), nextSort({ column: 1, descending: false }, 1), nextSort({ column: 1, descending: true }, 1), nextSort({ column: 1, descending: true }, 0)], [
    { column: 1, descending: false }, { column: 1, descending: true }, null, { column: 0, descending: false },
  ]);
  assert.deepEqual(naturalLetters(sheet), [5, 5]);
});

test('references of a page stay in its run', () => {
  assert.equal(pathOf('a/b/page.html', '../img/x%20y.png?v=1'), 'a/img/x y.png');
  assert.equal(pathOf('page.html', './style.css'), 'style.css');
  for (const reference of ['../x.png', 'https://e/x.png', '//e/x.png', '/x.png', 'javascript:x', 'data:image/png,x', '#top', '', '%ff', 'a\\..\\b']) assert.equal(pathOf('page.html', reference), null, reference);
});
