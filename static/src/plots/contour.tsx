// Contours: a metric over two params, as a surface between the runs that were made. Beyond them nothing is guessed.
import type { JSX } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { ViewProps } from '../grid/view-props';
import { count, t } from '../i18n';
import { href } from '../state/router';
import { Failure, Loading } from '../ui/parts';
import { type Area, colouring, drawLegend, drawXAxis, drawYAxis, gutter, xOf, yOf } from './axes';
import { type Chart, type Hit, PlotCanvas, type Stage, type Table } from './canvas';
import { choicesFor, choose, chosenField, FieldSelect, fieldTitle, keysOf, lengthsOf, LogSwitch, mainMetric, member, plainValue, scaleChoices, titleOf, valueText } from './choices';
import { contourAt, type Surface, surfaceOf } from './contours';
import { descending, type Field, numbersFirst, scaleOf, xByInterest } from './fields';
import { type Frame, useFrame } from './frame';
import { colourAt } from './palette';
import type { Pen } from './pen';
import type { Scale } from './scales';
import { useTexts } from './texts';

const PADDING = 0.04;
const COLUMNS = 90;
const ROWS = 60;
const LEVELS = 10;
/** Points that make the surface: of more runs an even part does. */
const POINTS_MOST = 3000;

export function Contour(p: ViewProps): JSX.Element {
  const texts = useTexts(p);
  return texts ? <Drawn {...p} texts={texts} /> : <Loading />;
}

function Drawn({ texts, ...p }: ViewProps & { texts: ReadonlySet<string> }): JSX.Element {
  const keys = keysOf(p);
  const z = chosenField('pz', mainMetric(p));
  const candidates = member('px') && member('py') ? [] : xByInterest(keys, z, texts).slice(0, 5);
  const frame = useFrame({ search: p.search, ids: [...candidates, ...[chosenField('px', ''), chosenField('py', '')].filter(Boolean), z], version: p.version, names: p.experiments, total: p.total });
  const data = frame.data;
  const likely = numbersFirst(candidates, data?.fields);
  const x = chosenField('px', likely.find(id => id !== member('py')) ?? z);
  const y = chosenField('py', likely.find(id => id !== x) ?? z);
  const scales = member('scales');
  const model = useMemo(() => (data ? modelOf(data, x, y, z) : null), [data, x, y, z, scales]);
  const chart = useCallback((stage: Stage) => chartOf(model!, stage), [model]);

  if (frame.error !== null) return <Failure error={frame.error} retry={frame.reload} />;
  if (!model) return <Loading />;
  const choices = choicesFor(p);
  const flat = Number.isNaN(model.surface.low);
  return (
    <section class="plot-view" aria-label={t('plot.contour')}>
      <h2 class="sr-only">{t('plot.contour')}</h2>
      <PlotCanvas
        label={t('plot.contour.label', { x: titleOf(x), y: titleOf(y), z: titleOf(z) })} name="contour" chart={chart} stale={frame.stale} drawn={model.rows.length} table={tableOf(model)}
        status={[t('plot.drawn', { n: count(model.rows.length), total: count(model.frame.rows) }), model.used < model.rows.length && t('plot.contour.used', { n: count(model.used) }), flat && model.rows.length > 0 && t('plot.contour.flat'), [model.x, model.y].some(f => f.kind === 'category') && t('plot.contour.texts')].filter(Boolean).join(' · ')}
        empty={model.rows.length === 0 ? t('plot.nothing', { x: titleOf(x), y: titleOf(y) }) : ''}
      >
        <FieldSelect label={t('plot.z')} value={z} choices={lengthsOf(choices)} onChange={id => choose({ pz: id })} />
        <FieldSelect label={t('plot.x')} value={x} choices={choices} onChange={id => choose({ px: id })} />
        <LogSwitch field={model.x} log={model.sx.kind === 'log'} label={t('plot.log.x')} />
        <FieldSelect label={t('plot.y')} value={y} choices={choices} onChange={id => choose({ py: id })} />
        <LogSwitch field={model.y} log={model.sy.kind === 'log'} label={t('plot.log.y')} />
      </PlotCanvas>
      <p class="muted plot-hint">{t('plot.contour.hint')}</p>
    </section>
  );
}

interface Model { frame: Frame; x: Field; y: Field; z: Field; sx: Scale; sy: Scale; sz: Scale; rows: number[]; used: number; surface: Surface }

function modelOf(frame: Frame, xId: string, yId: string, zId: string): Model {
  const kinds = scaleChoices();
  const [x, y, z] = [xId, yId, zId].map(id => frame.fields.get(id)!) as [Field, Field, Field];
  const sx = scaleOf(x, kinds.get(xId), PADDING);
  const sy = scaleOf(y, kinds.get(yId), PADDING);
  const sz = scaleOf(z, 'linear');
  const rows = descending(z, frame.rows).filter(row => [sx.at(x.values[row]!), sy.at(y.values[row]!), z.values[row]!].every(v => !Number.isNaN(v)));
  const every = Math.max(1, Math.ceil(rows.length / POINTS_MOST));
  const some = rows.filter((_, i) => i % every === 0);
  const surface = surfaceOf(some.map(row => [sx.at(x.values[row]!), sy.at(y.values[row]!)] as const), some.map(row => z.values[row]!), COLUMNS, ROWS);
  return { frame, x, y, z, sx, sy, sz, rows, used: some.length, surface };
}

function tableOf(m: Model): Table {
  const fields = [m.x, m.y, m.z];
  return {
    head: [t('runs.run_name'), ...fields.map(fieldTitle)],
    rows: m.rows.length,
    row: i => [m.frame.name(m.rows[i]!), ...fields.map(f => plainValue(f, f.values[m.rows[i]!]!))],
    text: (v, c) => (typeof v === 'number' ? valueText(fields[c - 1]!, v) : v),
  };
}

function chartOf(m: Model, stage: Stage): Chart {
  const { look } = stage;
  const area: Area = { left: gutter(stage, m.sy, 110) + 22, top: 12, right: stage.width - 16, bottom: stage.height - 64 };
  const width = area.right - area.left;
  const height = area.bottom - area.top;
  const colours = colouring(m.z, m.sz, look);
  const px = Float32Array.from(m.rows, row => xOf(area, m.sx, m.x.values[row]!));
  const py = Float32Array.from(m.rows, row => yOf(area, m.sy, m.y.values[row]!));
  const shade = (h: number) => Math.min(LEVELS - 1, Math.max(0, Math.floor(m.sz.at(h) * LEVELS)));

  function* draw(pen: Pen): Generator<void> {
    drawYAxis(pen, stage, area, m.sy, fieldTitle(m.y));
    drawXAxis(pen, stage, area, m.sx, fieldTitle(m.x));
    const cw = width / (COLUMNS - 1);
    const ch = height / (ROWS - 1);
    for (let row = 0; row < ROWS; row++) {
      // Neighbours of one shade are one stripe.
      for (let column = 0; column < COLUMNS; ) {
        const h = m.surface.heights[row * COLUMNS + column]!;
        let to = column + 1;
        if (!Number.isNaN(h)) {
          while (to < COLUMNS && shade(m.surface.heights[row * COLUMNS + to]!) === shade(h) && !Number.isNaN(m.surface.heights[row * COLUMNS + to]!)) to++;
          const left = Math.max(area.left, area.left + (column - 0.5) * cw);
          const top = Math.max(area.top, area.bottom - (row + 0.5) * ch);
          pen.rect(left, top, Math.min(area.right, area.left + (to - 0.5) * cw) - left + 0.5, Math.min(area.bottom, area.bottom - (row - 0.5) * ch) - top + 0.5, { colour: colourAt((shade(h) + 0.5) / LEVELS, look.theme) });
        }
        column = to;
      }
      yield;
    }
    for (let level = 1; level < LEVELS; level++) {
      const pieces = contourAt(m.surface, m.sz.value(level / LEVELS));
      const xy: number[] = [];
      for (let i = 0; i < pieces.length; i += 4) for (let k = 0; k < 6; k += 2) xy.push(k < 4 ? area.left + pieces[i + k]! * width : NaN, k < 4 ? area.bottom - pieces[i + k + 1]! * height : NaN);
      pen.lines(xy, { colour: look.panel, alpha: 0.55 });
    }
    const few = m.rows.length <= 2000;
    m.rows.forEach((row, i) => few && pen.dots([px[i]!, py[i]!, 3.5], { colour: colours.colourOf(colours.codeOf(row)), edge: look.text }));
    if (!few) pen.dots(m.rows.flatMap((_, i) => [px[i]!, py[i]!, 1.2]), { colour: look.text, alpha: 0.35 });
    drawLegend(pen, stage, colours, 12, stage.height - 12, stage.width - 12);
    yield;
  }
  const hit = (i: number): Hit => {
    const row = m.rows[i]!;
    return { index: i, x: px[i]!, y: py[i]!, title: m.frame.name(row), facts: [m.z, m.x, m.y].map(f => [titleOf(f.id), valueText(f, f.values[row]!)] as const), href: href.run(m.frame.experiment(row), m.frame.id(row)) };
  };
  return {
    draw,
    marks: m.rows.length,
    hit,
    hitAt(x, y) {
      let nearest = -1;
      let least = 12 ** 2;
      for (let i = 0; i < px.length; i++) {
        const d = (px[i]! - x) ** 2 + (py[i]! - y) ** 2;
        if (d < least) {
          least = d;
          nearest = i;
        }
      }
      if (nearest >= 0) return hit(nearest);
      const column = Math.round(((x - area.left) / width) * (COLUMNS - 1));
      const row = Math.round(((area.bottom - y) / height) * (ROWS - 1));
      const h = column < 0 || row < 0 || column >= COLUMNS || row >= ROWS ? NaN : m.surface.heights[row * COLUMNS + column]!;
      const value = (s: Scale, f: Field, at: number) => valueText(f, s.value(at));
      return Number.isNaN(h) ? null : {
        index: -1 - row * COLUMNS - column, x, y, title: t('plot.contour.between'),
        facts: [[titleOf(m.z.id), `≈ ${valueText(m.z, h)}`], [titleOf(m.x.id), value(m.sx, m.x, (x - area.left) / width)], [titleOf(m.y.id), value(m.sy, m.y, (area.bottom - y) / height)]],
      };
    },
    highlight: (pen, h) => h.index >= 0 && pen.dots([h.x, h.y, 6], { colour: look.text, edge: look.panel }),
  };
}
