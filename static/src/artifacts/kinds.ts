// What a file is, by its name, and how much of it is read unasked. Pure.

export type Kind = 'image' | 'value' | 'geojson' | 'notebook' | 'table' | 'parquet' | 'arrays' | 'markdown' | 'html' | 'pdf' | 'audio' | 'video' | 'mlmodel' | 'bytes' | 'text';

/** Nothing larger is loaded without being asked for. */
export const AUTO_LIMIT = 1024 * 1024;
export const TEXT_HEAD = 256 * 1024;

const images: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml', bmp: 'image/bmp', avif: 'image/avif', ico: 'image/x-icon',
};

const kinds: Record<string, Kind> = {};
for (const [kind, names] of [
  ['image', Object.keys(images).join(' ')],
  ['value', 'json yaml yml'],
  ['geojson', 'geojson'],
  ['notebook', 'ipynb'],
  ['table', 'csv tsv'],
  ['parquet', 'parquet pq'],
  ['arrays', 'npy npz safetensors zip pt pth ckpt keras whl jar'],
  ['markdown', 'md markdown'],
  ['html', 'html htm'],
  ['pdf', 'pdf'],
  ['audio', 'mp3 wav ogg oga flac m4a aac opus'],
  ['video', 'mp4 webm mov m4v ogv'],
  ['bytes', 'pkl pickle joblib bin onnx h5 hdf5 feather arrow gz bz2 xz zst tar 7z so o exe woff woff2 ttf'],
] as const) for (const name of names.split(' ')) kinds[name] = kind;

export function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  return dot < 0 ? name : name.slice(dot + 1);
}

/** What is of no kind is text, until its bytes say otherwise. */
export function kindOf(path: string): Kind {
  if (/(?:^|\/)MLmodel$/.test(path)) return 'mlmodel';
  const ext = extension(path);
  return Object.hasOwn(kinds, ext) ? kinds[ext]! : 'text';
}

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
