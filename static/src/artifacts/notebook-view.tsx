// A notebook: its texts, its code and what came out. Nothing of it runs.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t, tn } from '../i18n';
import { Markdown } from '../ui/markdown';
import { AsText } from './as-text';
import { type Cell, type Notebook, type Output, readNotebook } from './notebook';
import type { PreviewProps } from './preview-props';
import { TextView } from './text';
import { WholeText } from './whole';

const FIRST = 100;
const LONGEST = 20_000;

export function NotebookPreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <Book text={text} path={props.path} />}</WholeText>;
}

function Book({ text, path }: { text: string; path: string }): JSX.Element {
  const book = useMemo((): Notebook | null => {
    try {
      return readNotebook(text);
    } catch {
      return null;
    }
  }, [text]);
  const [shown, setShown] = useState(FIRST);
  if (!book) return <TextView path={path} lines={text.split('\n')} version={0} />;
  return (
    <AsText text={text} path={path}>
      <div class="notebook" data-testid="notebook">
        {book.cells.slice(0, shown).map((cell, i) => <CellView key={i} cell={cell} at={i + 1} />)}
        {book.cells.length > shown && <button type="button" onClick={() => setShown(shown + FIRST)}>{tn('artifacts.cells.more', book.cells.length - shown)}</button>}
      </div>
    </AsText>
  );
}

function CellView({ cell, at }: { cell: Cell; at: number }): JSX.Element {
  if (cell.kind === 'markdown') return <div class="cell"><Markdown text={cell.source} /></div>;
  return (
    <div class="cell">
      {cell.source !== '' && (
        <div class="cell-in">
          <span class="muted cell-no">{cell.kind === 'code' ? `[${cell.count ?? ' '}]` : ''}</span>
          <pre tabIndex={0} role="group" aria-label={t('artifacts.cell', { n: at })}><code>{cell.source}</code></pre>
        </div>
      )}
      {cell.outputs.map((o, i) => <OutputView key={i} output={o} at={at} />)}
    </div>
  );
}

function OutputView({ output, at }: { output: Output; at: number }): JSX.Element {
  const label = t('artifacts.cell.out', { n: at });
  if (output.kind === 'image') return <img class="cell-out" src={output.source} alt={label} />;
  if (output.kind === 'html') return <Html html={output.html} />;
  if (output.kind === 'dropped') return <p class="muted cell-out">{t('artifacts.cell.dropped', { type: output.type })}</p>;
  const cut = output.text.length > LONGEST;
  return <pre class={`cell-out ${output.error ? 'cell-error' : ''}`} tabIndex={0} role="group" aria-label={label}>{cut ? `${output.text.slice(0, LONGEST)}…` : output.text}</pre>;
}

function Html({ html }: { html: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let wanted = true;
    void import('../ui/render-markdown').then(({ clean }) => wanted && box.current?.replaceChildren(clean(html)));
    return () => {
      wanted = false;
    };
  }, [html]);
  return <div class="markdown cell-out" ref={box} />;
}
