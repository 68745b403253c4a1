// What was dropped: files, and the files of folders.
import { count, t } from '../i18n';

export interface Chosen { path: string; file: File }

/** More are the client's business; none is left out unsaid. */
export const MOST = 2000;

function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((resolve, reject) => {
    const next = () => reader.readEntries(some => {
      if (some.length === 0) return resolve(all);
      all.push(...some);
      next(); // a reader gives a hundred at a time
    }, reject);
    next();
  });
}

async function walk(entry: FileSystemEntry, into: Chosen[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    if (into.length >= MOST) throw new Error(t('artifacts.upload.most', { n: count(MOST) }));
    into.push({ path: entry.fullPath.replace(/^\//, ''), file });
  } else for (const inside of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(inside, into);
}

/** Items of a drop are only known while it is handled: all of them are asked before the first is waited for. */
export async function readDropped(picked: File[] | DataTransferItem[]): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  const entries = picked.map(p => (p instanceof File ? p : (p.webkitGetAsEntry() ?? p.getAsFile())));
  for (const e of entries) {
    if (e instanceof File) chosen.push({ path: e.name, file: e });
    else if (e) await walk(e, chosen);
  }
  return chosen;
}
