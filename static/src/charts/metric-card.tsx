// The curve of one metric: fetched and drawn when it comes into view, brought up to date when the metric moves on.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isAbort, metrics, SAMPLE_LIMIT } from '../api';
import type { MetricPoint } from '../api/types';
import { exactTime, formatNumber, fullNumber } from '../format';
import { count, duration, language, t, tn } from '../i18n';
import { effectiveTheme } from '../state/settings';
import { Failure } from '../ui/parts';
import type { Plot } from './plot';
import { pointsOf, toSeries, type XAxis } from './series';

interface Props {
  runId: string;
  metric: string;
  /** Changes whenever the server has a newer value. */
  version: string;
  start: number;
  axis: XAxis;
  logY: boolean;
}

export function MetricCard({ runId, metric, version, start, axis, logY }: Props): JSX.Element {
  const card = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ plot: Plot; look: string } | null>(null);
  const fetched = useRef('');
  const [visible, setVisible] = useState(false);
  const [points, setPoints] = useState<MetricPoint[] | null>(null);
  const [whole, setWhole] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const theme = effectiveTheme.value;

  useEffect(() => {
    const watch = new IntersectionObserver(seen => setVisible(seen[seen.length - 1]!.isIntersecting), { rootMargin: '300px' });
    watch.observe(card.current!);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    // Fetched while it is looked at, and once for each state of the metric.
    const wanted = `${runId} ${metric} ${version} ${whole} ${turn}`;
    if (!visible || fetched.current === wanted) return;
    const stop = new AbortController();
    const load = whole ? metrics.all(runId, metric, stop.signal) : metrics.sampled(runId, metric, stop.signal);
    load.then(
      p => {
        fetched.current = wanted;
        setPoints(p);
        setError(null);
      },
      (e: unknown) => !isAbort(e) && setError(e),
    );
    return () => stop.abort();
  }, [visible, runId, metric, version, whole, turn]);

  const series = useMemo(() => (points ? toSeries(points, axis, start, logY) : null), [points, axis, start, logY]);
  const drawable = series !== null && series.y.some(v => v !== null);

  useEffect(() => {
    if (!series || !drawable) return;
    let wanted = true;
    const points = pointsOf(series.y);
    const look = `${axis} ${logY} ${theme} ${language.value} ${points}`;
    if (drawn.current?.look === look) {
      drawn.current.plot.update(series.x, [{ y: series.y }]);
      return;
    }
    void import('./plot').then(({ plot }) => {
      if (!wanted || !box.current) return;
      drawn.current?.plot.destroy();
      drawn.current = { plot: plot({ box: box.current, x: series.x, lines: [{ y: series.y }], axis, logY, points, unit: u => t(`unit.${u}`), onCursor: setCursor }), look };
    });
    return () => {
      wanted = false;
    };
  }, [series, drawable, axis, logY, theme, language.value]);

  useEffect(() => {
    if (drawable) return;
    drawn.current?.plot.destroy();
    drawn.current = null;
  }, [drawable]);

  useEffect(() => {
    const watch = new ResizeObserver(() => box.current && drawn.current?.plot.resize(box.current.clientWidth));
    watch.observe(box.current!);
    return () => {
      watch.disconnect();
      drawn.current?.plot.destroy();
      drawn.current = null;
    };
  }, []);

  const at = series && cursor !== null && cursor < series.x.length ? cursor : null;
  const x = at === null ? undefined : series!.x[at]!;
  const place = x === undefined ? '' : axis === 'step' ? `${t('chart.step')} ${x}` : axis === 'wall' ? exactTime(x * 1000) : duration(x * 1000);
  const value = at === null ? series?.last : (series!.y[at] ?? undefined);
  const sampled = !whole && (points?.length ?? 0) >= SAMPLE_LIMIT;
  const skipped = series ? series.notNumbers + series.infinite : 0;

  return (
    <article class="chart-card" ref={card} data-metric={metric}>
      <header>
        <h3 title={metric}>{metric}</h3>
        <span class="readout" aria-hidden="true">
          <span class="muted">{place || (points && t('chart.last'))}</span> {value !== undefined && <b title={fullNumber(value)}>{formatNumber(value)}</b>}
        </span>
      </header>
      {error !== null && <Failure error={error} retry={() => setTurn(turn + 1)} />}
      <div
        class="plot" ref={box} role="img" title={t('chart.zoom')} data-drawn={drawable ? 'yes' : 'no'} data-points={points?.length}
        aria-label={series && drawable ? t('chart.label', { metric, n: count(series.x.length), min: formatNumber(series.min), max: formatNumber(series.max), last: formatNumber(series.last) }) : metric}
      />
      {points && !drawable && <p class="chart-none muted">{points.length === 0 ? t('chart.none') : t('chart.nothing')}</p>}
      <footer class="muted">
        {points && <span>{tn('chart.points', points.length)}</span>}
        {skipped > 0 && <span>{tn('chart.skipped', skipped)}</span>}
        {series && series.notPositive > 0 && <span>{tn('chart.notpositive', series.notPositive)}</span>}
        {sampled && <span>{t('chart.sampled')} <button type="button" class="link" onClick={() => setWhole(true)}>{t('chart.all')}</button></span>}
      </footer>
    </article>
  );
}
