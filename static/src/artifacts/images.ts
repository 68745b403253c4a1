// The names that `log_image` gives: a picture of a key at a step, twice, as png and as a smaller webp. Pure.
import type { FileInfo } from '../api/types';

export interface ImageName { key: string; step: number; timestamp: number; id: string; compressed: boolean }
export interface ImageStep { step: number; timestamp: number; full: FileInfo | undefined; small: FileInfo | undefined }
export interface ImageSet { key: string; folder: string; steps: ImageStep[]; size: number; files: string[] }

// "/" of a key became "~", formerly "#"; the parts are parted by "+", formerly "%".
const shape = /^(.+)([+%])step\2(-?\d+)\2timestamp\2(\d+)\2([0-9a-f-]{36})(\2compressed)?\.(?:png|webp)$/;

export function imageName(path: string): ImageName | null {
  const m = shape.exec(path.slice(path.lastIndexOf('/') + 1));
  if (!m) return null;
  return { key: m[1]!.replace(/[~#]/g, '/'), step: Number(m[3]), timestamp: Number(m[4]), id: m[5]!, compressed: m[6] !== undefined };
}

/** The pictures of a folder by key, and what else is in it. */
export function foldImages(folder: string, files: readonly FileInfo[]): { sets: ImageSet[]; rest: FileInfo[] } {
  const sets = new Map<string, Map<string, ImageStep>>();
  const rest: FileInfo[] = [];
  for (const file of files) {
    const name = file.is_dir ? null : imageName(file.path);
    if (!name) {
      rest.push(file);
      continue;
    }
    const steps = sets.get(name.key) ?? sets.set(name.key, new Map()).get(name.key)!;
    const step = steps.get(name.id) ?? steps.set(name.id, { step: name.step, timestamp: name.timestamp, full: undefined, small: undefined }).get(name.id)!;
    step[name.compressed ? 'small' : 'full'] = file;
  }
  return {
    rest,
    sets: [...sets].map(([key, byId]) => {
      const steps = [...byId.values()].sort((a, b) => a.step - b.step || a.timestamp - b.timestamp);
      const all = steps.flatMap(s => [s.full, s.small].filter(f => f !== undefined));
      return { key, folder, steps, size: all.reduce((sum, f) => sum + (f.file_size ?? 0), 0), files: all.map(f => f.path) };
    }),
  };
}

/** The small one is shown; the full one is for whoever asks. */
export const shownOf = (step: ImageStep): FileInfo => (step.small ?? step.full)!;

export function stepOf(set: ImageSet, path: string): number {
  return set.steps.findIndex(s => s.full?.path === path || s.small?.path === path);
}

/** The same picture of another run: of this key, at the step that is nearest. */
export function nearestImage(sets: readonly ImageSet[], wanted: ImageName): string | null {
  const set = sets.find(s => s.key === wanted.key);
  if (!set) return null;
  const near = set.steps.reduce((best, s) => (Math.abs(s.step - wanted.step) < Math.abs(best.step - wanted.step) ? s : best));
  return shownOf(near).path;
}
