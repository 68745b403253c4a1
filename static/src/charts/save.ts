// A chart as a file of this computer.
import type { Curve } from './curves';
import { csvOf, svgOf } from './export';
import type { Line } from './lines';
import type { Picture } from './plot';
import type { DrawnRun } from './settings';
import { download, downloadCsv } from '../ui/download';

interface Taken { metric: string; title: string; axis: string; axisTitle: string; runs: readonly DrawnRun[]; curves: readonly Curve[]; lines: readonly Line[]; picture: Picture; box: HTMLElement }

/** How many pixels of a PNG to one of the page. */
const SCALE = 2;

async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob(blob => (blob ? done(blob) : fail(new Error('PNG'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

export async function saveChart(kind: 'png' | 'svg' | 'csv', c: Taken): Promise<void> {
  const name = `${c.metric.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.${kind}`;
  if (kind === 'csv') return downloadCsv(csvOf(c.metric, c.curves, c.runs, c.axis), name);
  const style = getComputedStyle(c.box);
  const of = (variable: string) => style.getPropertyValue(variable).trim();
  const colours = { background: of('--panel'), text: of('--text'), muted: of('--muted'), grid: of('--grid'), line: of('--accent'), font: style.fontFamily };
  const svg = svgOf(c.title, c.axisTitle, c.picture, c.lines, c.runs.map(r => r.name), colours);
  download(kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pngOf(svg), name);
}
