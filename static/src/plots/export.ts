// A chart as a file: a picture of twice the size, a drawing, or its numbers.
import { csvOf } from '../csv';
import { download, downloadCsv } from '../ui/download';
import { canvasPen, type Drawing, svgPen } from './pen';

export interface Sheet { width: number; height: number; background: string; font: string; drawing: Drawing }

const PNG_SCALE = 2;

export async function savePng(sheet: Sheet, name: string): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(sheet.width * PNG_SCALE);
  canvas.height = Math.round(sheet.height * PNG_SCALE);
  const c = canvas.getContext('2d')!;
  c.scale(PNG_SCALE, PNG_SCALE);
  c.fillStyle = sheet.background;
  c.fillRect(0, 0, sheet.width, sheet.height);
  drain(sheet.drawing(canvasPen(c, sheet.font)));
  const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'));
  if (blob) download(blob, `${name}.png`);
}

export function saveSvg(sheet: Sheet, name: string): void {
  const pen = svgPen(sheet.width, sheet.height, sheet.background, sheet.font);
  drain(sheet.drawing(pen));
  download(new Blob([pen.done()], { type: 'image/svg+xml' }), `${name}.svg`);
}

function drain(steps: Generator<void>): void {
  while (!steps.next().done);
}

export function saveCsv(head: readonly string[], rows: Iterable<readonly (string | number)[]>, name: string): void {
  downloadCsv(csvOf(head, rows), `${name}.csv`);
}
