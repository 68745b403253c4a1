// Notes in Markdown. The parser and the sanitizer are fetched when the first note is shown.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Markdown({ text }: { text: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let wanted = true;
    void import('./render-markdown').then(({ render }) => {
      if (wanted) box.current?.replaceChildren(render(text));
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  return <div class="markdown" ref={box} />;
}
