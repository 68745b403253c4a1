// Parallel coordinates: a line for each run over the axes of its params and metrics. What is marked on an axis is a
// clause of the filter; the other runs stay, faint, so that a mark can be widened again.
import type { JSX } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { moved } from '../grid/columns';
import type { ViewProps } from '../grid/view-props';
import { count, t, tn } from '../i18n';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Failure, Loading } from '../ui/parts';
import { type Area, categoryHit, colouring, type Colouring, drawLegend } from './axes';
import { type Chart, type Hit, PlotCanvas, type Stage } from './canvas';
import { choicesFor, choose, chooseScale, chosenField, FieldSelect, fieldTitle, member, NONE, plainValue, scaleChoices, titleOf, valueText } from './choices';
import { clauseOf, isMarked, type Mark, marked, peeled } from './clauses';
import { columnFor, defaultAxes, descending, type Field, scaleOf } from './fields';
import { type Frame, pickedKey, pickedRows, useFrame } from './frame';
import type { Pen } from './pen';
import { type Scale, shortened, spaced } from './scales';
import { useTexts } from './texts';

/** Axes that are read in one answer, beside who the runs are and a colour. */
const AXES_MOST = 12;
/** Lines beyond which more of them are one grey: of more runs, an even part is drawn, and it says so. */
const LINES_MOST = 30_000;
const AXIS_WIDTH = 84;
/** Lines of one path: what lies above each other grows darker from path to path. */
const BATCH = 150;

function axesOf(p: ViewProps, texts: ReadonlySet<string>): string[] {
  const chosen = (member('axes') ?? '').split(',').filter(id => columnFor(id) !== null);
  const axes = chosen.length > 0 ? chosen : p.keys ? defaultAxes(p.keys, p.primary, texts) : [];
  return [...new Set(axes)].slice(0, AXES_MOST);
}

export function Parallel(p: ViewProps): JSX.Element {
  const texts = useTexts(p);
  return texts ? <Drawn {...p} texts={texts} /> : <Loading />;
}

function Drawn({ texts, ...p }: ViewProps & { texts: ReadonlySet<string> }): JSX.Element {
  const axes = axesOf(p, texts);
  const { rest, marks } = useMemo(() => peeled(p.filter, axes), [p.filter, axes.join(',')]);
  const colourBy = member('pc') === NONE ? null : chosenField('pc', axes[axes.length - 1] ?? '');
  const ids = colourBy ? [...axes, colourBy] : axes;
  const frame = useFrame({ search: { ...p.search, filter: rest }, ids, version: p.version, names: p.experiments, total: p.total, found: f => within(f, axes, marks).length });
  const data = frame.data;
  const scales = member('scales');
  const model = useMemo(() => (data ? modelOf(data, axes, marks, colourBy) : null), [data, axes.join(','), marks, colourBy, scales]);
  const picked = useMemo(() => (data ? pickedRows(data, p.selection) : []), [data, pickedKey(p.selection)]);
  const { setFilter, filter } = p;
  const chart = useCallback((stage: Stage) => chartOf(model!, stage, picked, { mark: (id, clause) => setFilter(marked(filter, id, clause)), order: ids => choose({ axes: ids.join(',') }) }), [model, filter, picked]);

  if (frame.error !== null) return <Failure error={frame.error} retry={frame.reload} />;
  if (!model) return <Loading />;
  const choices = choicesFor(p);
  const status = [t('plot.drawn', { n: count(model.drawn.length), total: count(model.frame.rows) }), marks.size > 0 && tn('plot.marked', model.inside), picked.length > 0 && tn('plot.picked', picked.length)].filter(Boolean).join(' · ');
  return (
    <section class="plot-view" aria-label={t('plot.parallel')}>
      <h2 class="sr-only">{t('plot.parallel')}</h2>
      <PlotCanvas
        label={t('plot.parallel.label', { axes: axes.map(titleOf).join(', ') })} name="parallel" chart={chart} status={status} stale={frame.stale} drawn={model.drawn.length} table={tableOf(model)}
      >
        <ul class="plot-axes" aria-label={t('plot.axes')}>
          {model.axes.map((a, i) => (
            <li key={a.field.id}>
              <Menu label={t('plot.axis', { name: titleOf(a.field.id) })} class="plain plot-axis" items={() => [
                { text: t('column.left'), disabled: i === 0, act: () => choose({ axes: moved(axes, axes[i]!, axes[i - 1]!).join(',') }) },
                { text: t('column.right'), disabled: i === axes.length - 1, act: () => choose({ axes: moved(axes, axes[i]!, axes[i + 2] ?? null).join(',') }) },
                { text: t('plot.colour.by'), checked: colourBy === a.field.id, act: () => choose({ pc: a.field.id }) },
                a.field.kind === 'number' && a.field.high > 0 && { text: t('plot.log'), checked: a.scale.kind === 'log', act: () => chooseScale(a.field.id, a.scale.kind === 'log' ? 'linear' : 'log') },
                marks.has(a.field.id) && { text: t('plot.unmark'), act: () => setFilter(marked(filter, a.field.id, null)) },
                axes.length > 2 && { text: t('plot.axis.remove'), apart: true, act: () => choose({ axes: axes.filter(id => id !== a.field.id).join(',') }) },
              ]}>{titleOf(a.field.id)} <Icon name="down" /></Menu>
            </li>
          ))}
        </ul>
        {axes.length < AXES_MOST && <FieldSelect verb label={t('plot.axis.add')} value="" choices={choices.filter(c => !axes.includes(c.id))} onChange={id => choose({ axes: [...axes, id].join(',') })} />}
        <FieldSelect label={t('plot.colour')} value={colourBy ?? NONE} none={t('plot.none')} choices={choices} onChange={id => choose({ pc: id })} />
      </PlotCanvas>
      <p class="muted plot-hint">{t('plot.parallel.hint')}</p>
    </section>
  );
}

interface Axis { field: Field; scale: Scale; mark: Mark | undefined }
/** order: all rows, the greatest of what colours them first. */
interface Model { frame: Frame; order: number[]; axes: Axis[]; colour: { field: Field; scale: Scale } | null; /** Rows that are drawn; those outside the marks first. */ drawn: number[]; outside: number; inside: number }

function modelOf(frame: Frame, ids: readonly string[], marks: ReadonlyMap<string, Mark>, colourBy: string | null): Model {
  const kinds = scaleChoices();
  const axes = ids.map(id => frame.fields.get(id)!).map((field): Axis => ({ field, scale: scaleOf(field, kinds.get(field.id)), mark: marks.get(field.id) }));
  const marked = within(frame, ids, marks);
  const isWithin = new Set(marked);
  const outside = marked.length < frame.rows ? Array.from({ length: frame.rows }, (_, row) => row).filter(row => !isWithin.has(row)) : [];
  const inside = sampled(marked, LINES_MOST);
  const beside = sampled(outside, Math.max(0, LINES_MOST - inside.length));
  const field = colourBy ? frame.fields.get(colourBy) : undefined;
  const by = field ?? axes[axes.length - 1]?.field;
  return { frame, order: by ? descending(by, frame.rows) : [], axes, colour: field ? { field, scale: scaleOf(field, kinds.get(field.id)) } : null, drawn: [...beside, ...inside], outside: beside.length, inside: marked.length };
}

/** Rows that all marks of the axes hold. */
function within(frame: Frame, ids: readonly string[], marks: ReadonlyMap<string, Mark>): number[] {
  const asked = ids.flatMap(id => (marks.has(id) ? [{ field: frame.fields.get(id)!, mark: marks.get(id)! }] : []));
  return Array.from({ length: frame.rows }, (_, row) => row).filter(row => asked.every(a => isMarked(a.field, a.mark, a.field.values[row]!)));
}

/** Every so-manieth, from the first to the last. */
function sampled(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
}

function tableOf(m: Model): { head: string[]; rows: number; row: (i: number) => (string | number)[]; text: (v: string | number, c: number) => string } {
  return {
    head: [t('runs.run_name'), ...m.axes.map(a => fieldTitle(a.field))],
    rows: m.frame.rows,
    row(i) {
      const row = m.order[i]!;
      return [m.frame.name(row), ...m.axes.map(a => plainValue(a.field, a.field.values[row]!))];
    },
    text: (v, c) => (typeof v === 'number' ? valueText(m.axes[c - 1]!.field, v) : v),
  };
}

interface Acts { mark: (id: string, clause: string | null) => void; order: (ids: string[]) => void }

function chartOf(m: Model, stage: Stage, picked: readonly number[], acts: Acts): Chart {
  const { look, sizeOf } = stage;
  const n = m.axes.length;
  const first = Math.min(110, Math.max(40, sizeOf(longestTick(m.axes[0])) + 14));
  const width = Math.max(stage.width, first + 50 + (n - 1) * AXIS_WIDTH);
  const someMissing = m.axes.some(a => a.field.missing > 0 || (a.scale.kind === 'log' && !(a.field.low > 0)));
  const area: Area = { left: first, top: 34, right: width - 50, bottom: stage.height - (someMissing ? 56 : 36) };
  const height = area.bottom - area.top;
  const gap = n > 1 ? (area.right - area.left) / (n - 1) : 0;
  const axisX = (i: number) => area.left + i * gap;
  const noValue = area.bottom + 18;
  const places = m.axes.map(a => Float32Array.from(a.field.values, v => {
    const at = a.scale.at(v);
    return Number.isNaN(at) ? noValue : area.bottom - at * height;
  }));
  const colours = m.colour ? colouring(m.colour.field, m.colour.scale, look) : null;
  const shown = m.drawn.length - m.outside;
  const alpha = Math.max(0.06, Math.min(0.9, 9 / Math.sqrt(Math.max(1, shown))));

  function* draw(pen: Pen): Generator<void> {
    if (m.outside > 0) yield* drawRows(pen, m.drawn.slice(0, m.outside), look.line, Math.min(0.35, alpha));
    for (const [code, rows] of byColour(m.drawn.slice(m.outside), colours)) yield* drawRows(pen, rows, colours ? colours.colourOf(code) : look.accent, alpha);
    for (const row of picked) pen.lines(places.flatMap((p, i) => [axisX(i), p[row]!]), { colour: look.text, width: 2.2 });
    m.axes.forEach((a, i) => drawAxis(pen, a, i));
    if (someMissing) pen.text(area.left - 8, noValue, t('plot.none'), { colour: look.muted, align: 'end' });
    if (colours) drawLegend(pen, stage, colours, 12, stage.height - 12, width - 12);
    yield;
  }
  function* drawRows(pen: Pen, rows: readonly number[], colour: string, opacity: number): Generator<void> {
    for (let from = 0; from < rows.length; from += BATCH) {
      const some = rows.slice(from, from + BATCH);
      const xy = new Float32Array(some.length * (n + 1) * 2);
      let k = 0;
      for (const row of some) {
        for (let i = 0; i < n; i++) {
          xy[k++] = axisX(i);
          xy[k++] = places[i]![row]!;
        }
        xy[k++] = NaN;
        xy[k++] = NaN;
      }
      pen.lines(xy, { colour, alpha: opacity, width: rows.length > 3000 ? 1 : rows.length > 40 ? 1.4 : 2 });
      yield;
    }
  }
  function drawAxis(pen: Pen, a: Axis, i: number): void {
    const x = axisX(i);
    pen.lines([x, area.top, x, area.bottom], { colour: look.muted });
    const ticks = spaced(a.scale.ticks(Math.max(2, Math.floor(height / 30))), height, () => 12, 2);
    const end = i === 0;
    for (const tick of ticks) {
      const y = area.bottom - tick.at * height;
      pen.lines([x - 3, y, x + 3, y], { colour: look.muted });
      const label = shortened(tick.text, end ? first - 12 : Math.min(110, gap - 16), sizeOf);
      const size = sizeOf(label);
      const left = end ? x - 7 - size : x + 6;
      pen.rect(left - 2, y - 7, size + 4, 14, { colour: look.panel, alpha: 0.75 });
      pen.text(left, y, label, { colour: look.text });
    }
    const align = i === n - 1 && n > 1 ? 'end' : end ? 'start' : 'center';
    const at = align === 'end' ? Math.min(width - 6, x + 44) : end ? Math.max(6, x - first + 6) : x;
    pen.text(at, 14, shortened(fieldTitle(a.field), gap > 0 ? gap - 8 : 200, sizeOf), { colour: look.text, align, bold: true });
    if (a.mark) for (const [from, to] of bands(a, a.mark)) pen.rect(x - 6, to, 12, Math.max(2, from - to), { colour: look.accent, alpha: 0.35, edge: look.accent });
  }
  /** Where a mark is on its axis: from below to above. */
  function bands(a: Axis, mark: Mark): [number, number][] {
    const y = (p: number) => area.bottom - Math.max(0, Math.min(1, p)) * height;
    if ('some' in mark) {
      const half = 0.5 / Math.max(1, a.field.categories.length);
      return mark.some.map(text => a.field.categories.indexOf(text)).filter(i => i >= 0).map(i => [y(a.scale.at(i) - half), y(a.scale.at(i) + half)]);
    }
    const unit = a.field.unit?.ms ?? 1;
    const at = (v: number) => (Number.isNaN(a.scale.at(v)) ? 0 : a.scale.at(v));
    return [[y(at(mark.from / unit)), y(at(mark.to / unit))]];
  }
  const axisAt = (x: number, reach: number) => {
    const i = n > 1 ? Math.round((x - area.left) / gap) : 0;
    return i >= 0 && i < n && Math.abs(x - axisX(i)) <= reach ? i : -1;
  };
  const hitOf = (row: number): Hit => ({
    index: row, x: axisX(n - 1), y: places[n - 1]![row]!, title: m.frame.name(row), href: href.run(m.frame.experiment(row), m.frame.id(row)),
    facts: m.axes.map(a => [titleOf(a.field.id), valueText(a.field, a.field.values[row]!)] as const),
  });
  const inside = new Set(m.drawn.slice(m.outside));
  const walk = m.order.filter(row => inside.has(row));
  const onBody = (y: number) => y >= area.top - 6 && y <= area.bottom + 6;
  return {
    width,
    draw,
    marks: walk.length,
    hit: i => hitOf(walk[i]!),
    hitAt(x, y) {
      if (n < 2 || y < area.top - 4) return null;
      const on = axisAt(x, 5);
      const named = on < 0 ? null : categoryHit(m.axes[on]!.field, m.axes[on]!.scale, (area.bottom - y) / height, x, y);
      if (named) return named;
      const i = Math.max(0, Math.min(n - 2, Math.floor((x - area.left) / gap)));
      const part = Math.max(0, Math.min(1, (x - axisX(i)) / gap));
      let nearest = -1;
      let least = 7;
      for (const row of walk) {
        const away = Math.abs(places[i]![row]! * (1 - part) + places[i + 1]![row]! * part - y);
        if (away < least) {
          least = away;
          nearest = row;
        }
      }
      return nearest < 0 ? null : { ...hitOf(nearest), x, y };
    },
    highlight(pen, hit) {
      if (hit.index < 0) return;
      const xy = places.flatMap((p, i) => [axisX(i), p[hit.index]!]);
      pen.lines(xy, { colour: look.panel, width: 6, alpha: 0.8 });
      pen.lines(xy, { colour: look.text, width: 2.5 });
      pen.dots(places.flatMap((p, i) => [axisX(i), p[hit.index]!, 3.5]), { colour: look.text });
    },
    cursor: (x, y) => (y < area.top - 8 && axisAt(x, gap / 2) >= 0 ? 'grab' : onBody(y) && axisAt(x, 12) >= 0 ? 'ns-resize' : ''),
    drag(x, y) {
      if (y < area.top - 8) return reorder(axisAt(x, gap / 2));
      const i = axisAt(x, 12);
      if (i < 0 || !onBody(y)) return null;
      const a = m.axes[i]!;
      const within = (v: number) => Math.max(area.top, Math.min(area.bottom, v));
      return {
        move: (_, to) => pen => pen.rect(axisX(i) - 7, within(Math.min(y, to)), 14, Math.abs(within(to) - within(y)), { colour: look.accent, alpha: 0.35, edge: look.accent }),
        end: (_, to) => {
          const [low, high] = [y, to].map(v => (area.bottom - within(v)) / height).sort((p, q) => p - q) as [number, number];
          const clause = clauseOf(a.field, markFor(a, low, high), a.scale.kind === 'log');
          if (clause) acts.mark(a.field.id, clause);
        },
      };
    },
    doubleClick(x, y) {
      const i = axisAt(x, 14);
      if (i >= 0 && onBody(y) && m.axes[i]!.mark) acts.mark(m.axes[i]!.field.id, null);
    },
  };
  function reorder(i: number): ReturnType<NonNullable<Chart['drag']>> {
    if (i < 0) return null;
    const ids = m.axes.map(a => a.field.id);
    const target = (x: number) => Math.max(0, Math.min(n, Math.ceil((x - area.left) / gap)));
    return {
      move: x => pen => {
        pen.lines([x, area.top - 8, x, area.bottom], { colour: look.accent, width: 2, dash: [4, 3] });
        pen.text(x, 14, fieldTitle(m.axes[i]!.field), { colour: look.accent, align: 'center', bold: true });
      },
      end: x => acts.order(moved(ids, ids[i]!, ids[target(x)] ?? null)),
    };
  }
}

/** What a part of an axis, between 0 and 1, holds. */
function markFor(a: Axis, low: number, high: number): Mark {
  if (a.field.kind !== 'category') return { from: a.scale.value(low), to: a.scale.value(high) };
  return { some: a.field.categories.filter((_, i) => a.scale.at(i) >= low && a.scale.at(i) <= high) };
}

const longestTick = (a: Axis | undefined) => (a?.scale.ticks(10) ?? []).map(tick => tick.text).sort((x, y) => y.length - x.length)[0] ?? '';

function byColour(rows: readonly number[], colours: Colouring | null): [number, number[]][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const code = colours ? colours.codeOf(row) : 0;
    const group = groups.get(code);
    if (group) group.push(row);
    else groups.set(code, [row]);
  }
  return [...groups].sort((a, b) => a[0] - b[0]);
}
