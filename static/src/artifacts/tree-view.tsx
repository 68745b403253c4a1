// The tree as it is drawn: only the rows in view, walked with the arrow keys.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { tellingOf } from '../api/errors';
import { formatBytes } from '../format';
import { t, tn } from '../i18n';
import { Icon } from '../ui/icons';
import { shownOf, stepOf } from './images';
import { type Folders, isPicked, parentOf, type Row, totalOf } from './tree';
import { useWindowed } from './windowed';

export const ROW = 26;

export interface TreeActions {
  /** A file, or a folder. */
  choose: (path: string) => void;
  open: (folder: string, open: boolean) => void;
  pick: (paths: readonly string[], on: boolean) => void;
  retry: (folder: string) => void;
}

interface Props { rows: readonly Row[]; folders: Folders; path: string; picked: ReadonlySet<string>; actions: TreeActions }

const pathsOf = (row: Row): readonly string[] => (row.kind === 'note' ? [] : row.kind === 'images' ? row.set.files : [row.path]);

function isChosen(row: Row, path: string): boolean {
  if (row.kind === 'note') return false;
  return row.kind === 'images' ? stepOf(row.set, path) >= 0 : row.path === path;
}

/** Where a click on it leads: of pictures to the last step. */
function target(row: Row): string | null {
  if (row.kind === 'note') return null;
  return row.kind === 'images' ? shownOf(row.set.steps[row.set.steps.length - 1]!).path : row.path;
}

export function TreeView({ rows, folders, path, picked, actions }: Props): JSX.Element {
  const { box, from, to, reveal } = useWindowed<HTMLDivElement>(rows.length, ROW);
  const [currentId, setCurrentId] = useState('');
  const focusWanted = useRef(false);
  const lastPicked = useRef('');
  const chosenAt = rows.findIndex(r => isChosen(r, path));
  const at = Math.max(0, currentId ? rows.findIndex(r => r.id === currentId) : chosenAt);

  useEffect(() => {
    if (chosenAt < 0) return;
    setCurrentId(rows[chosenAt]!.id);
    reveal(chosenAt);
  }, [path, chosenAt >= 0]);
  // The row may have to be drawn before it can have the focus.
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-at="${at}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    focusWanted.current = false;
  });

  const move = (i: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, i));
    const row = rows[next];
    if (!row) return;
    focusWanted.current = true;
    setCurrentId(row.id);
    reveal(next);
    if (row.kind === 'file' || row.kind === 'images') actions.choose(isChosen(row, path) ? path : target(row)!);
  };
  const act = (row: Row) => {
    setCurrentId(row.id);
    if (row.kind === 'note') return row.note === 'failed' ? actions.retry(row.folder) : undefined;
    if (row.kind === 'folder') {
      actions.open(row.path, !row.open);
      if (!row.open) actions.choose(row.path);
    } else actions.choose(target(row)!);
  };
  const pick = (i: number, range: boolean) => {
    const row = rows[i];
    if (!row || row.kind === 'note') return;
    const on = !pathsOf(row).every(p => isPicked(picked, p));
    const other = range ? rows.findIndex(r => r.id === lastPicked.current) : -1;
    const [a, b] = other < 0 ? [i, i] : [Math.min(i, other), Math.max(i, other)];
    actions.pick(rows.slice(a, b + 1).flatMap(pathsOf), on);
    lastPicked.current = row.id;
  };
  const key = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const row = rows[at];
    if (!row) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 260) / ROW) - 1);
    if (e.key === 'ArrowDown') move(at + 1);
    else if (e.key === 'ArrowUp') move(at - 1);
    else if (e.key === 'PageDown') move(at + page);
    else if (e.key === 'PageUp') move(at - page);
    else if (e.key === 'Home') move(0);
    else if (e.key === 'End') move(rows.length - 1);
    else if (e.key === 'ArrowRight' && row.kind === 'folder') {
      if (row.open) move(at + 1);
      else actions.open(row.path, true);
    } else if (e.key === 'ArrowLeft') {
      if (row.kind === 'folder' && row.open) actions.open(row.path, false);
      else {
        const folder = row.kind === 'note' ? row.folder : row.kind === 'images' ? row.set.folder : parentOf(row.path);
        const above = rows.findIndex(r => r.kind === 'folder' && r.path === folder);
        if (above >= 0) move(above);
      }
    } else if (e.key === 'Enter') act(row);
    else if (e.key === ' ') pick(at, e.shiftKey);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };

  const stop = at >= from && at < to ? at : from; // where Tab comes in
  return (
    <div class="tree-box" ref={box}>
      <div class="tree" role="tree" aria-label={t('artifacts')} aria-multiselectable="true" data-testid="tree" style={{ height: `${rows.length * ROW}px` }} onKeyDown={key}>
        {rows.slice(from, to).map((row, i) => (
          <TreeRow
            key={row.id} row={row} at={from + i} current={from + i === stop} chosen={isChosen(row, path)} folders={folders} picked={picked}
            onAct={() => act(row)} onPick={range => pick(from + i, range)} onFocus={() => setCurrentId(row.id)}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps { row: Row; at: number; current: boolean; chosen: boolean; folders: Folders; picked: ReadonlySet<string>; onAct: () => void; onPick: (range: boolean) => void; onFocus: () => void }

function TreeRow({ row, at, current, chosen, folders, picked, onAct, onPick, onFocus }: RowProps): JSX.Element {
  const place = { style: { top: `${at * ROW}px`, paddingInlineStart: `${row.depth * 14 + 4}px` }, tabIndex: current ? 0 : -1, 'data-at': at, 'aria-level': row.depth + 1, 'aria-setsize': row.of, 'aria-posinset': row.at };
  if (row.kind === 'note')
    return (
      <div role="treeitem" class="tree-row note muted" {...place} onClick={onAct} onFocus={onFocus}>
        <span class="tree-name">{row.note === 'failed' ? <><Icon name="warn" /> {t('artifacts.folder.failed', { why: tellingOf(row.error).detail })}</> : t(row.note === 'empty' ? 'artifacts.folder.empty' : 'loading')}</span>
      </div>
    );
  const paths = pathsOf(row);
  const on = paths.every(p => isPicked(picked, p));
  const inherited = on && !paths.every(p => picked.has(p));
  return (
    <div
      role="treeitem" class={`tree-row ${chosen ? 'selected' : ''}`} title={row.kind === 'images' ? row.name : row.path} {...place}
      aria-expanded={row.kind === 'folder' ? row.open : undefined} aria-selected={chosen} aria-checked={on} onClick={onAct} onFocus={onFocus}
    >
      <input
        type="checkbox" tabIndex={-1} aria-hidden="true" checked={on} disabled={inherited} title={t('artifacts.pick', { name: row.name })}
        onClick={e => {
          e.stopPropagation();
          onPick(e.shiftKey);
        }}
      />
      {row.kind === 'folder' ? <Icon name="right" class={row.open ? 'turned' : ''} /> : <span class="tree-gap" />}
      <Icon name={row.kind === 'folder' ? 'folder' : row.kind === 'images' ? 'image' : 'file'} />
      <span class="tree-name">{row.name}</span>
      <span class="muted size">{note(row, folders)}</span>
    </div>
  );
}

/** How large it is; of a folder as far as it is known. */
function note(row: Row, folders: Folders): string {
  if (row.kind === 'file') return row.size === undefined ? '' : formatBytes(row.size);
  if (row.kind === 'images') return tn('artifacts.steps', row.set.steps.length);
  if (row.kind !== 'folder' || folders.get(row.path)?.state !== 'read') return '';
  const total = totalOf(folders, row.path);
  return total.whole ? formatBytes(total.bytes) : `≥ ${formatBytes(total.bytes)}`;
}
