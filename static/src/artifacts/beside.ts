// What a page refers to beside it: pictures, styles and scripts of the same run, for its frame, which has no network.
import { artifacts } from '../api';
import { imageType, kindOf } from './kinds';
import type { ArtifactSource } from './source';

export type Beside = Record<string, { image?: string; text?: string }>;

const MOST = 30;
const MOST_BYTES = 1024 * 1024;
/** Of a page that the reader lets run. */
const MOST_ASKED = 16 * 1024 * 1024;

/** The path in the run that a reference in a file means; null when it leads elsewhere. */
export function pathOf(file: string, reference: string): string | null {
  if (/^(?:[a-z][a-z\d+.-]*:|\/|#|\?)/i.test(reference) || reference.includes('\\')) return null;
  const steps = file.split('/').slice(0, -1);
  let bare: string;
  try {
    bare = decodeURIComponent(reference.replace(/[?#].*$/, ''));
  } catch {
    return null;
  }
  for (const step of bare.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return null;
  }
  return steps.length > 0 && bare !== '' ? steps.join('/') : null;
}

function dataUrl(bytes: Uint8Array, type: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `data:${type};base64,${btoa(text)}`;
}

export async function readBeside(source: ArtifactSource, file: string, references: readonly unknown[], scripts: boolean, signal: AbortSignal): Promise<Beside> {
  const files: Beside = Object.create(null) as Beside;
  let left = scripts ? MOST_ASKED : MOST_BYTES;
  for (const reference of references.slice(0, MOST)) {
    const path = typeof reference === 'string' ? pathOf(file, reference) : null;
    if (path === null || left <= 0) continue;
    try {
      const { bytes, whole } = await artifacts.range(source.url(path), 0, left, signal);
      if (!whole) continue;
      left -= bytes.length;
      files[reference as string] = kindOf(path) === 'image' ? { image: dataUrl(bytes, imageType(path)) } : { text: new TextDecoder().decode(bytes) };
    } catch (e) {
      if (signal.aborted) throw e; // what cannot be read stays away, as it would from a broken page
    }
  }
  return files;
}
