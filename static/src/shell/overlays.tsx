// What lies over the page: the sheet of keys, the palette. Fetched when first wanted.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { lazy } from '../ui/lazy';

export const showing = signal<'keys' | 'palette' | null>(null);

const KeySheet = lazy(() => import('../keys/sheet').then(m => m.KeySheet));
const Palette = lazy(() => import('../keys/palette').then(m => m.Palette));

export function Overlays(): JSX.Element | null {
  if (showing.value === null) return null;
  return <Overlay key={showing.value} label={showing.value} />;
}

function Overlay({ label }: { label: 'keys' | 'palette' }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const close = () => (showing.value = null);
  // Left to the browser, the dialog is gone a moment before it says so: a key in between would open what then closes.
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.key !== 'Escape' || e.isComposing) return;
    e.preventDefault();
    close();
  };
  useLayoutEffect(() => { // what is typed next is for it
    const opener = document.activeElement;
    element.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected && document.activeElement === document.body) opener.focus();
    };
  }, []);
  const Content = label === 'keys' ? KeySheet : Palette;
  return (
    <dialog
      ref={element} class={`overlay overlay-${label}`} aria-labelledby={`${label}-title`} onClose={close} onKeyDown={key}
      onClick={e => e.target === element.current && close()}
    >
      <Content close={close} />
    </dialog>
  );
}
