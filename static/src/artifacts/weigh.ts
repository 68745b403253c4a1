// What lies below some paths: counted before it is removed. Knows no DOM.
import type { FileInfo } from '../api/types';

export interface Weight { files: number; bytes: number; /** Nothing was left uncounted. */ whole: boolean }
export interface Item { path: string; folder: boolean; size: number | undefined }

/** More folders than this are not read, and so many at a time. */
const MOST = 500;
const AT_ONCE = 6;

/** Tells after each folder how much it is so far; the last time how much it is. */
export async function weigh(items: readonly Item[], list: (path: string) => Promise<FileInfo[]>, tell: (so: Weight) => void): Promise<Weight> {
  const sum: Weight = { files: 0, bytes: 0, whole: true };
  const open: string[] = [];
  const add = (path: string, folder: boolean, size: number | undefined) => {
    if (folder) open.push(path);
    else {
      sum.files++;
      sum.bytes += size ?? 0;
      if (size === undefined) sum.whole = false;
    }
  };
  for (const item of items) add(item.path, item.folder, item.size);
  for (let read = 0; open.length > 0 && read < MOST;) {
    tell({ ...sum, whole: false });
    const lot = open.splice(0, Math.min(AT_ONCE, MOST - read));
    read += lot.length;
    for (const files of await Promise.all(lot.map(list))) for (const f of files) add(f.path, Boolean(f.is_dir), f.file_size);
  }
  sum.whole &&= open.length === 0;
  return sum;
}
