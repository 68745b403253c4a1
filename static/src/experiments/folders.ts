// Experiments in folders, made from the slashes in their names; and the list of a folder, searched and sorted. Pure.
import type { ExperimentSummary } from '../api/summary';

export interface Folder { path: string; name: string; depth: number; experiments: number; folders: Folder[] }

const parts = (name: string): string[] => name.split('/').filter(Boolean);

/** The folder that an experiment lies in; '' is the top. */
export const folderOf = (name: string): string => parts(name).slice(0, -1).join('/');

export const isWithin = (name: string, folder: string): boolean => folder === '' || folderOf(name) === folder || folderOf(name).startsWith(`${folder}/`);

/** What is left of a name within a folder. */
export function nameWithin(name: string, folder: string): string {
  if (folder === '' || !isWithin(name, folder)) return name;
  return parts(name).slice(parts(folder).length).join('/');
}

/** The folders at the top, each with its own, in the order of their names; experiments counts those below, too. */
export function foldersOf(names: readonly string[], compare: (a: string, b: string) => number): Folder[] {
  const top: Folder = { path: '', name: '', depth: -1, experiments: 0, folders: [] };
  const by = new Map<string, Folder>([['', top]]);
  for (const name of names) {
    let folder = top;
    for (const part of parts(name).slice(0, -1)) {
      const path = folder.path ? `${folder.path}/${part}` : part;
      let next = by.get(path);
      if (!next) {
        next = { path, name: part, depth: folder.depth + 1, experiments: 0, folders: [] };
        by.set(path, next);
        folder.folders.push(next);
      }
      next.experiments++;
      folder = next;
    }
  }
  for (const folder of by.values()) folder.folders.sort((a, b) => compare(a.name, b.name));
  return top.folders;
}

/** Those that are drawn: a folder's own after it, while it is open. */
export function drawnFolders(top: readonly Folder[], open: ReadonlySet<string>): Folder[] {
  return top.flatMap(f => [f, ...(open.has(f.path) ? drawnFolders(f.folders, open) : [])]);
}

/** All that must be open for a folder to be seen. */
export function waysTo(folder: string): string[] {
  return parts(folder).slice(0, -1).map((_, i, all) => all.slice(0, i + 1).join('/'));
}

export type SortKey = 'name' | 'runs' | 'running' | 'failed' | 'activity' | 'created';
export const sortKeys: readonly SortKey[] = ['name', 'runs', 'running', 'failed', 'activity', 'created'];

const plain = (text: string) => text.normalize('NFKC').toLowerCase();

export function listOf(all: readonly ExperimentSummary[], q: { folder: string; search: string; sort: SortKey; descending: boolean }, compare: (a: string, b: string) => number): ExperimentSummary[] {
  const words = plain(q.search).split(/\s+/).filter(Boolean);
  const found = all.filter(e => isWithin(e.name, q.folder) && (words.length === 0 || e.id === q.search.trim() || words.every(w => plain(e.name).includes(w))));
  const sign = q.descending ? -1 : 1;
  return found.sort((a, b) => sign * (q.sort === 'name' ? compare(a.name, b.name) : a[q.sort] - b[q.sort]) || Number(b.id) - Number(a.id));
}

/** The first words of notes in Markdown, as a line of text. */
export function firstLine(note: string): string {
  const line = note.split('\n').map(l => l.replace(/^\s*(#+|[-*>]|\d+\.)\s+/, '').trim()).find(Boolean) ?? '';
  return line.replace(/[*_`]{1,3}(\S[^*_`]*)[*_`]{1,3}/g, '$1').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
