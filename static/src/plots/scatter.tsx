// Scatter and bubbles: a dot for each run, where two of its values put it; a third may colour it, a fourth be its size.
import type { JSX } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { ViewProps } from '../grid/view-props';
import { count, t, tn } from '../i18n';
import { withClause } from '../query/clauses';
import { notify } from '../state/notices';
import { href } from '../state/router';
import { Failure, Loading } from '../ui/parts';
import { type Area, categoryHit, colouring, type Colouring, drawLegend, drawXAxis, drawYAxis, gutter, xOf, yOf } from './axes';
import { type Chart, type Hit, PlotCanvas, type Stage, type Table } from './canvas';
import { choicesFor, choose, chosenField, FieldSelect, fieldTitle, keysOf, LogSwitch, mainMetric, member, NONE, plainValue, scaleChoices, titleOf, valueText } from './choices';
import { clauseOf, marked, RUNS_MOST, runsClause } from './clauses';
import { defaultGroup, descending, type Field, numbersFirst, scaleOf, where, xByInterest } from './fields';
import { type Frame, pickedKey, pickedRows, useFrame } from './frame';
import { formatNumber } from '../format';
import type { Pen } from './pen';
import type { Scale } from './scales';
import { lineThrough } from './statistics';
import { useTexts } from './texts';

const PADDING = 0.04;
/** Dots of one path. */
const BATCH = 2000;

export function Scatter(p: ViewProps): JSX.Element {
  const texts = useTexts(p);
  return texts ? <Drawn {...p} texts={texts} /> : <Loading />;
}

function Drawn({ texts, ...p }: ViewProps & { texts: ReadonlySet<string> }): JSX.Element {
  const keys = keysOf(p);
  const y = chosenField('py', mainMetric(p));
  const candidates = member('px') ? [] : xByInterest(keys, y, texts).slice(0, 3);
  const colourBy = member('pc') === NONE ? null : chosenField('pc', defaultGroup(keys) ?? '') || null;
  const sizeBy = member('ps') === NONE ? null : chosenField('ps', '') || null;
  const trend = member('trend') === '1';
  const [lasso, setLasso] = useState(false);
  const frame = useFrame({ search: p.search, ids: [...candidates, member('px') && chosenField('px', ''), y, colourBy, sizeBy].filter((id): id is string => Boolean(id)), version: p.version, names: p.experiments, total: p.total });
  const data = frame.data;
  const x = chosenField('px', numbersFirst(candidates, data?.fields)[0] ?? y);
  const scales = member('scales');
  const model = useMemo(() => (data ? modelOf(data, x, y, colourBy, sizeBy, trend) : null), [data, x, y, colourBy, sizeBy, trend, scales]);
  const picked = useMemo(() => new Set(data ? pickedRows(data, p.selection) : []), [data, pickedKey(p.selection)]);
  const { setFilter, filter } = p;
  const chart = useCallback((stage: Stage) => chartOf(model!, stage, lasso, picked, {
    box: clauses => setFilter(clauses.reduce((text, [id, clause]) => marked(text, id, clause), filter)),
    runs: ids => (ids.length > RUNS_MOST ? notify('error', t('plot.lasso.most', { n: count(RUNS_MOST), chosen: count(ids.length) })) : ids.length > 0 && setFilter(withClause(filter, runsClause(ids)))),
  }), [model, filter, lasso, picked]);

  if (frame.error !== null) return <Failure error={frame.error} retry={frame.reload} />;
  if (!model) return <Loading />;
  const choices = choicesFor(p);
  const status = [t('plot.drawn', { n: count(model.rows.length), total: count(model.frame.rows) }), picked.size > 0 && tn('plot.picked', picked.size), model.line && t('plot.trend.r2', { r2: formatNumber(model.line.r2) })].filter(Boolean).join(' · ');
  return (
    <section class="plot-view" aria-label={t('plot.scatter')}>
      <h2 class="sr-only">{t('plot.scatter')}</h2>
      <PlotCanvas
        label={t('plot.scatter.label', { x: titleOf(x), y: titleOf(y) })} name="scatter" chart={chart} status={status} stale={frame.stale} drawn={model.rows.length} table={tableOf(model)}
        empty={model.rows.length === 0 ? t('plot.nothing', { x: titleOf(x), y: titleOf(y) }) : ''}
      >
        <FieldSelect label={t('plot.y')} value={y} choices={choices} onChange={id => choose({ py: id })} />
        <LogSwitch field={model.y} log={model.sy.kind === 'log'} label={t('plot.log.y')} />
        <FieldSelect label={t('plot.x')} value={x} choices={choices} onChange={id => choose({ px: id })} />
        <LogSwitch field={model.x} log={model.sx.kind === 'log'} label={t('plot.log.x')} />
        <FieldSelect label={t('plot.colour')} value={colourBy ?? NONE} none={t('plot.none')} choices={choices} onChange={id => choose({ pc: id })} />
        <FieldSelect label={t('plot.size')} value={sizeBy ?? NONE} none={t('plot.none')} choices={choices} onChange={id => choose({ ps: id === NONE ? null : id })} />
        <label class="switch"><input type="checkbox" checked={trend} onChange={e => choose({ trend: e.currentTarget.checked ? '1' : null })} /> {t('plot.trend')}</label>
        <label class="switch"><input type="checkbox" checked={lasso} onChange={e => setLasso(e.currentTarget.checked)} /> {t('plot.lasso')}</label>
      </PlotCanvas>
      <p class="muted plot-hint">{t(lasso ? 'plot.lasso.hint' : 'plot.scatter.hint')}</p>
    </section>
  );
}

interface Model {
  frame: Frame; x: Field; y: Field; sx: Scale; sy: Scale;
  colour: { field: Field; scale: Scale } | null;
  size: Field | null;
  /** Rows with a place on both axes, the greatest of y first. */
  rows: number[];
  line: { slope: number; start: number; r2: number } | null;
}

function modelOf(frame: Frame, xId: string, yId: string, colourBy: string | null, sizeBy: string | null, trend: boolean): Model {
  const kinds = scaleChoices();
  const x = frame.fields.get(xId)!;
  const y = frame.fields.get(yId)!;
  const sx = scaleOf(where(x, y), kinds.get(xId), PADDING);
  const sy = scaleOf(where(y, x), kinds.get(yId), PADDING);
  const rows = descending(y, frame.rows).filter(row => !Number.isNaN(sx.at(x.values[row]!)) && !Number.isNaN(sy.at(y.values[row]!)));
  const colour = colourBy ? frame.fields.get(colourBy) : undefined;
  return {
    frame, x, y, sx, sy, rows,
    colour: colour ? { field: colour, scale: scaleOf(colour, kinds.get(colour.id)) } : null,
    size: (sizeBy && frame.fields.get(sizeBy)) || null,
    // Along the axes as they are drawn: what is straight there is straight to the eye.
    line: trend && x.kind !== 'category' && y.kind !== 'category' ? lineThrough(rows.map(row => sx.at(x.values[row]!)), rows.map(row => sy.at(y.values[row]!))) : null,
  };
}

const fieldsOf = (m: Model) => [...new Set([m.x, m.y, m.colour?.field, m.size].filter((f): f is Field => Boolean(f)))];

function tableOf(m: Model): Table {
  const fields = fieldsOf(m);
  return {
    head: [t('runs.run_name'), ...fields.map(fieldTitle)],
    rows: m.rows.length,
    row: i => [m.frame.name(m.rows[i]!), ...fields.map(f => plainValue(f, f.values[m.rows[i]!]!))],
    text: (v, c) => (typeof v === 'number' ? valueText(fields[c - 1]!, v) : v),
  };
}

interface Acts { box: (clauses: [string, string][]) => void; runs: (ids: string[]) => void }

function chartOf(m: Model, stage: Stage, lasso: boolean, picked: ReadonlySet<number>, acts: Acts): Chart {
  const { look } = stage;
  const area: Area = { left: gutter(stage, m.sy, 110) + 22, top: 12, right: stage.width - 16, bottom: stage.height - (m.colour ? 64 : 44) };
  const px = Float32Array.from(m.rows, row => xOf(area, m.sx, m.x.values[row]!));
  const py = Float32Array.from(m.rows, row => yOf(area, m.sy, m.y.values[row]!));
  const radius = radiusOf(m);
  const colours = m.colour ? colouring(m.colour.field, m.colour.scale, look) : null;
  const n = m.rows.length;
  const alpha = m.size ? 0.65 : Math.max(0.15, Math.min(0.9, 30 / Math.sqrt(Math.max(1, n))));

  function* draw(pen: Pen): Generator<void> {
    drawYAxis(pen, stage, area, m.sy, fieldTitle(m.y));
    drawXAxis(pen, stage, area, m.sx, fieldTitle(m.x));
    for (const [code, some] of byColour(m, colours)) {
      const colour = colours ? colours.colourOf(code) : look.accent;
      for (let from = 0; from < some.length; from += BATCH) {
        pen.dots(some.slice(from, from + BATCH).flatMap(i => [px[i]!, py[i]!, radius(i)]), n > 3000 ? { colour, alpha } : { colour, alpha, edge: look.panel });
        yield;
      }
    }
    if (picked.size > 0) m.rows.forEach((row, i) => picked.has(row) && pen.dots([px[i]!, py[i]!, radius(i) + 1], { colour: colours ? colours.colourOf(colours.codeOf(row)) : look.accent, edge: look.text }));
    if (m.line) {
      const end = (at: number) => [area.left + at * (area.right - area.left), area.bottom - (m.line!.start + m.line!.slope * at) * (area.bottom - area.top)];
      pen.lines(clipped([...end(0), ...end(1)], area), { colour: look.text, width: 1.5, dash: [6, 4] });
    }
    if (colours) drawLegend(pen, stage, colours, 12, stage.height - 12, stage.width - 12);
    yield;
  }
  const hitOf = (i: number): Hit => {
    const row = m.rows[i]!;
    return { index: i, x: px[i]!, y: py[i]!, title: m.frame.name(row), facts: fieldsOf(m).map(f => [titleOf(f.id), valueText(f, f.values[row]!)] as const), href: href.run(m.frame.experiment(row), m.frame.id(row)) };
  };
  const held = (x: number, y: number): [number, number] => [Math.max(area.left, Math.min(area.right, x)), Math.max(area.top, Math.min(area.bottom, y))];
  return {
    draw,
    marks: n,
    hit: hitOf,
    hitAt(x, y) {
      let nearest = -1;
      let least = 14 ** 2;
      for (let i = 0; i < n; i++) {
        const d = (px[i]! - x) ** 2 + (py[i]! - y) ** 2;
        if (d < least) {
          least = d;
          nearest = i;
        }
      }
      if (nearest >= 0) return hitOf(nearest);
      if (x < area.left) return categoryHit(m.y, m.sy, (area.bottom - y) / (area.bottom - area.top), x, y);
      return y > area.bottom ? categoryHit(m.x, m.sx, (x - area.left) / (area.right - area.left), x, y) : null;
    },
    highlight: (pen, hit) => hit.index >= 0 && pen.dots([hit.x, hit.y, radius(hit.index) + 2.5], { colour: look.text, edge: look.panel }),
    cursor: (x, y) => (x > area.left && x < area.right && y > area.top && y < area.bottom ? 'crosshair' : ''),
    drag(x0, y0) {
      if (x0 < area.left - 4 || y0 > area.bottom + 4) return null;
      const path = held(x0, y0) as number[];
      if (lasso)
        return {
          move(x, y) {
            path.push(...held(x, y));
            return pen => {
              pen.area(path, { colour: look.accent, alpha: 0.15 });
              pen.lines([...path, path[0]!, path[1]!], { colour: look.accent, width: 1.5 });
            };
          },
          end: () => acts.runs(m.rows.filter((_, i) => encloses(path, px[i]!, py[i]!)).map(m.frame.id)),
        };
      const [fx, fy] = held(x0, y0);
      return {
        move: (x, y) => pen => {
          const [tx, ty] = held(x, y);
          pen.rect(Math.min(fx, tx), Math.min(fy, ty), Math.abs(tx - fx), Math.abs(ty - fy), { colour: look.accent, alpha: 0.15, edge: look.accent });
        },
        end(x, y) {
          const [tx, ty] = held(x, y);
          const within = (i: number) => px[i]! >= Math.min(fx, tx) && px[i]! <= Math.max(fx, tx) && py[i]! >= Math.min(fy, ty) && py[i]! <= Math.max(fy, ty);
          if (!m.rows.some((_, i) => within(i))) return; // an empty box finds nothing: nobody wants that
          const share = (v: number, from: number, to: number) => (v - from) / (to - from);
          acts.box([
            ...boxClause(m.x, m.sx, share(fx, area.left, area.right), share(tx, area.left, area.right)),
            ...boxClause(m.y, m.sy, share(fy, area.bottom, area.top), share(ty, area.bottom, area.top)),
          ]);
        },
      };
    },
  };
}

/** Of a side that is as long as the axis there is nothing to say. */
function boxClause(f: Field, s: Scale, a: number, b: number): [string, string][] {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (low <= 0 && high >= 1) return [];
  const mark = f.kind === 'category' ? { some: f.categories.filter((_, i) => s.at(i) >= low && s.at(i) <= high) } : { from: s.value(low), to: s.value(high) };
  const clause = clauseOf(f, mark, s.kind === 'log');
  return clause ? [[f.id, clause]] : [];
}

/** Areas, not radii, are in proportion to a size. */
function radiusOf(m: Model): (i: number) => number {
  const n = m.rows.length;
  const one = n > 20_000 ? 1.5 : n > 5000 ? 2 : n > 500 ? 3 : 4.5;
  const size = m.size;
  if (!size || !(size.high > size.low)) return () => one;
  return i => {
    const v = size.values[m.rows[i]!]!;
    return Number.isNaN(v) ? 1.5 : 3 + 13 * Math.sqrt((v - size.low) / (size.high - size.low));
  };
}

function byColour(m: Model, colours: Colouring | null): [number, number[]][] {
  const groups = new Map<number, number[]>();
  m.rows.forEach((row, i) => {
    const code = colours ? colours.codeOf(row) : 0;
    const group = groups.get(code);
    if (group) group.push(i);
    else groups.set(code, [i]);
  });
  return [...groups].sort((a, b) => a[0] - b[0]);
}

/** Even-odd: whether a point is in the area that a path encloses. */
export function encloses(path: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [path[i]!, path[i + 1]!, path[j]!, path[j + 1]!];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** A line from the left to the right, as far as it is within the area. */
function clipped([x1, y1, x2, y2]: number[], area: Area): number[] {
  const slope = (y2! - y1!) / (x2! - x1!);
  const at = (y: number) => x1! + (y - y1!) / slope;
  const inside = (x: number) => Math.max(x1!, Math.min(x2!, x));
  const [from, to] = slope === 0 ? [x1!, x2!] : [inside(Math.min(at(area.top), at(area.bottom))), inside(Math.max(at(area.top), at(area.bottom)))];
  const y = (x: number) => y1! + slope * (x - x1!);
  return [from!, y(from!), to!, y(to!)];
}
