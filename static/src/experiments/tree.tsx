// The folders beside the list, walked with the arrow keys.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, t } from '../i18n';
import { Icon } from '../ui/icons';
import { drawnFolders, type Folder, waysTo } from './folders';

/** Folders of the top that are few enough to be shown with what is in them. */
const FEW = 8;

export function FolderTree({ top, total, folder, choose }: { top: readonly Folder[]; total: number; folder: string; choose: (folder: string) => void }): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(top.length <= FEW ? top.map(f => f.path) : []));
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => setOpen(now => new Set([...now, ...waysTo(folder)])), [folder]);
  const root: Folder = useMemo(() => ({ path: '', name: t('experiments.folders.all'), depth: -1, experiments: total, folders: [] }), [total]);
  const drawn = [root, ...drawnFolders(top, open)];
  const toggle = (f: Folder, to: boolean) => setOpen(now => new Set(to ? [...now, f.path] : [...now].filter(p => p !== f.path)));
  const chosen = Math.max(0, drawn.findIndex(f => f.path === folder));

  const focus = (i: number) => box.current?.querySelectorAll<HTMLElement>('[role="treeitem"]')[Math.max(0, Math.min(drawn.length - 1, i))]?.focus();
  const key = (e: KeyboardEvent, f: Folder, i: number) => {
    const parent = () => drawn.findIndex(p => p.path === f.path.split('/').slice(0, -1).join('/'));
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'ArrowDown') focus(i + 1);
    else if (e.key === 'ArrowUp') focus(i - 1);
    else if (e.key === 'Home') focus(0);
    else if (e.key === 'End') focus(drawn.length - 1);
    else if (e.key === 'ArrowRight' && f.folders.length > 0) open.has(f.path) ? focus(i + 1) : toggle(f, true);
    else if (e.key === 'ArrowLeft') open.has(f.path) ? toggle(f, false) : focus(parent());
    else if (e.key === 'Enter' || e.key === ' ') choose(f.path);
    else return;
    e.preventDefault();
  };
  return (
    <ul ref={box} class="folders" role="tree" aria-label={t('experiments.folders')}>
      {drawn.map((f, i) => (
        <li
          key={f.path} role="treeitem" aria-level={f.depth + 2} aria-selected={f.path === folder} aria-expanded={f.folders.length > 0 ? open.has(f.path) : undefined} tabIndex={i === chosen ? 0 : -1}
          title={f.path || undefined} style={{ '--depth': f.depth + 1 }} onClick={() => choose(f.path)} onKeyDown={e => key(e, f, i)}
        >
          <span class={`folder-arrow ${f.folders.length > 0 ? '' : 'none'}`} aria-hidden="true" onClick={e => { e.stopPropagation(); toggle(f, !open.has(f.path)); }}>
            <Icon name="right" class={open.has(f.path) ? 'turned' : ''} />
          </span>
          <span class="folder-name">{f.name}</span>
          <span class="muted">{count(f.experiments)}</span>
        </li>
      ))}
    </ul>
  );
}
