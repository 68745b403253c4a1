// One metric of several runs: fetched and drawn when it comes into view, in finer detail where the reader zooms in.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';
import { type Curve, grid } from '../api/grid';
import { exactTime, formatNumber, fullNumber } from '../format';
import { count, duration, language, t } from '../i18n';
import { effectiveTheme } from '../state/settings';
import { Failure } from '../ui/parts';
import { longest, toChart, valueAt } from './many';
import type { Plot } from './plot';
import { pointsOf, type XAxis } from './series';

export interface DrawnRun { id: string; name: string; start: number; href: string }

const BUCKETS = 400;

export function CompareCard({ runs, metric, version, axis, logY }: { runs: readonly DrawnRun[]; metric: string; version: number; axis: XAxis; logY: boolean }): JSX.Element {
  const card = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ plot: Plot; look: string } | null>(null);
  const fetched = useRef('');
  const [visible, setVisible] = useState(false);
  const [curves, setCurves] = useState<Curve[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const [range, setRange] = useState<readonly [number, number] | null>(null);
  const theme = effectiveTheme.value;
  const ids = runs.map(r => r.id).join(' ');

  useEffect(() => {
    const watch = new IntersectionObserver(seen => setVisible(seen[seen.length - 1]!.isIntersecting), { rootMargin: '300px' });
    watch.observe(card.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => setRange(null), [axis, metric]);

  useEffect(() => {
    const wanted = `${ids} ${metric} ${version} ${range?.join()} ${turn}`;
    if (!visible || fetched.current === wanted) return;
    const stop = new AbortController();
    const part = range ? { from: Math.floor(range[0]), to: Math.ceil(range[1]) } : {};
    grid.series(runs.map(r => r.id), [metric], { buckets: BUCKETS, ...part }, stop.signal).then(
      found => {
        fetched.current = wanted;
        setCurves(found);
        setError(null);
      },
      (e: unknown) => !isAbort(e) && setError(e),
    );
    return () => stop.abort();
  }, [visible, ids, metric, version, range, turn]);

  const chart = useMemo(() => {
    if (!curves) return null;
    const byRun = new Map(curves.map(c => [c.run_id, c]));
    return toChart(runs.map(r => byRun.get(r.id)), runs.map(r => r.start), axis, logY);
  }, [curves, ids, axis, logY]);
  const drawable = chart !== null && chart.lines.some(l => l.y.some(v => v !== null));

  useEffect(() => {
    if (!chart || !drawable) return;
    let wanted = true;
    const points = pointsOf(longest(chart.lines));
    const look = `${axis} ${logY} ${theme} ${language.value} ${points} ${ids} ${chart.lines.map(l => Number('low' in l)).join('')}`;
    if (drawn.current?.look === look) {
      drawn.current.plot.update(chart.x, chart.lines);
      return;
    }
    void import('./plot').then(({ plot }) => {
      if (!wanted || !box.current) return;
      drawn.current?.plot.destroy();
      const zoom = (from: number, to: number) => axis === 'step' && setRange([from, to]);
      drawn.current = {
        plot: plot({ box: box.current, x: chart.x, lines: chart.lines, axis, logY, points, unit: u => t(`unit.${u}`), onCursor: setCursor, onZoom: zoom, onWhole: () => setRange(null), keep: range }),
        look,
      };
    });
    return () => {
      wanted = false;
    };
  }, [chart, drawable, axis, logY, theme, language.value]);

  useEffect(() => {
    const watch = new ResizeObserver(() => box.current && drawn.current?.plot.resize(box.current.clientWidth));
    watch.observe(box.current!);
    return () => {
      watch.disconnect();
      drawn.current?.plot.destroy();
      drawn.current = null;
    };
  }, []);

  const row = chart && cursor !== null && cursor < chart.x.length ? cursor : null;
  const x = row === null ? undefined : chart!.x[row]!;
  const place = x === undefined ? t('chart.last') : axis === 'step' ? `${t('chart.step')} ${x}` : axis === 'wall' ? exactTime(x * 1000) : duration(x * 1000);
  const values = (chart?.lines ?? []).map((l, i) => ({ run: runs[i]!, color: l.color, value: valueAt(l.y, row ?? l.y.length) })).filter(v => v.value !== null);
  values.sort((a, b) => b.value! - a.value!);
  const points = (curves ?? []).reduce((sum, c) => sum + c.points, 0);

  return (
    <article class="chart-card compare-card" ref={card} data-metric={metric}>
      <header>
        <h3 title={metric}>{metric}</h3>
        <span class="readout muted" aria-hidden="true">{curves && place}</span>
      </header>
      {error !== null && <Failure error={error} retry={() => setTurn(turn + 1)} />}
      <div
        class="plot" ref={box} role="img" title={t('chart.zoom')} data-drawn={drawable ? 'yes' : 'no'} data-lines={values.length}
        aria-label={t('chart.many', { metric, n: count(values.length) })}
      />
      {curves && !drawable && <p class="chart-none muted">{points === 0 ? t('chart.none') : t('chart.nothing')}</p>}
      <ul class="legend">
        {values.map(v => (
          <li key={v.run.id}>
            <span class="swatch" style={{ background: v.color }} aria-hidden="true" />
            <a href={v.run.href} title={v.run.name}>{v.run.name}</a>
            <b title={fullNumber(v.value!)}>{formatNumber(v.value!)}</b>
          </li>
        ))}
      </ul>
    </article>
  );
}
