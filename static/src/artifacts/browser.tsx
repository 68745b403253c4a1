// Files of a run or of a model: a tree that is read folder by folder, and a look into the chosen one. What is chosen, which
// folders are open and the filter are in the address.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatBytes } from '../format';
import { t, tn } from '../i18n';
import { replace, route } from '../state/router';
import { lazy } from '../ui/lazy';
import { Empty, Failure, Loading } from '../ui/parts';
import { Actions } from './actions';
import { Chosen } from './chosen';
import { type Chosen as Dropped, readDropped } from './dropped';
import { FolderView, hasLook } from './folder';
import { imageName, nearestImage } from './images';
import { startWidth, Splitter } from './splitter';
import type { ArtifactSource } from './source';
import { ancestors, find, isPicked, parentOf, pickedPaths, rowsOf, totalOf, unreadOf } from './tree';
import { TreeView } from './tree-view';
import { useFolders } from './use-folders';
import type { Item } from './weigh';

const RemoveDialog = lazy(() => import('./remove').then(m => m.RemoveDialog));
const Upload = lazy(() => import('./upload').then(m => m.Upload));

const OPEN = 'open';
const FILTER = 'find';
/** A search through closed folders reads no more than this, and so many at a time. */
const MOST_FOLDERS = 500;
const AT_ONCE = 6;

/** The address of a file, with the folders that stay open beside it. */
function addressOf(source: ArtifactSource, path: string, open: ReadonlySet<string>, filter: string): string {
  const query = new URLSearchParams(route.value.query);
  const implied = new Set(ancestors(path));
  query.delete(OPEN);
  for (const folder of open) if (!implied.has(folder)) query.append(OPEN, folder);
  if (filter) query.set(FILTER, filter);
  else query.delete(FILTER);
  return source.page(path, query);
}

export function ArtifactBrowser({ source, path }: { source: ArtifactSource; path: string }): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set([...route.value.query.getAll(OPEN), ...ancestors(path)]));
  const [filter, setFilter] = useState(() => route.value.query.get(FILTER) ?? '');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [width, setWidth] = useState(startWidth);
  const [batch, setBatch] = useState<{ turn: number; picked: Promise<Dropped[]> } | null>(null);
  const [over, setOver] = useState(false);
  const send = (picked: File[] | DataTransferItem[]) => setBatch(now => ({ turn: (now?.turn ?? 0) + 1, picked: readDropped(picked) }));
  const [deep, setDeep] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const wanted = ['', ...open, ...ancestors(path)];
  const { folders, read } = useFolders(source, wanted);
  const rows = useMemo(() => rowsOf(folders, open, filter), [folders, open, filter]);
  const found = find(folders, path);
  const root = folders.get('');

  useEffect(() => {
    setPicked(new Set());
  }, [source.key]);
  useEffect(() => {
    if (ancestors(path).some(a => !open.has(a))) setOpen(now => new Set([...now, ...ancestors(path)]));
    if (found.kind === 'folder' && path !== '' && !open.has(path)) setOpen(now => new Set([...now, path]));
  }, [path, found.kind]);
  // A picture of another run has another name: the one of the same key and step is meant.
  useEffect(() => {
    const image = found.kind === 'missing' && imageName(path);
    const folder = image && folders.get(parentOf(path));
    const near = folder && folder.state === 'read' ? nearestImage(folder.sets, image) : null;
    if (near) replace(addressOf(source, near, open, filter));
  }, [found.kind, path]);

  useEffect(() => {
    if (!deep) return;
    const unread = unreadOf(folders);
    if (unread.length === 0 || folders.size >= MOST_FOLDERS || filter === '') setDeep(false);
    else for (const name of unread.slice(0, AT_ONCE)) read(name);
  }, [deep, folders]);

  const show = (next: { path?: string; open?: ReadonlySet<string>; filter?: string }) => {
    if (next.open) setOpen(next.open);
    if (next.filter !== undefined) setFilter(next.filter);
    replace(addressOf(source, next.path ?? path, next.open ?? open, next.filter ?? filter));
  };
  const uploaded = () => {
    read(folder, true);
    setPicked(new Set());
  };
  const removed = (paths: readonly string[]) => {
    // The folders above are read again: one that has nothing left may be gone.
    for (const name of new Set(['', ...paths.flatMap(ancestors)])) if (folders.has(name)) read(name, true);
    setPicked(new Set());
    const gone = new Set(paths);
    if (isPicked(gone, path)) show({ path: ancestors(path).filter(a => !isPicked(gone, a)).at(-1) ?? '' });
  };
  const folder = found.kind === 'folder' ? path : parentOf(path);
  const writable = Boolean(source.editable ?? source.uploadUrl);
  const total = totalOf(folders, '');
  const selection = pickedPaths(picked);
  const [removing, setRemoving] = useState<readonly Item[] | null>(null);
  const remove = () => setRemoving(selection.map(p => {
    const there = find(folders, p);
    return { path: p, folder: there.kind === 'folder', size: there.kind === 'file' || there.kind === 'images' ? there.size : undefined };
  }));
  const drop = writable && {
    onDragOver: (e: DragEvent) => {
      if (!e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      setOver(true);
    },
    onDragLeave: (e: DragEvent) => {
      if (!(e.relatedTarget instanceof Node && box.current?.contains(e.relatedTarget))) setOver(false);
    },
    onDrop: (e: DragEvent) => {
      e.preventDefault();
      setOver(false);
      send([...(e.dataTransfer?.items ?? [])].filter(i => i.kind === 'file'));
    },
  };

  const empty = root?.state === 'read' && rows.length === 1 && rows[0]!.kind === 'note' && filter === '';
  return (
    <div ref={box} class={`artifacts ${over ? 'drop-over' : ''}`} {...drop}>
      {over && <p class="drop-note" role="status">{t('artifacts.drop', { folder: `${folder}/` })}</p>}
      {root?.state === 'failed' && path === '' ? (
        <Failure error={root.error} retry={() => read('', true)} />
      ) : empty && path === '' ? (
        <div class="artifacts-empty">
          <Empty title={source.empty()} code={source.lines()} />
          {writable && <Actions source={source} picked={[]} folder="" onFiles={send} onClear={() => undefined} bare />}
        </div>
      ) : (
        <div class="artifact-columns" style={{ '--tree-width': `${width}px` }}>
          <div class="artifact-side">
            <div class="artifact-bar">
              <input
                type="search" class="search" aria-label={t('artifacts.find')} placeholder={t('artifacts.find')} value={filter}
                onInput={e => show({ filter: e.currentTarget.value })} onKeyDown={e => e.stopPropagation()}
              />
              <Actions source={source} picked={selection} folder={folder} onFiles={send} onClear={() => setPicked(new Set())} onRemove={source.editable && remove} />
            </div>
            {!root ? (
              <Loading />
            ) : rows.length === 0 ? (
              <p class="muted artifact-hint">{t('artifacts.find.none')}</p>
            ) : (
              <TreeView
                rows={rows} folders={folders} path={path} picked={picked}
                actions={{
                  choose: next => show({ path: next }),
                  open: (name, on) => {
                    const next = new Set(open);
                    if (on) next.add(name);
                    else next.delete(name);
                    show({ open: next });
                  },
                  pick: (paths, on) => setPicked(now => {
                    const next = new Set(now);
                    for (const p of paths) if (on) next.add(p);
                    else next.delete(p);
                    return next;
                  }),
                  retry: name => read(name, true),
                }}
              />
            )}
            <p class="muted tree-foot" data-testid="total">
              {root?.state === 'read' && tn(total.whole ? 'artifacts.total' : 'artifacts.total.least', total.files, { size: formatBytes(total.bytes) })}
              {filter !== '' && !total.whole && (
                <> {t('artifacts.find.part')} <button type="button" class="link" disabled={deep} onClick={() => setDeep(true)}>{t('artifacts.find.deep')}</button></>
              )}
            </p>
          </div>
          <Splitter width={width} onWidth={setWidth} />
          <div class="artifact-view">
            {path === '' ? (hasLook(root) ? <FolderView source={source} folder={root} onShow={next => show({ path: next })} /> : <p class="muted artifact-hint">{t('artifacts.choose')}</p>)
              : found.kind === 'missing' ? <p class="artifact-hint" role="status">{t('artifacts.missing', { path })}</p>
              : found.kind === 'unknown' && root?.state !== 'failed' && ![...ancestors(path)].some(a => folders.get(a)?.state === 'failed') ? <Loading />
              : <Chosen key={found.kind === 'images' ? `${found.set.folder}//${found.set.key}` : path} source={source} path={path} found={found} folders={folders} onShow={next => show({ path: next })} onRemoved={removed} />}
          </div>
        </div>
      )}
      {removing && <RemoveDialog source={source} items={removing} onClose={() => setRemoving(null)} onDone={removed} />}
      {batch && <Upload key={batch.turn} source={source} folder={folder} folders={folders} picked={batch.picked} onClose={() => setBatch(null)} onDone={uploaded} />}
    </div>
  );
}
