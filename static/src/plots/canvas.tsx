// What every chart of this folder stands in: a canvas of the size of its place and the density of the screen, drawn in
// slices, with what lies under the pointer named, its marks walked by the keyboard, a table of its data, and files of it.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, language, t, tn } from '../i18n';
import { go } from '../state/router';
import { effectiveTheme } from '../state/settings';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { saveCsv, savePng, saveSvg, type Sheet } from './export';
import type { Theme } from './palette';
import { canvasPen, type Drawing, type Pen } from './pen';

export interface Look { theme: Theme; text: string; muted: string; grid: string; line: string; accent: string; panel: string; font: string }

export interface Stage { width: number; height: number; look: Look; /** Of a text, in px. */ sizeOf: (text: string, size?: number, bold?: boolean) => number }

/** A mark that the reader points at or walks to. */
export interface Hit { index: number; x: number; y: number; title: string; facts: readonly (readonly [string, string])[]; href?: string; /** What a click does, where there is nothing to open. */ act?: () => void }

export interface Drag { move: (x: number, y: number) => ((pen: Pen) => void) | null; end: (x: number, y: number) => void }

export interface Chart {
  draw: Drawing;
  /** Where its contents need other room than its place has. */
  width?: number;
  height?: number;
  hitAt?: (x: number, y: number) => Hit | null;
  /** Marks in the order of the keyboard. */
  marks?: number;
  hit?: (mark: number) => Hit;
  highlight?: (pen: Pen, hit: Hit) => unknown;
  drag?: (x: number, y: number) => Drag | null;
  cursor?: (x: number, y: number) => string;
  doubleClick?: (x: number, y: number) => void;
}

export interface Table { head: readonly string[]; rows: number; row: (i: number) => readonly (string | number)[]; text?: (value: string | number, column: number) => string }

interface Props {
  label: string;
  /** Of the files. */
  name: string;
  chart: (stage: Stage) => Chart;
  table: Table;
  /** "n of m drawn" and what else is to be known. */
  status: string;
  stale?: boolean;
  /** Fits its contents instead of its place. */
  tall?: boolean;
  /** Marks drawn; for tests and the curious. */
  drawn: number;
  /** Why nothing is drawn, and what to do about it. */
  empty?: string;
  children?: ComponentChildren;
}

/** A slice of drawing, in ms: what a frame can spare. */
const SLICE = 10;

function lookOf(element: Element, theme: Theme): Look {
  const style = getComputedStyle(element);
  const v = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { theme, text: v('text'), muted: v('muted'), grid: v('grid'), line: v('line-strong'), accent: v('accent'), panel: v('panel'), font: style.fontFamily };
}

function measure(font: string): Stage['sizeOf'] {
  const c = document.createElement('canvas').getContext('2d')!;
  return (text, size = 11, bold = false) => {
    c.font = `${bold ? '600 ' : ''}${size}px ${font}`;
    return c.measureText(text).width;
  };
}

function fit(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.max(1, devicePixelRatio || 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const c = canvas.getContext('2d')!;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  return c;
}

export function PlotCanvas(props: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [hit, setHit] = useState<Hit | null>(null);
  const [walked, setWalked] = useState<number | null>(null);
  /** What is drawn to its end. */
  const [done, setDone] = useState<unknown>(null);
  const theme = effectiveTheme.value;

  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = box.current!;
      setSize(now => (now && now.width === width && (props.tall || now.height === height) ? now : { width, height }));
    });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [props.tall]);

  const made = useMemo(() => {
    if (!size || size.width < 60) return null;
    const look = lookOf(box.current!, theme);
    const chart = props.chart({ width: size.width, height: size.height, look, sizeOf: measure(look.font) });
    return { chart, look, width: chart.width ?? size.width, height: chart.height ?? size.height };
  }, [props.chart, size, theme, language.value]);

  useEffect(() => {
    setHit(null);
    setWalked(null);
    if (!made) return;
    const steps = made.chart.draw(canvasPen(fit(under.current!, made.width, made.height), made.look.font));
    fit(over.current!, made.width, made.height);
    let frame = 0;
    const slice = () => {
      const end = performance.now() + SLICE;
      for (;;) {
        if (steps.next().done) return setDone(made);
        if (performance.now() > end) break;
      }
      frame = requestAnimationFrame(slice);
    };
    slice();
    return () => cancelAnimationFrame(frame);
  }, [made]);

  const paint = (draw: ((pen: Pen) => void) | null) => {
    if (!made) return;
    const c = fit(over.current!, made.width, made.height);
    draw?.(canvasPen(c, made.look.font));
  };
  useEffect(() => {
    if (made) paint(hit && made.chart.highlight ? pen => made.chart.highlight!(pen, hit) : null);
  }, [hit, made]);
  useLayoutEffect(() => {
    const element = tip.current;
    if (!element || !hit || !made) return;
    const { width, height } = element.getBoundingClientRect();
    const from = box.current!.scrollLeft;
    const to = from + box.current!.clientWidth;
    const left = hit.x + 14 + width > to ? hit.x - 14 - width : hit.x + 14;
    element.style.left = `${Math.max(from, Math.min(left, to - width))}px`;
    element.style.top = `${Math.max(0, Math.min(hit.y + 12, made.height - height))}px`;
  }, [hit, made]);

  const placeOf = (e: MouseEvent): [number, number] => {
    const r = under.current!.getBoundingClientRect();
    return [e.clientX - r.left, e.clientY - r.top];
  };
  const down = (e: PointerEvent) => {
    if (e.button !== 0 || !made) return;
    const from = placeOf(e);
    const drag = made.chart.drag?.(...from) ?? null;
    const target = e.currentTarget as HTMLElement;
    let moved = false;
    const move = (m: PointerEvent) => {
      const [x, y] = placeOf(m);
      if (!moved && Math.hypot(x - from[0], y - from[1]) < 4) return;
      if (!moved && drag) target.setPointerCapture(e.pointerId);
      moved = true;
      if (!drag) return;
      setHit(null);
      paint(drag.move(x, y));
    };
    const over = () => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', up);
      target.removeEventListener('pointercancel', cancel);
    };
    const up = (u: PointerEvent) => {
      over();
      if (moved && drag) {
        paint(null);
        drag.end(...placeOf(u));
      } else if (!moved) {
        const at = made.chart.hitAt?.(...from) ?? null;
        // A finger shows first, and opens with the second touch.
        if (at && (e.pointerType === 'mouse' || at.index === hit?.index)) follow(at, u);
        else setHit(at);
      }
    };
    const cancel = () => {
      over();
      paint(null);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', up);
    target.addEventListener('pointercancel', cancel);
  };
  const hover = (e: PointerEvent) => {
    if (!made || e.buttons !== 0 || e.pointerType !== 'mouse') return;
    const at = made.chart.hitAt?.(...placeOf(e)) ?? null;
    if (at?.index !== hit?.index || at?.title !== hit?.title) setHit(at);
    over.current!.style.cursor = made.chart.cursor?.(...placeOf(e)) || (at?.href || at?.act ? 'pointer' : '');
  };
  const marks = made?.chart.marks ?? 0;
  const key = (e: KeyboardEvent) => {
    if (marks === 0 || !made?.chart.hit || e.ctrlKey || e.metaKey || e.altKey) return;
    const now = walked ?? -1;
    const step = e.shiftKey ? 10 : 1;
    const next =
      e.key === 'ArrowRight' || e.key === 'ArrowDown' ? Math.min(marks - 1, now + step) : e.key === 'ArrowLeft' || e.key === 'ArrowUp' ? Math.max(0, now - step) : e.key === 'Home' ? 0 : e.key === 'End' ? marks - 1 : null;
    if (e.key === 'Enter' && hit) follow(hit, e);
    else if (e.key === 'Escape' && hit) {
      setHit(null);
      setWalked(null);
    } else if (next === null) return;
    else {
      setWalked(next);
      setHit(made.chart.hit(next));
    }
    e.preventDefault();
    e.stopPropagation();
  };

  const sheet = (): Sheet => ({ width: made!.width, height: made!.height, background: made!.look.panel, font: made!.look.font, drawing: made!.chart.draw });
  const files = () => [
    { text: 'PNG', act: () => void savePng(sheet(), props.name) },
    { text: 'SVG', act: () => saveSvg(sheet(), props.name) },
    { text: 'CSV', act: () => saveCsv(props.table.head, rowsOf(props.table), props.name) },
  ];
  return (
    <div class="plot-body">
      <div class="plot-bar">
        {props.children}
        <span class="plot-end">
          <span class="plot-status count" role="status" data-testid="drawn">{props.status}</span>
          <Menu named label={t('plot.export')} items={files} testId="plot-export"><Icon name="download" /> {t('plot.export')}</Menu>
        </span>
      </div>
      <div
        ref={box} class={`plot-box ${props.tall ? 'tall' : ''} ${props.stale ? 'stale' : ''}`} data-testid="plot" data-drawn={props.drawn} data-done={made && done === made && !props.stale ? 'yes' : 'no'}
        role={marks > 0 ? 'application' : 'img'} aria-label={`${props.label}. ${props.status}`} aria-roledescription={t('plot.chart')} tabIndex={0} aria-keyshortcuts={marks > 0 ? 'ArrowLeft ArrowRight Home End Enter' : undefined}
        onKeyDown={key} onBlur={() => setHit(null)}
      >
        {props.empty && <p class="plot-empty">{props.empty}</p>}
        <canvas ref={under} aria-hidden="true" />
        <canvas
          ref={over} class="plot-over" aria-hidden="true" onPointerDown={down} onPointerMove={hover} onPointerLeave={() => setHit(null)}
          onDblClick={e => made?.chart.doubleClick?.(...placeOf(e))}
        />
        {hit && (
          <div ref={tip} class="plot-tip" aria-hidden="true">
            <b>{hit.title}</b>
            {hit.facts.length > 0 && <dl>{hit.facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>}
          </div>
        )}
      </div>
      <p class="sr-only" role="status">{walked !== null && hit ? `${hit.title}: ${hit.facts.map(f => f.join(' ')).join(', ')}` : ''}</p>
      <DataTable table={props.table} label={props.label} />
    </div>
  );

  function follow(at: Hit, e: MouseEvent | KeyboardEvent): void {
    if (!at.href) at.act?.();
    else if (e.ctrlKey || e.metaKey) window.open(at.href, '_blank', 'noopener');
    else go(at.href);
  }
}

function* rowsOf(table: Table): Generator<readonly (string | number)[]> {
  for (let i = 0; i < table.rows; i++) yield table.row(i);
}

/** Rows that are shown at once: the file has them all. */
const SHOWN = 100;

function DataTable({ table, label }: { table: Table; label: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  const n = Math.min(SHOWN, table.rows);
  return (
    <details class="plot-data" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary>{t('plot.data')}</summary>
      {open && (
        <div class="table-box" tabIndex={0} role="region" aria-label={t('plot.data')}>
          <table class="list">
            <caption class="sr-only">{label}</caption>
            <thead><tr>{table.head.map((h, c) => <th key={c} scope="col" title={h}>{h}</th>)}</tr></thead>
            <tbody>
              {Array.from({ length: n }, (_, i) => (
                <tr key={i}>
                  {table.row(i).map((v, c) => (c === 0 ? <th key={c} scope="row" class="name">{v}</th> : <td key={c} class={typeof v === 'number' ? 'number' : 'text'}>{table.text?.(v, c) ?? String(v)}</td>))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && table.rows > n && <p class="muted">{tn('plot.data.first', n, { total: count(table.rows) })}</p>}
    </details>
  );
}
