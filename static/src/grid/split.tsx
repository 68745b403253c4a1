// Two parts side by side, with an edge between them that can be dragged or moved by the arrows. Where the window is too
// narrow, one stands above the other.
import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { readStored, store } from '../state/settings';

const KEPT = 'cairn.split';
const LEAST = 20;
const MOST = 80;

/** The share of the first part, in percent. */
export function shareOf(text: string | null): number {
  const share = Math.round(Number(text ?? NaN));
  return Number.isFinite(share) && share > 0 ? Math.max(LEAST, Math.min(MOST, share)) : 45;
}

export function Split({ first, second }: { first: ComponentChildren; second: ComponentChildren }): JSX.Element {
  const [share, setShare] = useState(() => shareOf(readStored(KEPT)));
  const box = useRef<HTMLDivElement>(null);
  const set = (next: number) => {
    const kept = shareOf(String(next));
    setShare(kept);
    store(KEPT, String(kept));
  };
  const drag = (down: PointerEvent) => {
    if (down.button !== 0) return;
    down.preventDefault();
    const edge = down.currentTarget as HTMLElement;
    const { left, width } = box.current!.getBoundingClientRect();
    const move = (e: PointerEvent) => set(((e.clientX - left) / width) * 100);
    edge.setPointerCapture(down.pointerId);
    edge.addEventListener('pointermove', move);
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move), { once: true });
  };
  return (
    <div class="split" ref={box} style={{ '--share': `${share}%` }}>
      <div class="split-part">{first}</div>
      <div
        class="split-edge" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={t('view.split.edge')} aria-valuenow={share} aria-valuemin={LEAST} aria-valuemax={MOST}
        onPointerDown={drag} onDblClick={() => set(45)}
        onKeyDown={e => {
          const by = e.key === 'ArrowLeft' ? -5 : e.key === 'ArrowRight' ? 5 : 0;
          if (by === 0) return;
          e.preventDefault();
          set(share + by);
        }}
      />
      <div class="split-part">{second}</div>
    </div>
  );
}
