// One row of controls for a set of charts. All of it is in the address, so that a link shows what its sender saw.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { replace, route, withMembers } from '../state/router';
import { Icon } from '../ui/icons';
import { placeText } from './card';
import { METHODS } from './methods';
import { type Axis, DEFAULT_LINES, type DrawnRun, LINES, linesOf, MOST_SMOOTH, type Settings, settingsOf } from './settings';

const axes: Exclude<Axis, 'metric'>[] = ['step', 'relative', 'wall'];
/** While a slider moves, the address follows at this distance, in ms. */
const CALM = 60;

interface Props {
  prefix: string;
  fallback: Axis;
  /** What may be the axis. */
  metrics: readonly string[];
  /** Of charts of several runs: who they are. */
  runs?: readonly DrawnRun[];
  /** Whether the reader says how many lines there are. */
  counted?: boolean;
  /** Shows the table's metrics at the locked step. */
  onColumns?: ((step: number) => void) | undefined;
}

export function ChartControls({ prefix, fallback, metrics, runs, counted = true, onColumns }: Props): JSX.Element {
  const s = settingsOf(route.value.query, prefix, fallback);
  const set = (changes: Record<string, string | null>) => replace(withMembers(Object.fromEntries(Object.entries(changes).map(([name, value]) => [prefix + name, value]))));
  const axis = (x: string) => set({ x: x === fallback ? null : x, zoom: null, at: null });
  const check = (name: string, text: string, on: boolean, off: string | null = null) => (
    <label class="switch">
      <input type="checkbox" checked={on} onChange={e => set({ [name]: e.currentTarget.checked ? (off === null ? '1' : null) : off })} /> {text}
    </label>
  );
  const lines = linesOf(route.value.query);
  const counts = [...new Set([...LINES, lines])].sort((a, b) => a - b);
  return (
    <div class="chart-controls" role="group" aria-label={t('charts.controls')}>
      <div class="segmented" role="group" aria-label={t('chart.axis')}>
        {axes.map(a => <button key={a} type="button" aria-pressed={a === s.axis} onClick={() => axis(a)}>{t(`chart.axis.${a}`)}</button>)}
      </div>
      {(metrics.length > 1 || s.axisKey) && (
        <select class="small" aria-label={t('chart.axis.metric')} value={s.axisKey} onChange={e => axis(e.currentTarget.value ? `metrics.${e.currentTarget.value}` : fallback)}>
          <option value="">{t('chart.axis.metric')}</option>
          {(s.axisKey && !metrics.includes(s.axisKey) ? [s.axisKey, ...metrics] : metrics).map(key => <option key={key} value={key}>{key}</option>)}
        </select>
      )}
      <Smoothing s={s} set={set} />
      {s.axis !== 'wall' && check('xlog', t('chart.logx'), s.logX)}
      {check('ylog', t('chart.logy'), s.logY)}
      {check('clip', t('chart.clip'), s.clip)}
      {check('band', t('chart.band'), s.band, '0')}
      {runs && counted && (
        <label class="switch">
          {t('charts.lines')}
          <select class="small" value={String(lines)} onChange={e => replace(withMembers({ lines: e.currentTarget.value === String(DEFAULT_LINES) ? null : e.currentTarget.value }))}>
            {counts.map(n => <option key={n} value={String(n)}>{n}</option>)}
          </select>
        </label>
      )}
      {runs && runs.length > 1 && (
        <label class="switch">
          {t('chart.minus')}
          <select class="small" value={s.minus} onChange={e => set({ minus: e.currentTarget.value || null })}>
            <option value="">{t('chart.minus.off')}</option>
            {runs.map(r => <option key={r.id} value={r.id}>{r.name}</option>)}
          </select>
        </label>
      )}
      {s.zoom && <button type="button" onClick={() => set({ zoom: null })}><Icon name="restore" /> {t('chart.whole')}</button>}
      {s.at !== null && (
        <span class="locked">
          <span>{placeText(s.at, s)}</span>
          {onColumns && s.axis === 'step' && <button type="button" class="link" onClick={() => onColumns(s.at!)}>{t('chart.at.columns')}</button>}
          <button type="button" class="icon-button quiet" aria-label={t('chart.at.clear')} title={t('chart.at.clear')} onClick={() => set({ at: null })}><Icon name="close" /></button>
        </span>
      )}
    </div>
  );
}

function Smoothing({ s, set }: { s: Settings; set: (changes: Record<string, string | null>) => void }): JSX.Element {
  const [moving, setMoving] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const move = (v: number) => {
    setMoving(v);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setMoving(null);
      set({ smooth: v > 0 ? String(v) : null });
    }, CALM);
  };
  const shown = moving ?? s.smooth;
  return (
    <span class="switch">
      <label class="switch">
        {t('chart.smoothing')}
        <input type="range" min="0" max={MOST_SMOOTH} step="0.01" value={shown} onInput={e => move(Number(e.currentTarget.value))} />
      </label>
      <output class="smooth-value">{shown.toFixed(2)}</output>
      {s.smooth > 0 && (
        <select class="small" aria-label={t('chart.method')} value={s.method} onChange={e => set({ method: e.currentTarget.value === 'ema' ? null : e.currentTarget.value })}>
          {METHODS.map(m => <option key={m} value={m}>{t(`chart.method.${m}`)}</option>)}
        </select>
      )}
    </span>
  );
}
