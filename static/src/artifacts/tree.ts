// The rows of the tree: which folders are open, what is found in them, how much it is. Pure.
import type { FileInfo } from '../api/types';
import { foldImages, type ImageSet, stepOf } from './images';

export type Folder = { state: 'loading' } | { state: 'failed'; error: unknown } | { state: 'read'; folders: FileInfo[]; sets: ImageSet[]; files: FileInfo[] };
export type Folders = ReadonlyMap<string, Folder>;

interface Place { id: string; depth: number; name: string; /** Among its siblings, from 1. */ at: number; of: number }
export type Row =
  | (Place & { kind: 'folder'; path: string; open: boolean })
  | (Place & { kind: 'file'; path: string; size: number | undefined })
  | (Place & { kind: 'images'; set: ImageSet })
  | (Place & { kind: 'note'; folder: string; note: 'loading' | 'empty' | 'failed'; error?: unknown });

export const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** "a/b/c.txt": "a", "a/b". */
export function ancestors(path: string): string[] {
  const steps = path.split('/').slice(0, -1);
  return steps.map((_, i) => steps.slice(0, i + 1).join('/'));
}

const order = new Intl.Collator('en', { numeric: true });
const byName = (a: FileInfo, b: FileInfo) => order.compare(baseName(a.path), baseName(b.path));

export function readFolder(path: string, list: readonly FileInfo[]): Folder {
  const { sets, rest } = foldImages(path, list.filter(f => !f.is_dir));
  return {
    state: 'read',
    folders: list.filter(f => f.is_dir).sort(byName),
    sets: sets.sort((a, b) => order.compare(a.key, b.key)),
    files: rest.sort(byName),
  };
}

/** Rows from the top; with a filter only what has it in its name, and the way there. */
export function rowsOf(folders: Folders, open: ReadonlySet<string>, filter: string): Row[] {
  const wanted = filter.trim().toLowerCase();
  const rows: Row[] = [];
  const has = (name: string) => name.toLowerCase().includes(wanted);

  const walk = (path: string, depth: number, all: boolean): boolean => {
    const folder = folders.get(path);
    let at = 0;
    let found = false;
    const note = (kind: 'loading' | 'empty' | 'failed', error?: unknown) => {
      rows.push({ kind: 'note', id: `${path}//${kind}`, depth, name: '', at: 1, of: 1, folder: path, note: kind, error });
    };
    if (!folder || folder.state === 'loading') {
      note('loading');
      return all;
    }
    if (folder.state === 'failed') {
      note('failed', folder.error);
      return all;
    }
    const of = folder.folders.length + folder.sets.length + folder.files.length;
    for (const f of folder.folders) {
      const mine = all || has(baseName(f.path));
      const start = rows.length;
      const known = folders.has(f.path);
      const shown = open.has(f.path) || (!mine && known);
      rows.push({ kind: 'folder', id: f.path, depth, name: baseName(f.path), at: ++at, of, path: f.path, open: shown });
      const inside = shown && walk(f.path, depth + 1, mine);
      if (mine || inside) found = true;
      else rows.length = start;
    }
    const add = (name: string, row: (place: Place) => Row, id: string) => {
      at++;
      if (!all && !has(name)) return;
      rows.push(row({ id, depth, name, at, of }));
      found = true;
    };
    for (const set of folder.sets) add(set.key, place => ({ ...place, kind: 'images', set }), idOf(set));
    for (const f of folder.files) add(baseName(f.path), place => ({ ...place, kind: 'file', path: f.path, size: f.file_size }), f.path);
    if (of === 0 && all) note('empty');
    return found;
  };
  walk('', 0, wanted === '');
  return rows;
}

/** No file has this as its path: paths have no empty steps. */
export const idOf = (set: ImageSet) => `${set.folder}//${set.key}`;

export interface Total { files: number; bytes: number; /** Nothing below was left unread. */ whole: boolean }

/** Of what has been read so far. */
export function totalOf(folders: Folders, path: string): Total {
  const folder = folders.get(path);
  if (folder?.state !== 'read') return { files: 0, bytes: 0, whole: false };
  const total: Total = { files: folder.files.length, bytes: 0, whole: true };
  for (const f of folder.files) total.bytes += f.file_size ?? 0;
  for (const set of folder.sets) {
    total.files += set.files.length;
    total.bytes += set.size;
  }
  for (const f of folder.folders) {
    const inside = totalOf(folders, f.path);
    total.files += inside.files;
    total.bytes += inside.bytes;
    total.whole &&= inside.whole;
  }
  return total;
}

/** Folders that are known and have not been read. */
export function unreadOf(folders: Folders): string[] {
  const unread: string[] = [];
  for (const folder of folders.values()) if (folder.state === 'read') for (const f of folder.folders) if (!folders.has(f.path)) unread.push(f.path);
  return unread;
}

export type Found = { kind: 'folder' } | { kind: 'file'; size: number | undefined } | { kind: 'images'; set: ImageSet; step: number; size: number | undefined } | { kind: 'missing' } | { kind: 'unknown' };

/** What is at a path, as far as its folder has been read. */
export function find(folders: Folders, path: string): Found {
  if (path === '') return { kind: 'folder' };
  for (const above of ['', ...ancestors(path)]) {
    const folder = folders.get(above);
    if (folder?.state !== 'read') return { kind: 'unknown' };
    const next = above === parentOf(path) ? path : path.slice(0, path.indexOf('/', above.length + 1));
    if (folder.folders.some(f => f.path === next)) {
      if (next === path) return { kind: 'folder' };
      continue;
    }
    if (next !== path) return { kind: 'missing' };
    const file = folder.files.find(f => f.path === path);
    if (file) return { kind: 'file', size: file.file_size };
    for (const set of folder.sets) {
      const step = stepOf(set, path);
      if (step < 0) continue;
      const at = set.steps[step]!;
      return { kind: 'images', set, step, size: (at.full?.path === path ? at.full : at.small)?.file_size };
    }
    return { kind: 'missing' };
  }
  return { kind: 'unknown' };
}

/** Whether this, or a folder that it is in, was chosen. */
export const isPicked = (picked: ReadonlySet<string>, path: string) => picked.has(path) || ancestors(path).some(a => picked.has(a));

/** Chosen paths without those that are in a chosen folder, of which the last is that of a file or folder itself. */
export function pickedPaths(picked: ReadonlySet<string>): string[] {
  return [...picked].filter(path => !ancestors(path).some(a => picked.has(a))).sort();
}
