// A Jupyter notebook as what is shown of it. Pure.
export type Output =
  | { kind: 'text'; text: string; error: boolean }
  | { kind: 'image'; source: string }
  | { kind: 'html'; html: string }
  | { kind: 'dropped'; type: string };
export interface Cell { kind: 'markdown' | 'code' | 'raw'; source: string; count: number | null; outputs: Output[] }
export interface Notebook { language: string; cells: Cell[] }

type Json = Record<string, unknown>;
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
/** Texts are written as one, or as their lines. */
const text = (v: unknown): string => (typeof v === 'string' ? v : Array.isArray(v) ? v.filter(x => typeof x === 'string').join('') : '');

/** Colours of terminals, and lines that were written over. */
export const unstyled = (s: string) => s.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[^\n]*\r(?=[^\n])/g, '');

/** The richest form that can be shown and can do no harm; scripts and widgets are named only. */
function outputOfData(data: Json): Output | null {
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const bytes = text(data[type]).replace(/\s/g, '');
    if (bytes && /^[A-Za-z0-9+/]+=*$/.test(bytes)) return { kind: 'image', source: `data:${type};base64,${bytes}` };
  }
  const svg = text(data['image/svg+xml']);
  if (svg) return { kind: 'image', source: `data:image/svg+xml,${encodeURIComponent(svg)}` };
  const html = text(data['text/html']);
  if (html) return { kind: 'html', html };
  const plain = text(data['text/plain']) || text(data['text/markdown']) || text(data['text/latex']);
  if (plain) return { kind: 'text', text: unstyled(plain), error: false };
  if (data['application/json'] !== undefined) return { kind: 'text', text: JSON.stringify(data['application/json'], null, 2), error: false };
  const type = Object.keys(data)[0];
  return type === undefined ? null : { kind: 'dropped', type };
}

function outputsOf(raw: unknown): Output[] {
  const outputs: Output[] = [];
  for (const o of list(raw)) {
    if (!isObject(o)) continue;
    if (o.output_type === 'stream') {
      const last = outputs[outputs.length - 1];
      const error = o.name === 'stderr';
      if (last?.kind === 'text' && last.error === error) last.text = unstyled(last.text + text(o.text));
      else outputs.push({ kind: 'text', text: unstyled(text(o.text)), error });
    } else if (o.output_type === 'error') {
      const trace = list(o.traceback).filter(l => typeof l === 'string').join('\n');
      outputs.push({ kind: 'text', text: unstyled(trace || `${text(o.ename)}: ${text(o.evalue)}`), error: true });
    } else if (isObject(o.data)) {
      const found = outputOfData(o.data);
      if (found) outputs.push(found);
    }
  }
  return outputs;
}

export function readNotebook(json: string): Notebook {
  const book: unknown = JSON.parse(json);
  if (!isObject(book) || !Array.isArray(book.cells)) throw new SyntaxError('not a notebook');
  const metadata = isObject(book.metadata) ? book.metadata : {};
  const language = isObject(metadata.language_info) ? text(metadata.language_info.name) : '';
  const cells = book.cells.filter(isObject).map((c): Cell => ({
    kind: c.cell_type === 'markdown' || c.cell_type === 'code' ? c.cell_type : 'raw',
    source: text(c.source),
    count: typeof c.execution_count === 'number' ? c.execution_count : null,
    outputs: outputsOf(c.outputs),
  }));
  return { language, cells };
}
