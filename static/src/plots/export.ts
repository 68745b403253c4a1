// A chart as a file: a picture of twice the size, a drawing, or its numbers.
import { canvasPen, type Drawing, svgPen } from './pen';

export interface Sheet { width: number; height: number; background: string; font: string; drawing: Drawing }

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser has begun to read by then
}

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
  if (blob) saveBlob(blob, `${name}.png`);
}

export function saveSvg(sheet: Sheet, name: string): void {
  const pen = svgPen(sheet.width, sheet.height, sheet.background, sheet.font);
  drain(sheet.drawing(pen));
  saveBlob(new Blob([pen.done()], { type: 'image/svg+xml' }), `${name}.svg`);
}

function drain(steps: Generator<void>): void {
  while (!steps.next().done);
}

/** A field as RFC 4180 has it; what a spreadsheet would take for a formula is kept a text. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export const csvOf = (head: readonly string[], rows: Iterable<readonly (string | number)[]>): string =>
  [head, ...rows].map(row => row.map(csvCell).join(',')).join('\r\n') + '\r\n';

export function saveCsv(head: readonly string[], rows: Iterable<readonly (string | number)[]>, name: string): void {
  saveBlob(new Blob([csvOf(head, rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}
