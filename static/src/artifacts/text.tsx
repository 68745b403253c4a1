// Text of any length: lines with their numbers, of which those in view are drawn; read further when asked.
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { artifacts } from '../api';
import { formatBytes } from '../format';
import { count, t } from '../i18n';
import { useLoad } from '../state/load';
import { Copy, Failure, IconButton, Loading } from '../ui/parts';
import { extension, looksLikeText, TEXT_HEAD } from './kinds';
import { HexRows } from './hex';
import { PartNote } from './part-note';
import type { PreviewProps } from './preview-props';
import { layout, LineReader, linesWith } from './text-lines';
import { useGrowing } from './use-growing';
import { useWindowed } from './windowed';

const ROW = 18;
/** Longer lines are broken even when they are not to be: no browser lays out a megabyte in one line. */
const LONGEST = 2000;
const prose = new Set(['txt', 'log', 'err', 'out', 'md', 'markdown', 'rst', 'tex', 'html', 'htm', 'svg', 'jsonl', 'ndjson', 'json', 'ipynb', 'geojson']);

/** Any file that turns out to be text is shown as such; the bytes of another one. */
export function TextPreview({ url, path, size }: PreviewProps): JSX.Element {
  const reader = useRef(new LineReader());
  const [head, setHead] = useState<Uint8Array | null>(null);
  const [end, setEnd] = useState(false);
  const file = useGrowing(url, size, TEXT_HEAD, (bytes, last) => {
    reader.current.push(bytes, last);
    setHead(now => now ?? bytes);
  });
  if (!head) return file.error !== null ? <Failure error={file.error} retry={file.more} /> : <Loading />;
  if (head.length === 0) return <p class="muted artifact-hint">{t('artifacts.zero')}</p>;
  if (!looksLikeText(head)) return <HexRows bytes={head.subarray(0, 4096)} />;
  return (
    <div class="preview">
      {end ? (
        <p class="preview-note">{t('artifacts.tail.shown', { n: formatBytes(TEXT_HEAD), size: formatBytes(file.size!) })} <button type="button" class="link" onClick={() => setEnd(false)}>{t('artifacts.tail.back')}</button></p>
      ) : (
        <PartNote file={file}>{file.size !== undefined && <> · <button type="button" class="link" onClick={() => setEnd(true)}>{t('artifacts.tail')}</button></>}</PartNote>
      )}
      {end ? <Tail url={url} path={path} size={file.size!} /> : <TextView path={path} lines={reader.current.lines} version={file.loaded} />}
    </div>
  );
}

/** The last lines, of which nobody knows the numbers. */
function Tail({ url, path, size }: { url: string; path: string; size: number }): JSX.Element {
  const tail = useLoad(`tail ${url}`, async signal => {
    const { bytes } = await artifacts.range(url, size - TEXT_HEAD, size, signal);
    const reader = new LineReader();
    reader.push(bytes.subarray(bytes.indexOf(10) + 1), true); // what came before is a part of a line
    return reader.lines;
  });
  if (tail.error !== null) return <Failure error={tail.error} retry={tail.reload} />;
  if (!tail.data) return <Loading />;
  return <TextView path={path} lines={tail.data} version={0} atEnd />;
}

/** `version` tells that lines have come. */
export function TextView({ path, lines, version, atEnd }: { path: string; lines: readonly string[]; version: number; /** Begins at the last line, and counts none. */ atEnd?: boolean }): JSX.Element {
  const [wrap, setWrap] = useState(prose.has(extension(path)) || !extension(path));
  const [wanted, setWanted] = useState('');
  const [hit, setHit] = useState(0);
  const [fit, setFit] = useState(0);
  const digits = atEnd ? 0 : String(lines.length).length;
  const plan = useMemo(() => layout(lines, wrap ? Math.max(20, fit || 100) : LONGEST), [lines, version, wrap, fit]);
  const { box, from, to, reveal } = useWindowed<HTMLDivElement>(plan.count, ROW);
  const hits = useMemo(() => linesWith(lines, wanted), [lines, version, wanted]);

  // How many letters fit beside the numbers.
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => {
      const letter = element.querySelector('.measure')!.getBoundingClientRect().width / 100;
      if (letter > 0) setFit(Math.floor((element.clientWidth - 24) / letter) - digits - 2);
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [digits]);

  useLayoutEffect(() => {
    if (atEnd && fit > 0) reveal(plan.count - 1);
  }, [fit]);

  const goTo = (i: number) => {
    if (hits.length === 0) return;
    const next = (i + hits.length) % hits.length;
    setHit(next);
    reveal(plan.rowOf(hits[next]!));
  };
  const rows = [];
  for (let row = from; row < to; row++) {
    const { line, from: a, to: b } = plan.piece(row);
    rows.push(
      <div key={row} class={`line ${wanted && hits[hit] === line ? 'hit' : ''}`} data-no={a === 0 && !atEnd ? line + 1 : ''} style={{ top: `${row * ROW}px` }}>
        {wanted ? marked(lines[line]!.slice(a, b), wanted) : lines[line]!.slice(a, b) || ' '}
      </div>,
    );
  }
  return (
    <>
      <div class="image-bar">
        <input
          type="search" class="search small" aria-label={t('artifacts.search')} placeholder={t('artifacts.search')} value={wanted}
          onInput={e => {
            setWanted(e.currentTarget.value);
            setHit(0);
            const first = linesWith(lines, e.currentTarget.value)[0];
            if (first !== undefined) reveal(plan.rowOf(first));
          }}
          onKeyDown={e => {
            e.stopPropagation();
            if (e.key === 'Enter' && !e.isComposing) goTo(hit + (e.shiftKey ? -1 : 1));
          }}
        />
        {wanted && <span class="muted" role="status">{hits.length === 0 ? t('artifacts.search.none') : `${count(hit + 1)} / ${count(hits.length)}`}</span>}
        {hits.length > 1 && <span><IconButton icon="up" class="quiet" label={t('artifacts.search.back')} onClick={() => goTo(hit - 1)} /><IconButton icon="down" class="quiet" label={t('artifacts.search.next')} onClick={() => goTo(hit + 1)} /></span>}
        <label class="switch"><input type="checkbox" checked={wrap} onChange={e => setWrap(e.currentTarget.checked)} /> {t('artifacts.wrap')}</label>
        <Copy text={lines.join('\n')} label={t('artifacts.copy.text')} />
      </div>
      <div ref={box} class="text-box" tabIndex={0} role="region" aria-label={t('artifacts.content')} style={{ '--digits': `${digits + 1}ch` }}>
        <span class="measure" aria-hidden="true">{'0'.repeat(100)}</span>
        <div class="text-lines" data-testid="text" style={{ height: `${plan.count * ROW}px`, minWidth: wrap ? '0' : `${plan.widest + digits + 4}ch` }}>{rows}</div>
      </div>
    </>
  );
}

function marked(text: string, wanted: string): JSX.Element {
  const parts = [];
  const small = text.toLowerCase();
  let at = 0;
  for (let found = small.indexOf(wanted.toLowerCase()); found >= 0 && parts.length < 200; found = small.indexOf(wanted.toLowerCase(), at)) {
    parts.push(text.slice(at, found), <mark key={found}>{text.slice(found, found + wanted.length)}</mark>);
    at = found + wanted.length;
  }
  return <>{parts}{text.slice(at)}</>;
}
