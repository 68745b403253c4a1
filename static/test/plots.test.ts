import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keys } from '../src/api/grid';
import { csvCell, csvOf, tsvCell } from '../src/csv';
import type { Texts } from '../src/api/columns';
import { clauseOf, isMarked, marked, nameOf, peeled, roundedRange } from '../src/plots/clauses';
import { contourAt, hullOf, isInside, surfaceOf } from '../src/plots/contours';
import { columnFor, defaultAxes, defaultGroup, type Field, fieldOf, numbersFirst, scaleOf, scalesFromText, scalesToText, where, xByInterest } from '../src/plots/fields';
import { colourAt, SHADES, shadeOf } from '../src/plots/palette';
import { svgPen } from '../src/plots/pen';
import { folderOrder, LISTINGS_MOST, pictureAt, readPictures, stepsOf } from '../src/plots/pictures';
import { categoryScale, linearTicks, logTicks, numberScale, shortened, spaced, timeTicks } from '../src/plots/scales';
import { boxOf, correlationRatio, lineThrough, quantile, ranks, spearman, summaryOf } from '../src/plots/statistics';
import { textsIn } from '../src/plots/texts';

const near = (a: number, b: number, message = '') => assert.ok(Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b} ${message}`);
const numbers = (id: string, values: number[]) => fieldOf(id, { kind: 'numbers', values: Float64Array.from(values) });
function texts(all: (string | null)[]): Texts {
  const dictionary = [...new Set(all.filter((s): s is string => s !== null))];
  return { kind: 'texts', at: row => all[row] ?? null, codes: () => ({ codes: Int32Array.from(all, s => (s === null ? -1 : dictionary.indexOf(s))), texts: dictionary }) };
}

test('ticks are round, within the axis, and never more than asked for', () => {
  assert.deepEqual(linearTicks(0, 1, 5), [0, 0.5, 1]);
  assert.deepEqual(linearTicks(0, 1, 6), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearTicks(-3, 7, 6), [-2, 0, 2, 4, 6]);
  assert.deepEqual(linearTicks(0.1, 0.3, 4), [0.1, 0.2, 0.3]);
  assert.deepEqual(linearTicks(5, 5, 4), [5]);
  for (const [low, high] of [[0, 1], [1e-9, 3e-9], [-1e6, 12], [99.5, 100.5], [0.7625, 0.9443]] as const)
    for (let most = 2; most < 12; most++) {
      const ticks = linearTicks(low, high, most);
      assert.ok(ticks.length <= most, `${ticks} for ${most}`);
      assert.ok(ticks.every(v => v >= low - 1e-12 && v <= high + 1e-12));
    }
});

test('a logarithmic axis shows powers of ten, finer or coarser as there is room', () => {
  assert.deepEqual(logTicks(1e-4, 1e-1, 4), [1e-4, 1e-3, 1e-2, 1e-1]);
  assert.deepEqual(logTicks(1e-3, 1e-1, 9), [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]);
  assert.deepEqual(logTicks(1e-12, 1, 4), [1e-12, 1e-8, 1e-4, 1]);
  assert.deepEqual(logTicks(2, 9, 6), [2, 3, 5]);
  assert.ok(logTicks(3.1, 3.9, 5).length >= 2);
});

test('times are marked at round hours and days of the reader', () => {
  const noon = new Date(2026, 10, 28, 12, 7).getTime();
  const { values, step } = timeTicks(noon, noon + 5 * 3600_000, 6);
  assert.equal(step, 3600_000);
  assert.deepEqual(values.map(v => [new Date(v).getHours(), new Date(v).getMinutes()]), [[13, 0], [14, 0], [15, 0], [16, 0], [17, 0]]);
  assert.ok(timeTicks(noon, noon + 900 * 86_400_000, 5).values.length <= 5);
});

test('a scale and its inverse agree; what has no place has none', () => {
  for (const scale of [numberScale('linear', -2, 6), numberScale('log', 1e-4, 10), numberScale('linear', 3, 3), numberScale('linear', 0, 1, 0.05)])
    for (const p of [0, 0.25, 1]) near(scale.at(scale.value(p)), p, scale.kind);
  const log = numberScale('log', 0.1, 10);
  near(log.at(1), 0.5);
  assert.ok(Number.isNaN(log.at(0)) && Number.isNaN(log.at(-1)) && Number.isNaN(log.at(NaN)));
  assert.ok(Number.isNaN(numberScale('linear', 0, 1).at(NaN)));
  assert.equal(numberScale('log', -5, -1).kind, 'linear', 'nothing above zero: no logarithm');
  const few = categoryScale(['a', 'b', 'c', 'd']);
  assert.equal(few.at(0), 0.125);
  assert.equal(few.value(0.99), 3);
  assert.deepEqual(few.ticks(2).map(tick => tick.text), ['a', 'c']);
  const none = numberScale('linear', NaN, NaN);
  assert.ok(Number.isFinite(none.low) && Number.isFinite(none.high));
});

test('labels do not touch: every second, third … is left, and a long one is cut', () => {
  const ticks = Array.from({ length: 10 }, (_, i) => ({ at: i / 9, text: 'xxxx' }));
  const sizeOf = (text: string) => 10 * text.length;
  assert.equal(spaced(ticks, 1000, sizeOf, 5).length, 10);
  const some = spaced(ticks, 200, sizeOf, 5);
  assert.ok(some.length < 10);
  some.slice(1).forEach((tick, i) => assert.ok((tick.at - some[i]!.at) * 200 >= 45));
  assert.equal(spaced(ticks, 10, sizeOf, 5).length, 1);
  assert.deepEqual(spaced([], 10, sizeOf, 5), []);
  assert.equal(shortened('abcdef', 60, sizeOf), 'abcdef');
  assert.equal(shortened('abcdef', 40, sizeOf), 'abc…');
  assert.equal(shortened('日本語の長い名前', 30, sizeOf), '日本…');
});

test('means, quartiles and boxes', () => {
  const s = summaryOf([2, 4, NaN, 4, 4, 5, 5, 7, 9]);
  assert.deepEqual([s.n, s.mean, s.min, s.max], [8, 5, 2, 9]);
  near(s.std, Math.sqrt(32 / 7));
  assert.ok(Number.isNaN(summaryOf([3]).std) && Number.isNaN(summaryOf([]).mean));
  assert.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
  assert.equal(quantile([7], 0.9), 7);
  const box = boxOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 100, NaN]);
  assert.deepEqual([box.n, box.q1, box.median, box.q3, box.low, box.high, box.outside], [10, 3.25, 5.5, 7.75, 1, 9, [100]]);
  assert.ok(Number.isNaN(boxOf([]).median));
});

test('Spearman minds the order only, ties share a rank, missing pairs do not count', () => {
  assert.deepEqual(ranks([10, 30, 20, 30]), [1, 3.5, 2, 3.5]);
  near(spearman([1, 2, 3, 4], [1, 8, 27, 64]).value, 1);
  near(spearman([1, 2, 3, 4], [9, 4, 1, 0]).value, -1);
  const some = spearman([1, 2, NaN, 3, 4, 5], [2, 1, 9, 4, 3, 5]);
  assert.equal(some.n, 5);
  near(some.value, 0.8);
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3]).value), 'what is constant relates to nothing');
  assert.ok(Number.isNaN(spearman([1, 2], [1, 2]).value), 'two points are no relation');
});

test('groups explain what differs between them', () => {
  near(correlationRatio([0, 0, 1, 1], [1, 1, 5, 5]).value, 1);
  near(correlationRatio([0, 1, 0, 1], [1, 1, 5, 5]).value, 0);
  assert.ok(Number.isNaN(correlationRatio([0, 1, 2, 3], [1, 2, 3, 4]).value), 'a group for each run says nothing');
});

test('the line through points', () => {
  const line = lineThrough([0, 1, 2, NaN], [1, 3, 5, 99])!;
  near(line.slope, 2);
  near(line.start, 1);
  near(line.r2, 1);
  assert.equal(lineThrough([1, 1, 1], [1, 2, 3]), null);
  assert.equal(lineThrough([1, 2], [1, 2]), null);
});

test('a surface goes through its points, lies between them, and ends where they end', () => {
  const corners = [[0, 0], [1, 0], [0, 1], [1, 1]] as const;
  const s = surfaceOf(corners, [0, 10, 0, 10], 11, 11);
  assert.deepEqual([s.heights[0], s.heights[10], s.heights[120]], [0, 10, 10]);
  near(s.heights[5 * 11 + 5]!, 5);
  assert.ok([...s.heights].every(h => h >= 0 && h <= 10));
  const half = surfaceOf([[0, 0], [1, 0], [0, 1]], [1, 2, 3], 11, 11);
  assert.ok(Number.isNaN(half.heights[120]!), 'nothing is guessed beyond the points');
  assert.ok(!Number.isNaN(half.heights[11 * 2 + 2]!));
  near(surfaceOf([[0, 0], [0, 0], [1, 0], [0, 1]], [1, 3, 5, 5], 3, 3).heights[0]!, 2, 'equal places have their mean');
  assert.ok([...surfaceOf([[0, 0], [1, 1]], [1, 2], 5, 5).heights].every(Number.isNaN), 'two points are no surface');
});

test('hulls', () => {
  const hull = hullOf([[0, 0], [1, 0], [0.5, 0.5], [1, 1], [0, 1], [0.2, 0.7]]);
  assert.equal(hull.length, 4);
  assert.ok(isInside(hull, [0.5, 0.9]) && !isInside(hull, [1.1, 0.5]));
});

test('contours lie where the surface has their height, also at a saddle', () => {
  const slope = { columns: 3, rows: 3, heights: Float64Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2]), low: 0, high: 2 };
  const lines = contourAt(slope, 0.5);
  assert.equal(lines.length, 8, 'one piece for each of two cells');
  for (let i = 0; i < lines.length; i += 2) near(lines[i]!, 0.25);
  const saddle = (a: number, b: number) => contourAt({ columns: 2, rows: 2, heights: Float64Array.from([a, b, b, a]), low: 0, high: 1 }, 0.6);
  // Corners 0 and 3 are high; the middle is 0.5 and low: the pieces cut off the high corners.
  const pieces = saddle(1, 0);
  assert.equal(pieces.length, 8);
  const cutsOff = (x: number, y: number) => [pieces.slice(0, 4), pieces.slice(4)].some(p => Math.hypot(p[0]! - x, p[1]! - y) < 0.5 && Math.hypot(p[2]! - x, p[3]! - y) < 0.5);
  assert.ok(cutsOff(0, 0) && cutsOff(1, 1), String(pieces));
});

test('a field is a number if all of its texts are; else its values are in natural order', () => {
  const lr = fieldOf('params.lr', texts(['0.1', '1e-3', null]));
  assert.deepEqual([lr.kind, [...lr.values], lr.low, lr.high, lr.missing], ['number', [0.1, 0.001, NaN], 0.001, 0.1, 1]);
  const layers = fieldOf('params.layers', texts(['l10', 'l9', null, 'l9']));
  assert.deepEqual([layers.kind, layers.categories, [...layers.values]], ['category', ['l9', 'l10'], [1, 0, NaN, 0]]);
  assert.equal(fieldOf('info.experiment_id', texts(['7']), new Map([['7', 'vision']])).categories[0], 'vision');
  assert.deepEqual([...numbers('metrics.loss', [1, 1.7976931348623157e308, NaN]).values], [1, NaN, NaN], 'the infinite has no place');
  const took = numbers('info.duration', [60_000, 600_000]);
  assert.deepEqual([took.unit, [...took.values]], [{ name: 'min', ms: 60_000 }, [1, 10]]);
  assert.equal(numbers('info.start_time', [1]).kind, 'time');
  assert.deepEqual(columnFor('metrics.a@3'), { kind: 'metric', key: 'a', value: 'at', step: 3 });
  assert.equal(columnFor('metrics.a@spark'), null);
});

test('an axis is logarithmic where that tells more apart, or as the reader says', () => {
  const wide = numbers('params.lr', [1e-4, 1e-1, 1e-2, 3e-3]);
  assert.equal(scaleOf(wide, undefined).kind, 'log');
  assert.equal(scaleOf(wide, 'linear').kind, 'linear');
  assert.equal(scaleOf(numbers('metrics.acc', [0.5, 0.9]), undefined).kind, 'linear');
  assert.equal(scaleOf(numbers('metrics.u', Array.from({ length: 500 }, (_, i) => (i + 0.5) / 250)), undefined).kind, 'linear', 'what is spread evenly is not crowded by a tiny value');
  assert.equal(scaleOf(numbers('params.wd', [1e-4, 1e-1]), undefined).kind, 'log');
  assert.equal(scaleOf(numbers('metrics.acc', [0.5, 0.9]), 'log').kind, 'log');
  const some = scaleOf(numbers('metrics.x', [-1, 0, 5, 50]), 'log');
  assert.deepEqual([some.kind, Number.isNaN(some.at(-1)), some.at(5)], ['log', true, 0]);
  assert.equal(scaleOf(numbers('metrics.x', [-1, -5]), 'log').kind, 'linear');
  assert.deepEqual(scaleOf(numbers('params.batch', [32, 64, 64, 32, 128, 128, 32, 64, 128]), undefined).ticks(5).map(tick => tick.text), ['32', '64', '128']);
  const chosen = 'metrics.val/loss:log,params.a:b:linear';
  assert.equal(scalesToText(scalesFromText(chosen)), chosen);
});

const field = (id: string, kind: Field['kind'] = 'number', more: Partial<Field> = {}): Field => ({ id, kind, values: new Float64Array(), categories: [], low: 0, high: 1, missing: 0, ...more });
const keysOf = (params: [string, number, number][], metrics: [string, number][]): Keys => ({
  runs: 10, params: params.map(([key, runs, values]) => ({ key, runs, values })), metrics: metrics.map(([key, runs]) => ({ key, runs, values: runs })), tags: [],
});

test('unasked, a chart shows what varies and what is most logged', () => {
  const none = new Set<string>();
  const keys = keysOf([['epochs', 10, 1], ['lr', 10, 9], ['opt', 10, 3], ['rare', 2, 2]], [['system/cpu', 10], ['loss', 10], ['acc', 8]]);
  assert.deepEqual(defaultAxes(keys, '', none), ['params.opt', 'params.lr', 'params.rare', 'metrics.acc', 'metrics.loss']);
  assert.equal(defaultAxes(keys, 'acc', none).at(-1), 'metrics.acc');
  assert.equal(defaultGroup(keys), 'params.opt');
  assert.deepEqual(defaultAxes(keysOf([], []), '', none), ['info.start_time', 'info.duration'], 'never an empty chart');
  const named = keysOf([['path', 10, 500], ['lr', 10, 400]], [['loss', 10]]);
  const texts = textsIn(['params.path', 'params.lr'], [['/a', null, '3'], ['0.1', null, '1e-3']]);
  assert.deepEqual([...texts], ['params.path']);
  assert.deepEqual(defaultAxes(named, '', texts), ['params.lr', 'metrics.loss'], 'a text that hardly repeats is no axis');
  assert.equal(xByInterest(named, 'metrics.loss', texts)[0], 'params.lr');
  assert.equal(defaultGroup(keysOf([['seed', 10, 10]], [])), null);
  assert.deepEqual(xByInterest(keys, 'metrics.loss', none).slice(0, 4), ['params.lr', 'params.opt', 'params.rare', 'metrics.acc']);
  assert.deepEqual(numbersFirst(['params.opt', 'params.lr'], new Map([['params.opt', field('params.opt', 'category')], ['params.lr', field('params.lr')]])), ['params.lr', 'params.opt']);
});

test('a mark is a clause of the filter, and is found again in it', () => {
  const lr = field('params.lr');
  assert.equal(clauseOf(lr, { from: 0.001, to: 0.01 }, true), 'params.lr BETWEEN 0.001 AND 0.01');
  assert.equal(clauseOf(field('metrics.val/loss@min'), { from: 0.4, to: 0.2 }), 'metrics.`val/loss`@min BETWEEN 0.2 AND 0.4');
  assert.equal(clauseOf(field('params.opt', 'category'), { some: ['adam', "it's"] }), `params.opt IN ('adam', "it's")`);
  assert.equal(clauseOf(field('params.opt', 'category'), { some: [] }), null);
  assert.equal(clauseOf(field('info.duration', 'number', { unit: { name: 'min', ms: 60_000 } }), { from: 1, to: 2 }), 'duration BETWEEN 60000ms AND 120000ms');
  assert.equal(clauseOf(field('info.start_time', 'time'), { from: 10.7, to: 20.2 }), 'start_time BETWEEN 10 AND 21');
  assert.equal(nameOf('metrics.a@spark'), null);

  const filter = "params.lr BETWEEN 0.001 AND 0.01 AND (metrics.a > 1 OR metrics.b > 2) AND params.opt IN ('adam', 'sgd')";
  const { rest, marks } = peeled(filter, ['params.lr', 'params.opt', 'metrics.a']);
  assert.equal(rest, '(metrics.a > 1 OR metrics.b > 2)');
  assert.deepEqual([...marks], [['params.lr', { from: 0.001, to: 0.01 }], ['params.opt', { some: ['adam', 'sgd'] }]]);
  assert.equal(peeled(filter, ['metrics.a']).rest, filter, 'what is no mark stays to the letter');
  assert.equal(marked(filter, 'params.lr', 'params.lr BETWEEN 0.002 AND 0.003'), "(metrics.a > 1 OR metrics.b > 2) AND params.opt IN ('adam', 'sgd') AND params.lr BETWEEN 0.002 AND 0.003");
  assert.equal(marked('params.lr BETWEEN 1 AND 2', 'params.lr', null), '');
  assert.deepEqual(peeled('duration BETWEEN 60000ms AND 120000ms', ['info.duration']).marks.get('info.duration'), { from: 60_000, to: 120_000 });
});

test('what is marked here is what the server would find', () => {
  const lr = field('params.lr');
  assert.ok(isMarked(lr, { from: 1, to: 2 }, 2) && !isMarked(lr, { from: 1, to: 2 }, 2.01) && !isMarked(lr, { from: 1, to: 2 }, NaN));
  const opt = field('params.opt', 'category', { categories: ['adam', 'sgd'] });
  assert.ok(isMarked(opt, { some: ['sgd'] }, 1) && !isMarked(opt, { some: ['sgd'] }, 0));
  assert.ok(isMarked(field('info.duration', 'number', { unit: { name: 'min', ms: 60_000 } }), { from: 60_000, to: 60_000 }, 1));
});

test('the ends of a mark have few digits and lose nothing', () => {
  for (const [from, to] of [[0.123456789, 0.987654321], [1e-7, 2.00001e-7], [-5.4321, -1.2345], [1234.567, 1234.789], [0, 0.333333]] as const)
    for (const log of [false, true]) {
      const [a, b] = roundedRange(from, to, log);
      assert.ok(a <= from + 1e-15 && b >= to - 1e-15, `${a} ${b} for ${from} ${to}`);
      assert.ok(String(a).length <= 12 && String(b).length <= 12, `${a} ${b}`);
      if (!log) assert.ok(from - a <= (to - from) * 0.05 && b - to <= (to - from) * 0.05, `${a} ${b} for ${from} ${to}`);
    }
});

test('the map of colours grows lighter all the way, in both themes', () => {
  const light = (c: string) => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i]!, 0);
  for (const theme of ['light', 'dark'] as const) {
    const steps = Array.from({ length: 21 }, (_, i) => light(colourAt(i / 20, theme)));
    steps.slice(1).forEach((v, i) => assert.ok(v > steps[i]!, `${theme} ${i}`));
  }
  assert.equal(shadeOf(0), 0);
  assert.equal(shadeOf(1), SHADES - 1);
});

test('a drawing is well-formed, whatever a run is called', () => {
  const pen = svgPen(100, 50, '#fff', "'A&B' <font>");
  pen.text(1, 2, '<run> & \u0001"quotes"', { colour: '#000' });
  pen.lines([0, 0, NaN, NaN, 3, 4, 5, 6], { colour: '#123456', dash: [1, 2] });
  pen.dots([1, 2, 3], { colour: '#fff', alpha: 0.5 });
  const svg = pen.done();
  assert.ok(!svg.includes('<run>') && !svg.includes('<font>') && !svg.includes('\u0001') && !svg.includes('NaN'));
  assert.match(svg, /d="M0 0M3 4L5 6"/);
  assert.match(svg, /<circle cx="1" cy="2" r="3"\/>/);
});

test('a field of a file is quoted where it must be, and is no formula', () => {
  assert.equal(csvOf(['a', 'b'], [['x,y', 1.5], ['say "hi"', NaN], ['=cmd()', -3]]), 'a,b\r\n"x,y",1.5\r\n"say ""hi""",\r\n\'=cmd(),-3\r\n');
  assert.equal(csvCell('-3'), '-3');
});

test('no cell is a formula, numbers are numbers, and every value can be read back', () => {
  const values = ['=1+1', '+49 30', '-x', '@a', '\tx', '\rx', '＝A1', "'=1", "''@", "'plain", 'plain', '-3', '+1e-5', '-Infinity', '\\t', 'a\tb\nc', '"q"', '', '-', ' =1'];
  const unguarded = (text: string) => (/^'+[=+\-@\t\r＝＋－＠]/.test(text) ? text.slice(1) : text);
  const unquoted = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replace(/""/g, '"') : cell);
  const unescaped = (cell: string) => cell.replace(/\\(.)/g, (_, c: string) => ({ t: '\t', r: '\r', n: '\n' })[c] ?? c);
  for (const v of values) {
    assert.equal(unguarded(unquoted(csvCell(v))), v);
    assert.equal(unguarded(unescaped(tsvCell(v))), v);
    assert.ok(!/[\t\r\n]/.test(tsvCell(v)));
    for (const cell of [unquoted(csvCell(v)), tsvCell(v)]) assert.ok(!/^[=+\-@\t\r＝]/.test(cell) || !Number.isNaN(Number(cell)), cell);
  }
  assert.deepEqual(['-3', '+1e-5'].map(tsvCell), ['-3', '+1e-5']);
});

const logged = (key: string, step: number, small = false) => `images/${key}+step+${step}+timestamp+1700000000000+0123abcd-0000-0000-0000-${String(step).padStart(12, '0')}${small ? '+compressed.webp' : '.png'}`;

test('pictures of runs are found by key, run and step, and how many folders were read is said', async () => {
  const files: Record<string, { path: string; is_dir?: boolean; file_size?: number }[]> = {
    'a:': [{ path: 'images', is_dir: true }, { path: 'model', is_dir: true }, { path: 'loss.png', file_size: 7 }, { path: 'notes.txt' }],
    'a:images': [{ path: logged('x~y', 10) }, { path: logged('x~y', 10, true), file_size: 5 }, { path: logged('x~y', 2) }],
    'a:model': [{ path: 'model/code', is_dir: true }],
    'b:': [{ path: 'images', is_dir: true }],
    'b:images': [{ path: logged('x~y', 7) }],
  };
  const asked: string[] = [];
  const shelf = await readPictures(['a', 'b'], async (run, path) => {
    asked.push(`${run}:${path}`);
    return files[`${run}:${path}`]!;
  });
  assert.deepEqual([...shelf.pictures.keys()], ['loss.png', 'x/y']);
  assert.deepEqual(shelf.pictures.get('x/y')!.get('a')!.map(p => [p.step, p.path.endsWith('webp'), p.full?.path.endsWith('png')]), [[2, false, undefined], [10, true, true]]);
  assert.deepEqual([shelf.read, shelf.left, asked.length], [5, 1, 5]);
  assert.deepEqual(stepsOf(shelf.pictures, ['x/y']), [2, 7, 10]);
  const list = shelf.pictures.get('x/y')!.get('a');
  assert.deepEqual([0, 2, 7, 10, 99, null].map(step => pictureAt(list, step)!.step), [2, 2, 2, 10, 10, 10]);
  assert.equal(pictureAt(undefined, 3), undefined);
});

test('however many folders there are, few are read: of every run the likeliest first', async () => {
  assert.deepEqual(folderOrder(['model', 'data', 'eval_plots', 'images']), ['images', 'eval_plots', 'data', 'model']);
  const runs = Array.from({ length: 30 }, (_, i) => `r${i}`);
  const asked: string[] = [];
  const shelf = await readPictures(runs, async (run, path) => {
    asked.push(path);
    return path ? [] : ['zz', 'images', 'c', 'd', 'e', 'f', 'g'].map(name => ({ path: name, is_dir: true }));
  });
  assert.equal(asked.length, LISTINGS_MOST);
  assert.equal(asked.filter(path => path === 'images').length, 30);
  assert.deepEqual([shelf.read, shelf.left], [LISTINGS_MOST, 30 * 6]);
});

test('an axis is for the runs that are drawn: those that have both values', () => {
  const loss = numbers('metrics.loss', [0.9, 0.03, 0.04, NaN]);
  const lr = numbers('params.lr', [NaN, 0.1, 0.01, 5]);
  assert.deepEqual([where(loss, lr).low, where(loss, lr).high], [0.03, 0.04]);
  assert.deepEqual([where(lr, loss).low, where(lr, loss).high], [0.01, 0.1]);
});
