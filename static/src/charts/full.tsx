// One chart over the whole page; the arrows lead to the next one.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { IconButton } from '../ui/parts';
import { Card, type CardProps } from './card';
import { neighbour } from './sections';

/** What stands above and below the chart, in pixels: title, legend, numbers. */
const AROUND = 350;
const LEAST = 220;

const heightNow = () => Math.max(LEAST, innerHeight - AROUND);

export function FullChart({ keys, metric, onChange, ...card }: CardProps & { keys: readonly string[]; onChange: (metric: string | null) => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [height, setHeight] = useState(heightNow);
  useEffect(() => {
    const opener = document.activeElement;
    const resized = () => setHeight(heightNow());
    addEventListener('resize', resized);
    dialog.current?.showModal();
    return () => {
      removeEventListener('resize', resized);
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const step = (by: number) => onChange(neighbour(keys, metric, by));
  return (
    <dialog
      ref={dialog} class="chart-full" aria-label={metric} onClose={() => onChange(null)} onClick={e => e.target === dialog.current && onChange(null)}
      onKeyDown={e => {
        e.stopPropagation();
        const by = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
        if (by !== 0) step(by);
        else if (e.key === 'f') onChange(null);
        else return;
        e.preventDefault();
      }}
    >
      <div class="chart-full-bar">
        <IconButton icon="right" class="turned-back" label={t('charts.previous')} disabled={keys.length < 2} onClick={() => step(-1)} />
        <span class="muted">{t('charts.place', { i: keys.indexOf(metric) + 1, n: keys.length })}</span>
        <IconButton icon="right" label={t('charts.next')} disabled={keys.length < 2} onClick={() => step(1)} />
        <span class="space" />
        <IconButton icon="close" label={t('close')} onClick={() => onChange(null)} />
      </div>
      <Card key={metric} {...card} metric={metric} height={height} />
    </dialog>
  );
}
