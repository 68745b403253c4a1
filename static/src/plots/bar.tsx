// Bars: a metric of each run, or its mean in each group with the standard deviation. They begin at zero.
import type { JSX } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { ViewProps } from '../grid/view-props';
import { formatNumber } from '../format';
import { count, t, tn } from '../i18n';
import { href } from '../state/router';
import { Failure, Loading } from '../ui/parts';
import { type Chart, type Hit, PlotCanvas, type Stage, type Table } from './canvas';
import { choose, fieldTitle, keysOf, member, scaleChoices, titleOf, valueText } from './choices';
import { clauseOf, marked } from './clauses';
import { defaultGroup, descending, type Field, scaleOf } from './fields';
import type { Frame } from './frame';
import { grouped } from './groups';
import { drawLanes, laneBand, lanesOf } from './lanes';
import type { Pen } from './pen';
import { numberScale, type Scale } from './scales';
import { summaryOf } from './statistics';
import { useValueBy, ValueByChoice } from './value-by';

/** Bars of one chart; of more, those that come first are drawn, and it says so. */
const BARS_MOST = 100;
/** Up to so many runs each has a bar of its own, unasked. */
const RUNS_EACH = 40;
const LANE = 22;

const orders = ['down', 'up', 'name'] as const;
type Order = (typeof orders)[number];

export function Bar(p: ViewProps): JSX.Element {
  const { of, by, frame } = useValueBy(p, p.group[0] ?? (p.total > RUNS_EACH ? defaultGroup(keysOf(p)) : null));
  const order = orders.find(o => o === member('po')) ?? 'down';
  const data = frame.data;
  const scales = member('scales');
  const model = useMemo(() => (data ? modelOf(data, of, by, order) : null), [data, of, by, order, scales]);
  const { setFilter, filter } = p;
  const chart = useCallback((stage: Stage) => chartOf(model!, stage, clause => setFilter(marked(filter, model!.by!.id, clause))), [model, filter]);

  if (frame.error !== null) return <Failure error={frame.error} retry={frame.reload} />;
  if (!model) return <Loading />;
  const runs = model.bars.reduce((sum, b) => sum + b.n, 0);
  const status = [t('plot.drawn', { n: count(runs), total: count(model.frame.rows) }), by && tn('plot.groups', model.bars.length)].filter(Boolean).join(' · ');
  return (
    <section class="plot-view" aria-label={t('plot.bar')}>
      <h2 class="sr-only">{t('plot.bar')}</h2>
      <PlotCanvas
        tall label={by ? t('plot.bar.label.group', { of: titleOf(of), by: titleOf(by) }) : t('plot.bar.label', { of: titleOf(of) })} name="bars" chart={chart} status={status} stale={frame.stale} drawn={model.bars.length} table={tableOf(model)}
        empty={model.bars.length === 0 ? t('plot.nothing.one', { of: titleOf(of) }) : ''}
      >
        <ValueByChoice view={p} of={of} by={by} field={model.of} log={model.scale.kind === 'log'} none={t('plot.group.runs')} />
        <label class="plot-choice">
          <span>{t('plot.order')}</span>
          <select value={order} onChange={e => choose({ po: e.currentTarget.value === 'down' ? null : e.currentTarget.value })}>
            {orders.map(o => <option key={o} value={o}>{t(`plot.order.${o}`)}</option>)}
          </select>
        </label>
      </PlotCanvas>
    </section>
  );
}

interface OneBar { name: string; value: number; std: number; n: number; min: number; max: number; row: number; code: number | null }
interface Model { frame: Frame; of: Field; by: Field | null; scale: Scale; bars: OneBar[] }

function modelOf(frame: Frame, ofId: string, byId: string | null, order: Order): Model {
  const of = frame.fields.get(ofId)!;
  const by = (byId && frame.fields.get(byId)) || null;
  let bars: OneBar[] = by
    ? grouped(by, of).map(g => {
      const s = summaryOf(g.values);
      return { name: g.name ?? t('plot.none'), value: s.mean, std: s.std, n: s.n, min: s.min, max: s.max, row: g.rows[0]!, code: g.code };
    })
    : ofRuns(frame, of, order);
  // Groups are in the order of their names as they come.
  if (by && order !== 'name') bars.sort((a, b) => (order === 'up' ? a.value - b.value : b.value - a.value));
  bars = bars.slice(0, BARS_MOST);
  const ends = bars.flatMap(b => (Number.isNaN(b.std) ? [b.value] : [b.value - b.std, b.value + b.std]));
  const log = scaleChoices().get(ofId) === 'log' && of.high > 0;
  const scale = log ? scaleOf(of, 'log', 0.02) : numberScale('linear', Math.min(0, ...ends), Math.max(0, ...ends));
  return { frame, of, by, scale, bars };
}

const natural = new Intl.Collator('en', { numeric: true });

function ofRuns(frame: Frame, of: Field, order: Order): OneBar[] {
  const rows = descending(of, frame.rows).filter(row => !Number.isNaN(of.values[row]!));
  if (order === 'up') rows.reverse();
  const some = order === 'name' ? byName(rows, frame) : rows.slice(0, BARS_MOST);
  return some.map(row => ({ name: frame.name(row), value: of.values[row]!, std: NaN, n: 1, min: NaN, max: NaN, row, code: null }));
}

function byName(rows: readonly number[], frame: Frame): number[] {
  return rows.map(row => ({ row, name: frame.name(row) })).sort((a, b) => natural.compare(a.name, b.name)).slice(0, BARS_MOST).map(r => r.row);
}

function tableOf(m: Model): Table {
  const head = m.by ? [fieldTitle(m.by), t('runs.title'), t('plot.mean'), t('plot.std'), t('value.min'), t('value.max')] : [t('runs.run_name'), fieldTitle(m.of)];
  return {
    head,
    rows: m.bars.length,
    row(i) {
      const b = m.bars[i]!;
      return m.by ? [b.name, b.n, b.value, b.std, b.min, b.max] : [b.name, b.value];
    },
    text: v => (typeof v === 'number' ? (Number.isNaN(v) ? '–' : formatNumber(v)) : v),
  };
}

function chartOf(m: Model, stage: Stage, only: (clause: string) => void): Chart {
  const { look } = stage;
  const names = m.bars.map(b => b.name);
  const l = lanesOf(stage, names, m.scale, LANE);
  const zero = m.scale.kind === 'log' ? l.left : l.x(0);
  function* draw(pen: Pen): Generator<void> {
    drawLanes(pen, stage, l, names, m.scale, m.by ? t('plot.mean.of', { of: fieldTitle(m.of) }) : fieldTitle(m.of));
    const thick = Math.round(l.lane * 0.64);
    m.bars.forEach((b, i) => {
      const y = l.y(i);
      const end = l.x(b.value);
      pen.rect(Math.min(zero, end), y - thick / 2, Math.max(1, Math.abs(end - zero)), thick, { colour: look.accent, alpha: 0.8 });
      let right = Math.max(zero, end);
      if (!Number.isNaN(b.std)) {
        const [a, c] = [l.x(b.value - b.std), l.x(b.value + b.std)];
        pen.lines([a, y, c, y, NaN, NaN, a, y - 4, a, y + 4, NaN, NaN, c, y - 4, c, y + 4], { colour: look.text, width: 1.2 });
        right = Math.max(right, c);
      }
      pen.text(right + 6, y, formatNumber(b.value), { colour: look.muted });
    });
    pen.lines([zero, l.top - 6, zero, l.height - 6], { colour: look.muted });
    yield;
  }
  const hit = (i: number): Hit => {
    const b = m.bars[i]!;
    const at = { index: i, x: l.x(b.value), y: l.y(i), title: b.name };
    if (!m.by) return { ...at, facts: [[titleOf(m.of.id), valueText(m.of, b.value)]], href: href.run(m.frame.experiment(b.row), m.frame.id(b.row)) };
    const clause = b.code === null ? null : clauseOf(m.by, m.by.kind === 'category' ? { some: [b.name] } : { from: b.code, to: b.code });
    return {
      ...at,
      facts: [[t('plot.mean'), formatNumber(b.value)], [t('plot.std'), Number.isNaN(b.std) ? '–' : formatNumber(b.std)], [t('value.min'), formatNumber(b.min)], [t('value.max'), formatNumber(b.max)], [t('runs.title'), count(b.n)]],
      ...(clause && { act: () => only(clause) }),
    };
  };
  return {
    draw, height: l.height, marks: m.bars.length, hit,
    hitAt: (x, y) => (l.at(y) < 0 ? null : { ...hit(l.at(y)), x, y }),
    highlight: (pen, h) => laneBand(pen, look, l, h.index),
  };
}
