// The part of a long list of equally high rows that is in view.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const AROUND = 8;

export interface Windowed<E extends HTMLElement> {
  box: RefObject<E | null>;
  from: number;
  /** The first that is not drawn. */
  to: number;
  /** Scrolls as little as it takes. */
  reveal: (row: number) => void;
}

export function useWindowed<E extends HTMLElement>(count: number, height: number, head = 0): Windowed<E> {
  const box = useRef<E>(null);
  const [range, setRange] = useState<readonly [number, number]>([0, 60]);
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / height) - AROUND);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / height) + AROUND;
    setRange(now => (now[0] === from && now[1] === to ? now : [from, to]));
  };
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => latest.current(), [count, height]);
  useEffect(() => {
    const element = box.current!;
    const soon = () => latest.current();
    const watch = new ResizeObserver(soon);
    watch.observe(element);
    element.addEventListener('scroll', soon, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', soon);
    };
  }, []);
  const reveal = (row: number) => {
    const element = box.current;
    if (!element) return;
    if (row * height < element.scrollTop) element.scrollTop = row * height;
    else if ((row + 1) * height + head > element.scrollTop + element.clientHeight) element.scrollTop = (row + 1) * height + head - element.clientHeight;
  };
  const to = Math.min(count, range[1]);
  return { box, from: Math.min(range[0], Math.max(0, to - 1)), to, reveal };
}
