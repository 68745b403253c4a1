// What is made when the reader comes near it: it costs nothing before.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export function Near({ at, children }: { /** Near at once. */ at?: boolean; children: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [come, setCome] = useState(at ?? false);
  useEffect(() => {
    if (come) return;
    const watch = new IntersectionObserver(seen => seen.some(s => s.isIntersecting) && setCome(true), { rootMargin: '200px' });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [come]);
  return come ? <>{children}</> : <div ref={box} class="far" />;
}
