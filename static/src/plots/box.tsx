// Boxes: how a metric is spread in each group of runs – the quartiles, what lies within one and a half boxes, and every
// run beyond it.
import type { JSX } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { ViewProps } from '../grid/view-props';
import { formatNumber } from '../format';
import { count, t, tn } from '../i18n';
import { href } from '../state/router';
import { Failure, Loading } from '../ui/parts';
import { type Chart, type Hit, PlotCanvas, type Stage, type Table } from './canvas';
import { fieldTitle, keysOf, member, scaleChoices, titleOf, valueText } from './choices';
import { clauseOf, marked } from './clauses';
import { defaultGroup, type Field, scaleOf } from './fields';
import type { Frame } from './frame';
import { type Group, grouped } from './groups';
import { drawLanes, laneBand, lanesOf } from './lanes';
import type { Pen } from './pen';
import type { Scale } from './scales';
import { type Box as BoxOf, boxOf } from './statistics';
import { useValueBy, ValueByChoice } from './value-by';

const GROUPS_MOST = 60;
const LANE = 40;
/** Up to so many runs each is a dot as well. */
const DOTS_MOST = 3000;

export function Box(p: ViewProps): JSX.Element {
  const { of, by, frame } = useValueBy(p, p.group[0] ?? defaultGroup(keysOf(p)));
  const data = frame.data;
  const scales = member('scales');
  const model = useMemo(() => (data ? modelOf(data, of, by) : null), [data, of, by, scales]);
  const { setFilter, filter } = p;
  const chart = useCallback((stage: Stage) => chartOf(model!, stage, clause => setFilter(marked(filter, model!.by!.id, clause))), [model, filter]);

  if (frame.error !== null) return <Failure error={frame.error} retry={frame.reload} />;
  if (!model) return <Loading />;
  const runs = model.lanes.reduce((sum, l) => sum + l.box.n, 0);
  const groups = model.groups > model.lanes.length ? t('plot.groups.of', { n: count(model.lanes.length), total: count(model.groups) }) : tn('plot.groups', model.lanes.length);
  return (
    <section class="plot-view" aria-label={t('plot.box')}>
      <h2 class="sr-only">{t('plot.box')}</h2>
      <PlotCanvas
        tall label={by ? t('plot.box.label.group', { of: titleOf(of), by: titleOf(by) }) : t('plot.box.label', { of: titleOf(of) })} name="boxes" chart={chart} stale={frame.stale} drawn={model.lanes.length} table={tableOf(model)}
        status={[t('plot.drawn', { n: count(runs), total: count(model.frame.rows) }), by && groups].filter(Boolean).join(' · ')}
        empty={model.lanes.length === 0 ? t('plot.nothing.one', { of: titleOf(of) }) : ''}
      >
        <ValueByChoice view={p} of={of} by={by} field={model.of} log={model.scale.kind === 'log'} none={t('plot.none')} />
      </PlotCanvas>
    </section>
  );
}

interface Lane extends Group { box: BoxOf; label: string }
interface Model { frame: Frame; of: Field; by: Field | null; scale: Scale; lanes: Lane[]; groups: number }

function modelOf(frame: Frame, ofId: string, byId: string | null): Model {
  const of = frame.fields.get(ofId)!;
  const by = (byId && frame.fields.get(byId)) || null;
  const scale = scaleOf(of, scaleChoices().get(ofId) ?? 'linear', 0.03);
  const one = (): Group[] => {
    const rows = [...of.values.keys()].filter(row => !Number.isNaN(of.values[row]!));
    return rows.length > 0 ? [{ code: null, name: t('runs.all'), rows, values: rows.map(row => of.values[row]!) }] : [];
  };
  // A logarithmic axis has no place for what is not above zero.
  const groups = (by ? grouped(by, of) : one()).map(g => placed(g, scale)).filter(g => g.values.length > 0);
  const lanes = groups.slice(0, GROUPS_MOST).map((g): Lane => ({ ...g, box: boxOf(g.values), label: g.name ?? t('plot.none') }));
  return { frame, of, by, scale, lanes, groups: groups.length };
}

function placed(g: Group, scale: Scale): Group {
  const kept = g.rows.map((row, i) => ({ row, value: g.values[i]! })).filter(r => !Number.isNaN(scale.at(r.value)));
  return { ...g, rows: kept.map(r => r.row), values: kept.map(r => r.value) };
}

function tableOf(m: Model): Table {
  return {
    head: [m.by ? fieldTitle(m.by) : t('plot.group'), t('runs.title'), t('value.min'), 'Q1', t('plot.median'), 'Q3', t('value.max')],
    rows: m.lanes.length,
    row(i) {
      const { label, box, values } = m.lanes[i]!;
      return [label, box.n, values.reduce((a, b) => Math.min(a, b), Infinity), box.q1, box.median, box.q3, values.reduce((a, b) => Math.max(a, b), -Infinity)];
    },
    text: v => (typeof v === 'number' ? formatNumber(v) : v),
  };
}

/** Dots of equal values beside each other: the same place for the same run at every drawing. */
const shaken = (row: number) => ((row * 2654435761) % 1000) / 1000 - 0.5;

function chartOf(m: Model, stage: Stage, only: (clause: string) => void): Chart {
  const { look } = stage;
  const names = m.lanes.map(g => `${g.label}  (${count(g.box.n)})`);
  const l = lanesOf(stage, names, m.scale, LANE);
  const each = m.lanes.reduce((sum, g) => sum + g.box.n, 0) <= DOTS_MOST;
  const half = Math.round(l.lane * 0.28);
  const dotY = (lane: number, row: number) => l.y(lane) + shaken(row) * 1.6 * half;
  function* draw(pen: Pen): Generator<void> {
    drawLanes(pen, stage, l, names, m.scale, fieldTitle(m.of));
    for (const [i, g] of m.lanes.entries()) {
      const y = l.y(i);
      const [low, q1, median, q3, high] = [g.box.low, g.box.q1, g.box.median, g.box.q3, g.box.high].map(l.x) as [number, number, number, number, number];
      pen.lines([low, y, q1, y, NaN, NaN, q3, y, high, y, NaN, NaN, low, y - 6, low, y + 6, NaN, NaN, high, y - 6, high, y + 6], { colour: look.muted, width: 1.2 });
      pen.rect(q1, y - half, Math.max(1, q3 - q1), 2 * half, { colour: look.accent, alpha: 0.22 });
      pen.lines([q1, y - half, q3, y - half, q3, y + half, q1, y + half, q1, y - half], { colour: look.accent });
      pen.lines([median, y - half, median, y + half], { colour: look.text, width: 2 });
      const dots = each ? g.rows.flatMap((row, k) => [l.x(g.values[k]!), dotY(i, row), 2.2]) : g.box.outside.flatMap(v => [l.x(v), y, 2.2]);
      pen.dots(dots, { colour: look.accent, alpha: each ? 0.7 : 0.5 });
      pen.text(Math.max(high, q3) + 6, y, each && g.box.n === 1 ? '' : formatNumber(g.box.median), { colour: look.muted });
      yield;
    }
  }
  const ofLane = (i: number): Hit => {
    const g = m.lanes[i]!;
    const clause = m.by && g.code !== null ? clauseOf(m.by, m.by.kind === 'category' ? { some: [g.label] } : { from: g.code, to: g.code }) : null;
    return {
      index: i, x: l.x(g.box.median), y: l.y(i), title: g.label,
      facts: [[t('plot.median'), formatNumber(g.box.median)], ['Q1 – Q3', `${formatNumber(g.box.q1)} – ${formatNumber(g.box.q3)}`], [t('runs.title'), count(g.box.n)], [t('plot.outside'), count(g.box.outside.length)]],
      ...(clause && { act: () => only(clause) }),
    };
  };
  return {
    draw, height: l.height, marks: m.lanes.length, hit: ofLane,
    hitAt(x, y) {
      const lane = l.at(y);
      if (lane < 0) return null;
      const g = m.lanes[lane]!;
      const k = each ? g.rows.findIndex((row, i) => Math.hypot(l.x(g.values[i]!) - x, dotY(lane, row) - y) < 4) : -1;
      if (k < 0) return { ...ofLane(lane), x, y };
      const row = g.rows[k]!;
      return { index: m.lanes.length + row, x, y, title: m.frame.name(row), facts: [[titleOf(m.of.id), valueText(m.of, m.of.values[row]!)]], href: href.run(m.frame.experiment(row), m.frame.id(row)) };
    },
    highlight: (pen, h) => (h.index < m.lanes.length ? laneBand(pen, look, l, h.index) : pen.dots([h.x, h.y, 5], { colour: look.text })),
  };
}
