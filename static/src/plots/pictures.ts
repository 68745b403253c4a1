// The pictures of several runs: by key, run and step. Which folders are looked into is bounded. Pure but for `readPictures`.
import { artifacts } from '../api';
import type { FileInfo } from '../api/types';
import { foldImages, type ImageStep } from '../artifacts/images';
import { kindOf } from '../artifacts/kinds';
import { compare } from '../grid/columns';

/** One picture of a run. A file that is no picture of `log_image` has no step. */
export interface Picture { step: number | null; path: string; size: number; /** Without loss, where the shown one is a smaller copy. */ full?: { path: string; size: number } }
/** key → run → its pictures, by step. */
export type Pictures = Map<string, Map<string, Picture[]>>;
export interface Shelf { pictures: Pictures; /** Folders that were read, and those that were left. */ read: number; left: number }

/** Most listings of one gallery, and of a run within it. */
export const LISTINGS_MOST = 60;
const FOLDERS_OF_RUN = 5;
const AT_ONCE = 4;

const pictureOf = (s: ImageStep): Picture => {
  const file = (s.small ?? s.full)!;
  const shown = { step: s.step, path: file.path, size: file.file_size ?? 0 };
  return s.small && s.full ? { ...shown, full: { path: s.full.path, size: s.full.file_size ?? 0 } } : shown;
};

/** Puts what a folder of a run has on the shelf; answers its folders. */
export function shelve(pictures: Pictures, run: string, folder: string, files: readonly FileInfo[]): string[] {
  const put = (key: string, some: Picture[]) => {
    const runs = pictures.get(key) ?? new Map<string, Picture[]>();
    pictures.set(key, runs.set(run, [...(runs.get(run) ?? []), ...some]));
  };
  const { sets, rest } = foldImages(folder, files.filter(f => !f.is_dir));
  for (const set of sets) put(set.key, set.steps.map(pictureOf));
  for (const file of rest) if (kindOf(file.path) === 'image') put(file.path, [{ step: null, path: file.path, size: file.file_size ?? 0 }]);
  return files.filter(f => f.is_dir).map(f => f.path);
}

/** The folder of `log_image` first, then those of plots and the like; those of models last. */
export function folderOrder(folders: readonly string[]): string[] {
  const rank = (f: string) => (f === 'images' ? 0 : /image|plot|figure|chart|sample|media|eval/i.test(f) ? 1 : /model|checkpoint/i.test(f) ? 3 : 2);
  return [...folders].sort((a, b) => rank(a) - rank(b) || compare(a, b));
}

export async function readPictures(runs: readonly string[], list: (run: string, path: string) => Promise<FileInfo[]>): Promise<Shelf> {
  const pictures: Pictures = new Map();
  let left = 0;
  const roots = await inTurn(runs, run => list(run, ''));
  const wanted = runs.flatMap((run, i) => {
    const folders = folderOrder(shelve(pictures, run, '', roots[i]!));
    left += Math.max(0, folders.length - FOLDERS_OF_RUN);
    return folders.slice(0, FOLDERS_OF_RUN).map((path, rank) => ({ run, path, rank }));
  });
  // The most likely folder of every run before the second one of any.
  wanted.sort((a, b) => a.rank - b.rank);
  const some = wanted.slice(0, Math.max(0, LISTINGS_MOST - runs.length));
  left += wanted.length - some.length;
  const found = await inTurn(some, w => list(w.run, w.path));
  some.forEach((w, i) => (left += shelve(pictures, w.run, w.path, found[i]!).length));
  for (const of of pictures.values()) for (const list of of.values()) list.sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
  return { pictures: new Map([...pictures].sort((a, b) => compare(a[0], b[0]))), read: runs.length + some.length, left };
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}

export const readRuns = (runs: readonly string[], signal: AbortSignal): Promise<Shelf> => readPictures(runs, (run, path) => artifacts.list(run, path, signal));

/** Every step that any of these keys has in any run. */
export function stepsOf(pictures: Pictures, keys: readonly string[]): number[] {
  const steps = new Set<number>();
  for (const key of keys) for (const list of pictures.get(key)?.values() ?? []) for (const p of list) if (p.step !== null) steps.add(p.step);
  return [...steps].sort((a, b) => a - b);
}

/** The last picture at or before a step, else the first one after it. */
export function pictureAt(list: readonly Picture[] | undefined, step: number | null): Picture | undefined {
  if (!list || step === null) return list?.[list.length - 1];
  let found = list[0];
  for (const p of list) if (p.step === null || p.step <= step) found = p;
  return found;
}
