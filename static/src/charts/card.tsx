// One metric of one or several runs: its chart, the values at the cursor, and what can be done with it.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { exactTime, formatNumber, fullNumber } from '../format';
import { count, duration, language, t, tn } from '../i18n';
import { replace, withMembers } from '../state/router';
import { chosenColors, lookOf } from '../state/colours';
import { effectiveTheme } from '../state/settings';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Failure, IconButton } from '../ui/parts';
import { bucketsFor, useCurves } from './fetch';
import { roomFor, endsOf, placedLabels } from './labels';
import { chartOf, type Line } from './lines';
import { indexAt } from './maths';
import { type Plot, plot } from './plot';
import { type DrawnRun, type Settings, zoomText } from './settings';

export interface CardProps {
  runs: readonly DrawnRun[];
  metric: string;
  /** Changes when there may be something new. */
  version: string;
  settings: Settings;
  /** Of the members of the address that its settings have. */
  prefix: string;
  /** One run alone: no names, the colour of the page. */
  alone?: boolean;
  height?: number;
  pinned?: boolean;
  onPin?: (() => void) | undefined;
  onFull?: (() => void) | undefined;
  onHover?: (() => void) | undefined;
}

const HEIGHT = 190;
/** Of the window, in px: cards there are ready when they are scrolled to. */
const NEAR = 300;

/** A place on the axis, as people say it. */
export function placeText(x: number, s: Settings): string {
  if (s.axis === 'step') return `${t('chart.step')} ${count(Math.round(x))}`;
  if (s.axis === 'wall') return exactTime(x * 1000);
  return s.axis === 'relative' ? duration(x * 1000) : `${s.axisKey} ${formatNumber(x)}`;
}

interface Row { line: Line; run: DrawnRun; index: number; value: number; smooth: number | null; step: number }

/** The values at a place, or the last ones: the greatest first. */
function rowsAt(lines: readonly Line[], runs: readonly DrawnRun[], place: number | null): Row[] {
  const rows = lines.flatMap(line => {
    const i = indexAt(line.at, line.exact, place ?? Infinity);
    if (i < 0) return [];
    const smooth = line.raw ? line.y[indexAt(line.x, line.y, place ?? Infinity)] : undefined;
    return [{ line, run: runs[line.run]!, index: i, value: line.exact[i]!, smooth: smooth ?? null, step: line.step[i]! }];
  });
  return rows.sort((a, b) => (b.smooth ?? b.value) - (a.smooth ?? a.value));
}

export function Card(p: CardProps): JSX.Element {
  const { runs, metric, settings, prefix } = p;
  const card = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ plot: Plot; look: string } | null>(null);
  const [visible, setVisible] = useState(false);
  const [width, setWidth] = useState(0);
  const [turn, setTurn] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const theme = effectiveTheme.value;
  const height = p.height ?? HEIGHT;

  // The observers tell in the next frame what is known in this one.
  useLayoutEffect(() => {
    const { top, bottom } = card.current!.getBoundingClientRect();
    setVisible(top < innerHeight + NEAR && bottom > -NEAR);
    setWidth(box.current!.clientWidth);
  }, []);
  useEffect(() => {
    const watch = new IntersectionObserver(seen => setVisible(seen[seen.length - 1]!.isIntersecting), { rootMargin: `${NEAR}px` });
    watch.observe(card.current!);
    return () => watch.disconnect();
  }, []);

  const { curves, error } = useCurves({ runs, metric, settings, buckets: width > 0 ? bucketsFor(p.alone ? width / 2 : width) : 0, version: p.version, visible, turn });
  const base = settings.minus ? runs.findIndex(r => r.id === settings.minus) : -1;
  const chart = useMemo(() => {
    if (!curves) return null;
    const looks = runs.map(r => (p.alone ? { color: '', dash: [] } : lookOf(r.id)));
    return chartOf(curves, looks, base, settings);
  }, [curves, base, settings, chosenColors.value]);
  const drawable = chart !== null && !chart.empty;

  useLayoutEffect(() => {
    if (!chart || !drawable || !visible) return;
    const { axis, axisKey, logX, logY } = settings;
    const names = runs.map(r => r.name);
    const look = `${axis} ${axisKey} ${logX} ${logY} ${theme} ${language.value}`;
    if (drawn.current?.look === look) drawn.current.plot.update(chart.lines, names, settings);
    else {
      drawn.current?.plot.destroy();
      const set = (changes: Record<string, string | null>) => replace(withMembers(Object.fromEntries(Object.entries(changes).map(([name, v]) => [prefix + name, v]))));
      drawn.current = {
        look,
        plot: plot({
          box: box.current!, height, lines: chart.lines, names, naming: p.alone ? null : { roomFor, endsOf, placedLabels }, settings, language: language.value, unit: u => t(`unit.${u}`), onCursor: setCursor,
          onZoom: (from, to) => set({ zoom: zoomText(from, to) }),
          onWhole: () => set({ zoom: null }),
          onPick: x => set({ at: axis === 'step' ? String(Math.round(x)) : String(Number(x.toPrecision(8))) }),
        }),
      };
    }
    box.current!.dataset.points = String(chart.told.points); // once they are drawn
  }, [chart, drawable, visible, settings, theme, language.value]);

  // Pictures that are out of sight would only take room.
  useEffect(() => {
    if (drawable && visible) return;
    drawn.current?.plot.destroy();
    drawn.current = null;
  }, [drawable, visible]);

  useEffect(() => {
    const watch = new ResizeObserver(() => {
      if (!box.current) return;
      setWidth(box.current.clientWidth);
      drawn.current?.plot.resize(box.current.clientWidth, height);
    });
    watch.observe(box.current!);
    box.current!.style.minHeight = drawable ? `${height}px` : '';
    return () => watch.disconnect();
  }, [height, drawable]);
  useEffect(() => () => {
    drawn.current?.plot.destroy();
    drawn.current = null;
  }, []);

  const place = cursor ?? settings.at;
  const rows = useMemo(() => (chart ? rowsAt(chart.lines, runs, place) : []), [chart, place]);
  const told = chart?.told;
  const baseName = base >= 0 ? runs[base]!.name : '';
  const value = rows[0];

  const take = async (kind: 'png' | 'svg' | 'csv') => {
    if (!drawn.current || !curves || !chart) return;
    const { saveChart } = await import('./save');
    await saveChart(kind, { metric, title: baseName ? t('chart.minus.title', { metric, run: baseName }) : metric, axis: settings.axis === 'metric' ? settings.axisKey : settings.axis, axisTitle: settings.axis === 'metric' ? settings.axisKey : t(`chart.axis.${settings.axis}`), runs, curves, lines: chart.lines, picture: drawn.current.plot.picture(), box: box.current! });
  };

  return (
    <article class={`chart-card ${p.alone ? '' : 'compare-card'}`} ref={card} data-metric={metric} aria-label={metric} onPointerEnter={p.onHover} onFocusCapture={p.onHover}>
      <header>
        <h3 title={metric}>{metric}{baseName && <span class="muted"> − {baseName}</span>}</h3>
        <span class="readout" aria-hidden="true">
          <span class="muted">{chart && drawable && (place === null ? t('chart.last') : placeText(place, settings))}</span> {p.alone && value && <b title={fullNumber(value.value)}>{formatNumber(value.smooth ?? value.value)}</b>}
        </span>
        <span class="chart-tools">
          {p.onPin && <IconButton icon="star" class="quiet" label={t(p.pinned ? 'charts.unpin' : 'charts.pin')} pressed={p.pinned ?? false} onClick={p.onPin} />}
          <Menu label={t('chart.save')} class="icon-button quiet" items={() => (['png', 'svg', 'csv'] as const).map(kind => ({ text: kind.toUpperCase(), disabled: !drawable, act: () => void take(kind) }))}><Icon name="download" /></Menu>
          {p.onFull && <IconButton icon="full" class="quiet" label={t('charts.full')} onClick={p.onFull} />}
        </span>
      </header>
      {error !== null && <Failure error={error} retry={() => setTurn(turn + 1)} />}
      <div
        class="plot" ref={box} role="img" title={t('chart.zoom')} data-drawn={drawable ? 'yes' : 'no'} data-lines={chart?.lines.length ?? 0} data-width={Math.max(0, ...(curves ?? []).map(c => c.width))}
        aria-label={
          p.alone && value && chart && drawable ? tn('chart.label', told!.points, { metric, last: formatNumber(value.value) }) : tn('chart.many', rows.length, { metric })
        }
      />
      {chart && !drawable && <p class="chart-none muted">{settings.minus && base < 0 ? t('chart.minus.none') : told!.points === 0 ? t('chart.none') : t('chart.nothing')}</p>}
      {!p.alone && <Legend rows={rows} metric={metric} />}
      <footer class="muted">
        {told && told.points > 0 && <span>{told.buckets ? t('chart.buckets', { points: count(told.points), n: count(told.drawn) }) : tn('chart.points', told.points)}</span>}
        {told && told.skipped > 0 && <span>{tn('chart.skipped', told.skipped)}</span>}
        {told && told.notPositive > 0 && <span>{told.buckets ? t('chart.notpositive.buckets', { n: count(told.notPositive) }) : tn('chart.notpositive', told.notPositive)}</span>}
        {settings.clip && drawable && <span>{t('chart.clipped')}</span>}
      </footer>
    </article>
  );
}

function Legend({ rows, metric }: { rows: readonly Row[]; metric: string }): JSX.Element | null {
  if (rows.length === 0) return null;
  const smooth = rows.some(r => r.smooth !== null);
  return (
    <div class="legend" tabIndex={rows.length > 10 ? 0 : undefined} role={rows.length > 10 ? 'region' : undefined} aria-label={rows.length > 10 ? t('chart.values', { metric }) : undefined}>
      <table aria-label={t('chart.values', { metric })}>
        <colgroup><col />{smooth && <col class="legend-number" />}<col class="legend-number" /><col class="legend-number" /></colgroup>
        <thead class="sr-only"><tr><th scope="col">{t('key')}</th>{smooth && <th scope="col">{t('chart.smoothed')}</th>}<th scope="col">{t('chart.value')}</th><th scope="col">{t('chart.step')}</th></tr></thead>
        <tbody>
          {rows.map(r => (
            <tr key={r.run.id}>
              <th scope="row">
                <svg class="swatch" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true"><path d="M0 4h22" stroke={r.line.color} stroke-width="2.5" stroke-dasharray={r.line.dash.join(' ')} /></svg>
                <a href={r.run.href} title={r.run.name}>{r.run.name}</a>
              </th>
              {smooth && <td class="number"><b>{r.smooth === null ? '' : formatNumber(r.smooth)}</b></td>}
              <td class="number" title={fullNumber(r.value)}>{smooth ? formatNumber(r.value) : <b>{formatNumber(r.value)}</b>}</td>
              <td class="number muted">{count(r.step)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
