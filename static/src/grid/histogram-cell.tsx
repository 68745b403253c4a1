// A small histogram in the head of a column; dragged over, it becomes a condition.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { formatNumber } from '../format';
import { count, t } from '../i18n';
import type { Histogram } from './histograms';

const WIDTH = 100;
const HEIGHT = 24;

interface Props { name: string; histogram: Histogram; edge: (bin: number) => number; onPick: (from: number, to: number) => void }

export function HistogramCell({ name, histogram, edge, onPick }: Props): JSX.Element {
  const { counts } = histogram;
  const start = useRef<number | null>(null);
  const [picked, setPicked] = useState<readonly [number, number] | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const most = Math.max(...counts);
  const bin = (e: PointerEvent) => {
    const { left, width } = (e.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(counts.length - 1, Math.floor(((e.clientX - left) / width) * counts.length)));
  };
  const step = WIDTH / counts.length;
  const isPicked = (i: number) => picked !== null && i >= Math.min(...picked) && i <= Math.max(...picked);
  const hint = over === null ? '' : `${formatNumber(edge(over))} … ${formatNumber(edge(over + 1))}: ${count(counts[over]!)}`;
  return (
    <svg
      class="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t('hist.label', { name, low: formatNumber(histogram.low), high: formatNumber(histogram.high) })}
      onPointerDown={e => {
        if (e.button !== 0) return;
        e.preventDefault();
        e.currentTarget.setPointerCapture(e.pointerId);
        start.current = bin(e);
        setPicked([start.current, start.current]);
      }}
      onPointerMove={e => {
        const at = bin(e);
        setOver(at);
        if (start.current !== null) setPicked([start.current, at]);
      }}
      onPointerUp={e => {
        if (start.current !== null) onPick(start.current, bin(e));
        start.current = null;
        setPicked(null);
      }}
      onPointerCancel={() => {
        start.current = null;
        setPicked(null);
      }}
    >
      <title>{hint}</title>
      <rect width={WIDTH} height={HEIGHT} class="histogram-back" />
      {counts.map((n, i) => n > 0 && <rect key={i} x={i * step + 0.3} width={step - 0.6} y={HEIGHT - Math.max(1.5, (n / most) * HEIGHT)} height={Math.max(1.5, (n / most) * HEIGHT)} class={isPicked(i) ? 'picked' : ''} />)}
    </svg>
  );
}
