import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Curve } from '../src/charts/curves';
import { type Frame, marksOf, trace, traceBand } from '../src/charts/draw';
import { csvOf, svgOf } from '../src/charts/export';
import { bucketsFor, queryOf, tailsOf } from '../src/charts/fetch';
import { chartOf, heightOf, spanOf } from '../src/charts/lines';
import { neighbour, sectionsOf } from '../src/charts/sections';
import { linesOf, matcher, namesOf, namesText, settingsOf, zoomText } from '../src/charts/settings';
import { hugeSteps, logTicks, relativeLabel, tickLabels, wallLabel } from '../src/charts/ticks';
import { columnsAt } from '../src/charts/compare';

const f = (...values: number[]) => Float64Array.from(values);
const settings = (query = '') => settingsOf(new URLSearchParams(query));
const look = { color: '#123456', dash: [] };
const curve = (x: number[], y: number[], more: Partial<Curve> = {}): Curve => ({ run: 0, metric: 0, points: x.length, nans: 0, infinite: 0, width: 0, x: f(...x), step: f(...x), last: f(...y), min: f(...y), max: f(...y), mean: f(...y), ...more });
const buckets = curve([9, 19], [5, 6], { width: 10, points: 20, min: f(1, 2), max: f(8, 9), mean: f(4, 5) });

test('a bucket is drawn as its mean in a band, or as a line through its extremes', () => {
  const [band] = chartOf([buckets], [look], -1, settings()).lines;
  assert.deepEqual([[...band!.y], [...band!.low!], [...band!.high!], [...band!.exact]], [[4, 5], [1, 2], [8, 9], [5, 6]]);
  const [line] = chartOf([buckets], [look], -1, settings('band=0')).lines;
  assert.deepEqual([[...line!.x], [...line!.y], line!.low], [[9, 9, 19, 19], [1, 8, 2, 9], undefined]);
  assert.deepEqual(heightOf([band!], 0, 20, settings()), { min: 1, max: 9 });
});

test('under a smoothed line stays what was logged', () => {
  const [line] = chartOf([curve([0, 1], [0, 1])], [look], -1, settings('smooth=0.5')).lines;
  assert.deepEqual([...line!.raw!.y], [0, 1]);
  assert.ok(Math.abs(line!.y[1]! - 2 / 3) < 1e-12);
});

test('a chart tells what it leaves out', () => {
  const { told, empty, lines } = chartOf([curve([0, 1, 2], [0, -2, 3], { nans: 2, infinite: 1 })], [look], -1, settings('ylog=1'));
  assert.deepEqual(told, { points: 3, drawn: 3, skipped: 3, notPositive: 2, buckets: false });
  assert.deepEqual([empty, [...lines[0]!.y]], [false, [NaN, NaN, 3]]);
  assert.equal(chartOf([curve([0], [0])], [look], -1, settings('ylog=1')).empty, true);
});

test('against a baseline differences are drawn; without it, nothing', () => {
  const both = [curve([0, 10], [1, 11]), curve([0, 5], [3, 3], { run: 1 })];
  assert.deepEqual(chartOf(both, [look, look], 0, settings()).lines.map(l => [...l.y]), [[0, 0], [2, -3]]);
  assert.deepEqual(chartOf(both, [look, look, look], 2, settings()).lines, []);
  const [base, other] = chartOf([buckets, { ...buckets, run: 1 }], [look, look], 0, settings()).lines;
  assert.deepEqual([[...base!.y], [...base!.exact], base!.low, [...other!.exact], [...other!.low!]], [[0, 0], [0, 0], undefined, [0, 0], [-3, -3]]);
  const outside = chartOf([curve([5, 6], [1, 1]), curve([0, 5, 6, 9], [1, 2, 3, 4], { run: 1 })], [look, look], 0, settings());
  assert.deepEqual(spanOf(outside.lines, false), [5, 6], 'where there is something to compare');
});

test('times are drawn in seconds, and an axis goes from the first point to the last', () => {
  const { lines } = chartOf([curve([500, 2500], [1, 2], { step: f(7, 8) })], [look], -1, settings('x=relative'));
  assert.deepEqual([[...lines[0]!.x], [...lines[0]!.step], spanOf(lines, false)], [[0.5, 2.5], [7, 8], [0.5, 2.5]]);
  assert.deepEqual(spanOf(chartOf([curve([0, 4, 9], [1, 1, 1])], [look], -1, settings()).lines, true), [4, 9]);
});

const frame: Frame = { left: 0, top: 0, width: 100, height: 100, x: [0, 100], y: [0, 100], logX: false, logY: false };
function strokes(work: (pen: { moveTo: (x: number, y: number) => void; lineTo: (x: number, y: number) => void }) => void): string {
  let d = '';
  work({ moveTo: (x, y) => (d += `M${x},${y} `), lineTo: (x, y) => (d += `L${x},${y} `) });
  return d.trim();
}

test('a line has gaps, and begins and ends out of sight', () => {
  assert.equal(strokes(pen => trace(pen, frame, f(-50, -10, 50, 60, 70, 200, 300), f(0, 0, 50, NaN, 50, 0, 0))), 'M-10,100 L50,50 M70,50 L200,100');
});

test('a million points are no more strokes than pixels, and none that stands out is lost', () => {
  const x = new Float64Array(1e6).map((_, i) => i / 1e4);
  const y = new Float64Array(1e6).fill(50);
  y[333_333] = 100;
  y[777_777] = 0;
  const ys: number[] = [];
  trace({ moveTo: (_, v) => ys.push(v), lineTo: (_, v) => ys.push(v) }, frame, x, y);
  assert.ok(ys.length < 500, `${ys.length}`);
  assert.deepEqual([Math.min(...ys), Math.max(...ys)], [0, 100]);
});

test('on log scales equal factors are equal ways', () => {
  const log = { ...frame, x: [1, 100], y: [1, 100], logX: true, logY: true } as const;
  assert.equal(strokes(pen => trace({ moveTo: (x, y) => pen.moveTo(Math.round(x), Math.round(y)), lineTo: (x, y) => pen.lineTo(Math.round(x), Math.round(y)) }, log, f(0, 1, 10, 100), f(1, 1, 10, 100))), 'M0,100 L50,50 L100,0');
});

test('a band goes there and back', () => {
  assert.equal(strokes(pen => traceBand(pen, frame, f(0, 10, 20), f(0, 10, NaN), f(20, 30, NaN))), 'M0,80 L10,70 L10,90 L0,100');
});

test('few points are marked, a lonely one most', () => {
  const one = chartOf([curve([50], [50])], [look], -1, settings()).lines[0]!;
  assert.deepEqual(marksOf(frame, one), [{ x: 50, y: 50, r: 4 }]);
  const many = chartOf([curve(Array.from({ length: 90 }, (_, i) => i), new Array<number>(90).fill(1))], [look], -1, settings()).lines[0]!;
  assert.deepEqual([marksOf(frame, many).length, marksOf({ ...frame, x: [0, 20] }, many).length], [0, 21]);
});

test('a file has the lines, their names and no markup of others', () => {
  const { lines } = chartOf([buckets], [{ color: '#abcdef', dash: [7, 4] }], -1, settings());
  const svg = svgOf('<loss> & "co"', 'Step', { frame, xTicks: [{ at: 50, label: '10K' }], yTicks: [{ at: 50, label: '5' }], labels: [{ text: 'end & all', color: '#0f0', x: 90, y: 40 }], width: 120, height: 130 }, lines, ['run <b>'], { background: '#fff', text: '#000', muted: '#666', grid: '#eee', line: '#00f', font: 'a "b"' });
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="120"/);
  assert.ok(svg.includes('&#60;loss&#62; &#38; &#34;co&#34;') && svg.includes('run &#60;b&#62;'));
  assert.ok(svg.includes('stroke-dasharray="7 4"') && svg.includes('stroke="#abcdef"') && svg.includes('>10K<'));
  assert.ok(svg.includes('fill="#0f0">end &#38; all<'), 'the name at the end of a line');
  assert.ok(svg.includes('d="M9 96L19 95"'), 'the mean');
  assert.ok(svg.includes('d="M9 92L19 91L19 98L9 99"'), 'the band');
});

test('a table of what is drawn names its runs, and its extremes if there are any', () => {
  const runs = [{ id: 'r1', name: '=evil,"name"' }];
  assert.equal(csvOf('loss', [curve([3], [0.5])], runs, 'step'), 'run_id,run,metric,step,value\r\nr1,"\'=evil,""name""",loss,3,0.5\r\n');
  const [head, first] = csvOf('loss', [buckets], runs, 'relative').split('\r\n');
  assert.equal(head, 'run_id,run,metric,step,relative,value,min,max,mean');
  assert.ok(first!.endsWith('loss,9,9,5,1,8,4'));
});

test('settings are read from the address, whatever is there', () => {
  const s = settings('x=metrics.train/epoch&smooth=7&method=median&zoom=1.5~9&at=4&clip=1&band=0&ylog=1&xlog=1&minus=abc');
  assert.deepEqual(s, { axis: 'metric', axisKey: 'train/epoch', logX: true, logY: true, smooth: 0.99, method: 'median', clip: true, band: false, zoom: [1.5, 9], at: 4, minus: 'abc' });
  const odd = settings('x=nothing&smooth=x&method=y&zoom=9~1&at=&lines=-3');
  assert.deepEqual([odd.axis, odd.smooth, odd.method, odd.zoom, odd.at], ['step', 0, 'ema', null, null]);
  assert.equal(settingsOf(new URLSearchParams('sx=wall&x=step'), 's', 'relative').axis, 'wall');
  assert.deepEqual(['', 'lines=3', 'lines=9999', 'lines=x'].map(q => linesOf(new URLSearchParams(q))), [10, 3, 100, 10]);
  assert.equal(zoomText(1_700_000_000.123, 1_700_000_060.456), '1700000000.123~1700000060.456');
  assert.equal(zoomText(0.123456789, 9.87654321), '0.12346~9.87654');
  const names = ['a,b', '精度', 'c/d'];
  assert.deepEqual(namesOf(namesText(names)), names);
  assert.deepEqual([namesOf(null), namesText([])], [[], null]);
});

test('charts are found by a pattern, or by a text that is none yet', () => {
  const keys = ['train/loss', 'val/loss', 'val/acc(top'];
  assert.deepEqual(keys.filter(matcher('^VAL')), keys.slice(1));
  assert.deepEqual(keys.filter(matcher('acc(')), ['val/acc(top']);
  assert.deepEqual(keys.filter(matcher('')), keys);
});

test('what is asked for is the part that is seen, and some more', () => {
  assert.deepEqual(queryOf(settings(), 300), { buckets: 300, columns: ['last', 'min', 'max', 'mean'] });
  const step = queryOf(settings('zoom=100~200'), 300);
  assert.deepEqual([step.from_step, step.to_step], [95, 205]);
  const wall = queryOf(settings('x=wall&zoom=1000~1100'), 300);
  assert.deepEqual([wall.x, wall.from, wall.to, wall.columns[0]], ['time', 995_000, 1_105_000, 'step']);
  const metric = queryOf(settings('x=metrics.epoch&zoom=0~10'), 300);
  assert.deepEqual([metric.x, metric.x_key, metric.from], ['metric', 'epoch', -0.5]);
  assert.deepEqual([10, 330, 400, 9999].map(bucketsFor), [100, 400, 400, 2000]);
});

test('of runs that go on the ends are asked for; of those that have just ended once more', () => {
  const run = (id: string, live?: boolean) => ({ id, name: id, start: 0, href: '', ...(live !== undefined && { live }) });
  const curves = [curve([0, 9], [1, 1]), curve([0, 4], [1, 1], { run: 1 }), curve([0, 2], [1, 1], { run: 2 })];
  assert.deepEqual(tailsOf(curves, [run('a', true), run('b', false), run('c', false), run('d', true)], new Set(['b'])), [{ from: 5, runs: [0, 1] }, { from: undefined, runs: [3] }]);
  assert.deepEqual(tailsOf(curves, [run('a', false), run('b', false), run('c', false)], new Set()), []);
});

test('metrics stand by their prefix, those of the machine last', () => {
  assert.deepEqual(sectionsOf(['acc', 'system/cpu', 'system/gpu', 'train/a', 'train/b', 'val/a']), [
    ['', ['acc', 'val/a']], ['train', ['train/a', 'train/b']], ['system', ['system/cpu', 'system/gpu']]]);
  assert.deepEqual([neighbour(['a', 'b', 'c'], 'c', 1), neighbour(['a', 'b', 'c'], 'a', -1)], ['a', 'c']);
});

test('labels are short, different from each other, and in the habits of the language', () => {
  assert.deepEqual(tickLabels([0, 50_000, 100_000], 'en'), ['0', '50K', '100K']);
  assert.deepEqual(tickLabels([0, 50_000, 100_000], 'ja'), ['0', '5万', '10万']);
  assert.deepEqual(tickLabels([123_450, 123_460], 'en'), ['123.45K', '123.46K']);
  assert.deepEqual(tickLabels([0.25, null, 0.5], 'ja'), ['0.25', '', '0.5']);
  assert.deepEqual(tickLabels([0, 0.00002], 'en'), ['0', '2e-5']);
});

test('a log axis has round ticks, whatever its ends are', () => {
  assert.deepEqual(logTicks(15, 20_000, 8), [100, 1000, 10_000]);
  assert.deepEqual(logTicks(1e-6, 1, 4), [1e-6, 1e-4, 1e-2, 1]);
  assert.deepEqual(logTicks(0.9, 11, 8), [1, 2, 5, 10]);
  assert.deepEqual(logTicks(0.4, 2.3, 5), [0.5, 1, 2]);
  assert.deepEqual(logTicks(0.58, 2.3, 5), [1, 1.5, 2]);
  assert.deepEqual(logTicks(101, 149, 5), [110, 120, 130, 140]);
});

test('times are labelled by their distance', () => {
  const at = new Date(2026, 10, 23, 18, 4, 5).getTime() / 1000;
  assert.deepEqual([wallLabel(at, 1), wallLabel(at, 60), wallLabel(at, 86_400)], ['18:04:05', '18:04', '11-23']);
  assert.deepEqual(relativeLabel(90, 100), { value: 90, unit: 's' });
  assert.deepEqual(relativeLabel(90, 3600), { value: 1.5, unit: 'min' });
  assert.deepEqual(relativeLabel(7200, 86_400), { value: 2, unit: 'h' });
});

test('a locked step makes columns of it, each metric once', () => {
  assert.deepEqual(columnsAt(['info.user_id', 'metrics.loss', 'metrics.loss@min', 'params.lr', 'metrics.acc@10'], 50), ['info.user_id', 'metrics.loss@50', 'params.lr', 'metrics.acc@50']);
});

test('numbers that are beyond those of uPlot have ticks, too', () => {
  assert.equal(hugeSteps(1e14), undefined);
  assert.equal(hugeSteps(NaN), undefined);
  const steps = hugeSteps(2e300)!;
  assert.ok(steps.includes(5e299) && steps.every((v, i) => Number.isInteger(v) && (i === 0 || v > steps[i - 1]!)));
  assert.ok(hugeSteps(Infinity)!.every(Number.isFinite));
});
