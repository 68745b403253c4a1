// Which rows of a table of any length are drawn, and how it is scrolled to one of them.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Of a row, in pixels; style.css has the same. */
export const HEIGHT = 31;
/** Rows drawn above and below those that are seen. */
const AROUND = 12;

/** Which rows are drawn: those that the box shows, and some more. */
export function useRowWindow(total: number, above: number, show: (from: number, to: number) => void) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<[number, number]>([0, 40]);
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const scrolls = element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY !== 'visible';
    // On a phone the page scrolls, not the box.
    const top = Math.max(0, (scrolls ? element.scrollTop : -element.getBoundingClientRect().top) - (scrolls ? 0 : above * HEIGHT));
    const height = scrolls || element.clientHeight < innerHeight ? Math.min(element.clientHeight, innerHeight) : innerHeight;
    const from = Math.max(0, Math.floor(top / HEIGHT) - AROUND);
    const to = Math.min(Math.max(0, total - 1), Math.ceil((top + height) / HEIGHT) + AROUND);
    setRange(now => (now[0] === from && now[1] === to ? now : [from, to]));
    show(from, to);
  };
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => latest.current(), [total]);
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => latest.current());
    };
    const watch = new ResizeObserver(soon);
    if (box.current) watch.observe(box.current);
    box.current?.addEventListener('scroll', soon, { passive: true });
    addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      box.current?.removeEventListener('scroll', soon);
      removeEventListener('scroll', soon);
    };
  }, []);
  return { box, range };
}

/** Scrolls no further than needed. above: rows that stand at the top. */
export function reach(box: HTMLElement, i: number, above: number): void {
  const head = (box.querySelector('thead')?.clientHeight ?? 0) + above * HEIGHT;
  if (i * HEIGHT < box.scrollTop) box.scrollTop = i * HEIGHT;
  else if ((i + 1) * HEIGHT + head > box.scrollTop + box.clientHeight) box.scrollTop = (i + 1) * HEIGHT + head - box.clientHeight;
}
