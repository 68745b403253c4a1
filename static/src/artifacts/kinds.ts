// What a file is, by its name, and how much of it is read unasked. Pure.

export type Kind = 'image' | 'json' | 'table' | 'markdown' | 'text' | 'other';

/** Nothing larger is loaded without being asked for. */
export const AUTO_LIMIT = 1024 * 1024;
export const TEXT_HEAD = 256 * 1024;

const images: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml', bmp: 'image/bmp', avif: 'image/avif', ico: 'image/x-icon',
};
const texts = new Set(
  ('txt log err out cfg conf cnf cf ini properties prop hocon toml yaml yml xml html htm css js mjs cjs ts tsx jsx py py3 pyi r jl go rs c h cc cpp hpp java kt swift rb php pl lua sh bash zsh ' +
    'bat ps1 sql rst tex patch diff jsonl ndjson ipynb geojson env lock dockerfile makefile gitignore mlmodel mlproject requirements').split(' '),
);
const binary = new Set('pkl pickle joblib pt pth bin onnx h5 hdf5 npy npz safetensors parquet feather arrow zip gz bz2 xz zst tar 7z whl pdf so o exe mp3 mp4 wav ogg webm mov avi woff woff2 ttf'.split(' '));

export function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  return dot < 0 ? name : name.slice(dot + 1);
}

export function kindOf(path: string): Kind {
  const ext = extension(path);
  if (ext in images) return 'image';
  if (ext === 'json') return 'json';
  if (ext === 'csv' || ext === 'tsv') return 'table';
  if (ext === 'md' || ext === 'markdown') return 'markdown';
  if (texts.has(ext)) return 'text';
  return 'other';
}

/** A file that is known to be no text is not even opened. */
export const isKnownBinary = (path: string) => binary.has(extension(path));

export const imageType = (path: string) => images[extension(path)] ?? 'application/octet-stream';

/** Text has no zero bytes, and few bytes that are not UTF-8. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 8192);
  if (head.includes(0)) return false;
  const text = new TextDecoder('utf-8').decode(head);
  let bad = 0;
  for (const c of text) if (c === '\uFFFD') bad++;
  return bad <= Math.max(1, text.length / 50);
}
