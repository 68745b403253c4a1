// The pictures of runs beside each other: every key, at one step for all. Two of them can be laid over each other.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { artifacts, artifactUrl } from '../api';
import { imageType } from '../artifacts/kinds';
import { useObjectUrl } from '../artifacts/object-url';
import type { DrawnRun } from '../charts/settings';
import type { ViewProps } from '../grid/view-props';
import { formatBytes } from '../format';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { imageLines } from '../ui/first-lines';
import { Empty, Failure, IconButton, Loading } from '../ui/parts';
import { choose, member } from './choices';
import { LISTINGS_MOST, type Picture, pictureAt, type Pictures, readRuns, stepsOf } from './pictures';

/** Keys that are shown at once; pictures are fetched when they come into view. */
const KEYS_MOST = 40;
/** Larger pictures are fetched when they are asked for. */
const SIZE_MOST = 4 * 1024 * 1024;

const modes = ['grid', 'blend', 'blink', 'difference'] as const;
type Mode = (typeof modes)[number];

export function Gallery(p: ViewProps): JSX.Element {
  const runs = p.runs;
  const shelf = useLoad(`pictures ${runs.map(r => r.id).join(' ')}`, signal => readRuns(runs.map(r => r.id), signal));
  if (shelf.error !== null) return <Failure error={shelf.error} retry={shelf.reload} />;
  if (!shelf.data) return <Loading />;
  const { pictures, read, left } = shelf.data;
  const note = [t('gallery.runs', { n: count(runs.length), total: count(p.total) }), tn('gallery.read', read), left > 0 && tn('gallery.left', left, { most: count(LISTINGS_MOST) })].filter(Boolean).join(' · ');
  return (
    <section class="plot-view gallery" aria-label={t('gallery')} data-testid="gallery">
      <h2 class="sr-only">{t('gallery')}</h2>
      {pictures.size === 0
        ? <><Empty title={t('gallery.empty')} {...(runs[0] && { code: imageLines(runs[0].id) })} /><p class="muted plot-hint" role="status">{note}</p></>
        : <Shown pictures={pictures} runs={runs} note={note} reload={shelf.reload} />}
    </section>
  );
}

function Shown({ pictures, runs, note, reload }: { pictures: Pictures; runs: readonly DrawnRun[]; note: string; reload: () => void }): JSX.Element {
  const all = [...pictures.keys()];
  const chosen = member('gkey');
  const keys = chosen !== null && pictures.has(chosen) ? [chosen] : all.slice(0, KEYS_MOST);
  const steps = stepsOf(pictures, keys);
  const wanted = Number(member('gstep') ?? NaN);
  const last = steps.length - 1;
  const exact = steps.indexOf(wanted);
  // A step that no picture has: the one before it.
  const at = Number.isNaN(wanted) ? last : exact >= 0 ? exact : Math.max(0, steps.filter(s => s <= wanted).length - 1);
  const step = steps[at] ?? null;
  const mode: Mode = modes.find(m => m === member('gmode')) ?? 'grid';
  const show = (i: number) => {
    const to = Math.max(0, Math.min(last, i));
    if (to !== at) choose({ gstep: to === last ? null : String(steps[to]) });
  };
  const key = (e: KeyboardEvent) => {
    const target = e.target as HTMLElement;
    if (target.closest('select, input, [role="menu"]') || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'ArrowLeft') show(at - 1);
    else if (e.key === 'ArrowRight') show(at + 1);
    else if (e.key === 'Home') show(0);
    else if (e.key === 'End') show(last);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="gallery-body" onKeyDown={key} tabIndex={0} role="group" aria-label={t('gallery.keys')}>
      <div class="plot-bar">
        <label class="plot-choice">
          <span>{t('gallery.key')}</span>
          <select value={keys.length === 1 ? keys[0] : ''} onChange={e => choose({ gkey: e.currentTarget.value || null })}>
            {all.length > 1 && <option value="">{t('gallery.key.all', { n: count(all.length) })}</option>}
            {all.map(k => <option key={k} value={k}>{k}</option>)}
          </select>
        </label>
        {steps.length > 1 && (
          <label class="plot-choice">
            <span>{t('chart.step')}</span>
            <input type="range" min={0} max={last} value={at} aria-valuetext={String(step)} data-testid="gallery-step" onInput={e => show(Number(e.currentTarget.value))} />
            <output>{step} <span class="muted">({at + 1}/{steps.length})</span></output>
          </label>
        )}
        {runs.length > 1 && (
          <div class="segmented" role="group" aria-label={t('gallery.mode')}>
            {modes.map(m => <button key={m} type="button" aria-pressed={m === mode} onClick={() => choose({ gmode: m === 'grid' ? null : m })}>{t(`gallery.mode.${m}`)}</button>)}
          </div>
        )}
        <span class="plot-status count" role="status">{note}</span>
        <IconButton icon="refresh" label={t('refresh')} onClick={reload} />
      </div>
      {mode === 'grid' || runs.length < 2
        ? keys.map(k => <Shelf key={k} name={k} of={pictures.get(k)!} runs={runs} step={step} />)
        : <Over pictures={pictures} keys={keys} runs={runs} step={step} mode={mode} />}
      {keys.length < all.length && chosen === null && <p class="muted">{t('gallery.keys.more', { n: count(keys.length), total: count(all.length) })}</p>}
    </div>
  );
}

function Shelf({ name, of, runs, step }: { name: string; of: ReadonlyMap<string, Picture[]>; runs: readonly DrawnRun[]; step: number | null }): JSX.Element {
  const some = runs.filter(r => of.has(r.id));
  return (
    <section class="gallery-shelf" aria-label={name}>
      <h3 title={name}>{name} <span class="muted">{some.length < runs.length && t('gallery.of', { n: count(some.length), total: count(runs.length) })}</span></h3>
      <ul class="gallery-cards">
        {some.map(r => <li key={r.id}><Card name={name} run={r} picture={pictureAt(of.get(r.id), step)!} step={step} /></li>)}
      </ul>
    </section>
  );
}

const pageOf = (run: DrawnRun, path: string) => `${run.href}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;

function Card({ name, run, picture, step }: { name: string; run: DrawnRun; picture: Picture; step: number | null }): JSX.Element {
  const other = picture.step !== null && picture.step !== step;
  return (
    <figure>
      <a class="gallery-frame" href={pageOf(run, picture.path)} title={picture.path}><Image run={run.id} picture={picture} alt={altOf(name, run, picture)} /></a>
      <figcaption>
        <a href={run.href} title={run.name}>{run.name}</a>
        {picture.step !== null && <span class={other ? 'gallery-other' : 'muted'} title={other ? t('gallery.nearest') : undefined}>{t('chart.step')} {picture.step}</span>}
      </figcaption>
    </figure>
  );
}

const altOf = (name: string, run: DrawnRun, p: Picture) => [name, run.name, p.step === null ? '' : `${t('chart.step')} ${p.step}`].filter(Boolean).join(', ');

/** Bytes of pictures that were shown, so that a step back is there at once; those seen longest ago go first. */
const kept = new Map<string, Blob>();
const KEPT_MOST = 48 * 1024 * 1024;

async function fetchPicture(url: string, path: string, signal: AbortSignal): Promise<Blob> {
  const had = kept.get(url);
  const blob = had ?? (await artifacts.blob(url, imageType(path), signal));
  kept.delete(url);
  kept.set(url, blob);
  let bytes = [...kept.values()].reduce((sum, b) => sum + b.size, 0);
  for (const [old, b] of kept) {
    if (bytes <= KEPT_MOST || old === url) break;
    kept.delete(old);
    bytes -= b.size;
  }
  return blob;
}

function Image({ run, picture, alt }: { run: string; picture: Picture; alt: string }): JSX.Element {
  const box = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  const [asked, setAsked] = useState(false);
  const [broken, setBroken] = useState('');
  useEffect(() => {
    const watch = new IntersectionObserver(all => all[all.length - 1]!.isIntersecting && setSeen(true), { rootMargin: '200px' });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const url = artifactUrl({ run_id: run, experiment_id: '' }, picture.path);
  const ready = seen && (asked || picture.size <= SIZE_MOST);
  const blob = useLoad(ready ? `picture ${url}` : '', signal => (ready ? fetchPicture(url, picture.path, signal) : Promise.resolve(undefined)));
  const source = useObjectUrl(blob.data);
  return (
    <span ref={box} class="gallery-image" data-loaded={source && broken !== source ? 'yes' : 'no'}>
      {blob.error !== null ? <span class="muted">{t('artifacts.broken')}</span>
        : !ready && picture.size > SIZE_MOST ? <button type="button" onClick={e => { e.preventDefault(); setAsked(true); }}>{t('gallery.large', { size: formatBytes(picture.size) })}</button>
        : source && broken === source ? <span class="muted">{t('artifacts.broken')}</span>
        : source ? <img src={source} alt={alt} onError={e => setBroken(e.currentTarget.src)} /> : null}
    </span>
  );
}

/** Two runs, one over the other. */
function Over({ pictures, keys, runs, step, mode }: { pictures: Pictures; keys: readonly string[]; runs: readonly DrawnRun[]; step: number | null; mode: Exclude<Mode, 'grid'> }): JSX.Element {
  const [share, setShare] = useState(50);
  const [upper, setUpper] = useState(true);
  const [still, setStill] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  const pair = (member('gpair') ?? '').split(',');
  const a = runs.find(r => r.id === pair[0]) ?? runs[0]!;
  const b = runs.find(r => r.id === pair[1] && r !== a) ?? runs.find(r => r !== a)!;
  useEffect(() => {
    if (mode !== 'blink' || still) return;
    const timer = setInterval(() => setUpper(now => !now), 700);
    return () => clearInterval(timer);
  }, [mode, still]);
  const both = keys.filter(k => pictures.get(k)?.has(a.id) && pictures.get(k)?.has(b.id));
  const side = (label: string, value: DrawnRun, other: DrawnRun, first: boolean) => (
    <label class="plot-choice">
      <span>{label}</span>
      <select value={value.id} onChange={e => choose({ gpair: first ? `${e.currentTarget.value},${e.currentTarget.value === other.id ? value.id : other.id}` : `${e.currentTarget.value === other.id ? value.id : other.id},${e.currentTarget.value}` })}>
        {runs.map(r => <option key={r.id} value={r.id}>{r.name}</option>)}
      </select>
    </label>
  );
  const opacity = mode === 'blend' ? share / 100 : mode === 'blink' ? Number(upper) : 1;
  return (
    <>
      <div class="plot-bar">
        {side('A', a, b, true)}
        {side('B', b, a, false)}
        {mode === 'blend' && (
          <label class="plot-choice"><span>A</span><input type="range" min={0} max={100} value={share} aria-label={t('gallery.blend')} aria-valuetext={`${share} % B`} onInput={e => setShare(Number(e.currentTarget.value))} /><span>B</span></label>
        )}
        {mode === 'blink' && (
          <>
            <button type="button" aria-pressed={!still} onClick={() => setStill(!still)}>{t(still ? 'gallery.blink.start' : 'gallery.blink.stop')}</button>
            <button type="button" onClick={() => { setStill(true); setUpper(!upper); }}>{t('gallery.blink.swap', { name: upper ? 'A' : 'B' })}</button>
          </>
        )}
      </div>
      {both.length === 0 && <p class="muted">{t('gallery.none.both')}</p>}
      {both.map(k => {
        // A small copy has lost something: that would be the difference.
        const [pa, pb] = [a, b].map(r => pictureAt(pictures.get(k)!.get(r.id), step)!).map(p => (mode === 'difference' ? { ...p, ...p.full } : p)) as [Picture, Picture];
        return (
          <section key={k} class="gallery-shelf" aria-label={k}>
            <h3 title={k}>{k} <span class="muted">{[pa, pb].map((p, i) => `${i ? 'B' : 'A'} ${p.step === null ? '' : `${t('chart.step')} ${p.step}`}`).join(' · ')}</span></h3>
            <div class={`gallery-over ${mode}`} data-testid="over">
              <Image run={a.id} picture={pa} alt={altOf(k, a, pa)} />
              <div class="gallery-upper" style={{ opacity }}><Image run={b.id} picture={pb} alt={altOf(k, b, pb)} /></div>
            </div>
          </section>
        );
      })}
    </>
  );
}
