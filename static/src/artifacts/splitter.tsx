// The line between tree and preview: dragged, or moved with the arrow keys; kept in this browser.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { readStored, store } from '../state/settings';

const KEPT = 'cairn.artifacts.width';
const LEAST = 160;
const MOST = 640;
const clamp = (w: number) => Math.max(LEAST, Math.min(MOST, Math.round(w)));

export const startWidth = () => clamp(Number(readStored(KEPT)) || 280);

export function Splitter({ width, onWidth }: { width: number; onWidth: (width: number) => void }): JSX.Element {
  const set = (w: number) => {
    onWidth(clamp(w));
    store(KEPT, String(clamp(w)));
  };
  const drag = (down: PointerEvent) => {
    if (down.button !== 0) return;
    down.preventDefault();
    const handle = down.currentTarget as HTMLElement;
    const move = (e: PointerEvent) => set(width + e.clientX - down.clientX);
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
    };
    handle.setPointerCapture(down.pointerId);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
  };
  return (
    <div
      class="splitter" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={t('artifacts.width')} aria-valuenow={width} aria-valuemin={LEAST} aria-valuemax={MOST}
      onPointerDown={drag}
      onKeyDown={e => {
        const step = e.key === 'ArrowLeft' ? -16 : e.key === 'ArrowRight' ? 16 : 0;
        if (step === 0) return;
        e.preventDefault();
        e.stopPropagation();
        set(width + step);
      }}
    />
  );
}
