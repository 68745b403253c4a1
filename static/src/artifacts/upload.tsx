// Files that were chosen or dropped are sent one after the other; each says how far it is, or why it was refused.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { artifacts, isAbort, messageOf } from '../api';
import { formatBytes } from '../format';
import { t, tn } from '../i18n';
import { Icon } from '../ui/icons';
import { Failure } from '../ui/parts';
import { baseName, type Folders } from './tree';
import type { Chosen } from './dropped';
import type { ArtifactSource } from './source';

/** What the server takes without an artifact proxy. */
const MOST_WITHOUT_PROXY = 10 * 1024 * 1024;

interface Props { source: ArtifactSource; folder: string; folders: Folders; picked: Promise<Chosen[]>; onClose: () => void; onDone: () => void }
interface Progress { sent: number; state: 'waits' | 'runs' | 'done' | 'failed'; why?: string }

function existing(folders: Folders, folder: string): Set<string> {
  const read = folders.get(folder);
  if (read?.state !== 'read') return new Set();
  return new Set([...read.files.map(f => f.path), ...read.folders.map(f => f.path), ...read.sets.flatMap(s => s.files)].map(baseName));
}

export function Upload({ source, folder, folders, picked, onClose, onDone }: Props): JSX.Element {
  const [target] = useState(folder); // where the reader was when they chose
  const [files, setFiles] = useState<Chosen[] | null>(null);
  const [unread, setUnread] = useState<unknown>(null);
  const [progress, setProgress] = useState<Progress[]>([]);
  const [agreed, setAgreed] = useState(false);
  const [turn, setTurn] = useState(0);
  const stop = useMemo(() => new AbortController(), []);
  const box = useRef<HTMLElement>(null);
  const known = useMemo(() => existing(folders, target), []);

  useEffect(() => {
    void picked.then(found => {
      setFiles(found);
      setProgress(found.map(() => ({ sent: 0, state: 'waits' })));
      box.current?.focus();
    }, setUnread);
    return () => stop.abort();
  }, []);
  const replaced = files?.filter(f => known.has(f.path.split('/')[0]!)) ?? [];
  const ready = files !== null && (agreed || replaced.length === 0);

  const one = async (i: number, chosen: Chosen) => {
    const path = target ? `${target}/${chosen.path}` : chosen.path;
    const set = (change: Partial<Progress>) => setProgress(all => all.map((p, k) => (k === i ? { ...p, ...change } : p)));
    set({ state: 'runs', sent: 0 });
    try {
      if (source.editable) await artifacts.upload('PUT', source.editable(path), chosen.file, sent => set({ sent }), stop.signal);
      else if (chosen.file.size > MOST_WITHOUT_PROXY) throw new Error(t('artifacts.upload.large', { size: formatBytes(MOST_WITHOUT_PROXY) }));
      else await artifacts.upload('POST', source.uploadUrl!(path), chosen.file, sent => set({ sent }), stop.signal);
      set({ state: 'done', sent: chosen.file.size });
    } catch (e) {
      if (!isAbort(e)) set({ state: 'failed', why: messageOf(e) });
    }
  };
  useEffect(() => {
    if (!ready || files.length === 0) return;
    void (async () => {
      for (const [i, chosen] of files.entries()) {
        if (stop.signal.aborted) return;
        if (progress[i]?.state !== 'done') await one(i, chosen);
      }
      if (!stop.signal.aborted) onDone();
    })();
  }, [ready, turn]);

  const done = progress.filter(p => p.state === 'done').length;
  const failed = progress.filter(p => p.state === 'failed').length;
  const over = progress.length > 0 && done + failed === progress.length;
  const all = files?.reduce((sum, f) => sum + f.file.size, 0) ?? 0;
  const sent = progress.reduce((sum, p) => sum + p.sent, 0);
  return (
    <section class="uploads" aria-label={t('artifacts.upload')} tabIndex={-1} ref={box} data-testid="uploads">
      <header>
        <h3>{t('artifacts.upload.to', { folder: `${target}/` })}</h3>
        <span class="muted" role="status">{over ? tn('artifacts.uploaded', done) : ready ? `${formatBytes(sent)} / ${formatBytes(all)}` : ''}</span>
        {over && failed > 0 && <button type="button" onClick={() => setTurn(turn + 1)}>{t('retry')}</button>}
        <button type="button" class="plain" onClick={onClose}>{over || !files ? t('close') : t('cancel')}</button>
      </header>
      {unread !== null && <Failure error={unread} />}
      {files?.length === 0 && <p class="muted">{t('artifacts.upload.none')}</p>}
      {!ready && replaced.length > 0 && (
        <p class="upload-ask">
          {tn('artifacts.upload.replace', replaced.length, { name: replaced[0]!.path })} <button type="button" class="danger" onClick={() => setAgreed(true)}>{t('artifacts.upload.agree')}</button>
        </p>
      )}
      <ul>
        {files?.slice(0, 200).map((f, i) => {
          const p = progress[i] ?? { sent: 0, state: 'waits' };
          return (
            <li key={f.path} class={p.state}>
              <Icon name={p.state === 'done' ? 'check' : p.state === 'failed' ? 'warn' : 'file'} />
              <span class="tree-name">{f.path}</span>
              {p.state === 'failed' ? <span class="field-error" role="alert">{p.why}</span> : <progress max={Math.max(1, f.file.size)} value={p.state === 'done' ? Math.max(1, f.file.size) : p.sent} aria-label={f.path} />}
              <span class="muted size">{formatBytes(f.file.size)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
