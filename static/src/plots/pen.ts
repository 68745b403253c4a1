// One way to draw for the screen and for a file: what a chart draws with a pen comes out as pixels or as SVG.

export interface TextStyle { colour: string; size?: number; align?: 'start' | 'center' | 'end'; base?: 'top' | 'middle' | 'bottom'; bold?: boolean; /** Degrees. */ turn?: number }
export interface LineStyle { colour: string; width?: number; alpha?: number; dash?: readonly number[] }

export interface Pen {
  /** One path of many lines; a NaN ends a line. x, y, x, y, … */
  lines: (xy: ArrayLike<number>, style: LineStyle) => void;
  /** Dots of one colour: x, y, radius, x, y, radius, … */
  dots: (xyr: ArrayLike<number>, style: { colour: string; alpha?: number; edge?: string }) => void;
  area: (xy: ArrayLike<number>, style: { colour: string; alpha?: number }) => void;
  rect: (x: number, y: number, width: number, height: number, style: { colour: string; alpha?: number; edge?: string }) => void;
  text: (x: number, y: number, text: string, style: TextStyle) => void;
}

const SIZE = 11;

/** What a chart draws, in pieces: between two of them the page may do something else. */
export type Drawing = (pen: Pen) => Generator<void>;

export function canvasPen(c: CanvasRenderingContext2D, family: string): Pen {
  const at = (alpha: number | undefined, draw: () => void) => {
    c.globalAlpha = alpha ?? 1;
    draw();
    c.globalAlpha = 1;
  };
  const path = (xy: ArrayLike<number>) => {
    c.beginPath();
    let down = false;
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const x = xy[i]!;
      const y = xy[i + 1]!;
      if (Number.isNaN(x) || Number.isNaN(y)) down = false;
      else if (down) c.lineTo(x, y);
      else {
        c.moveTo(x, y);
        down = true;
      }
    }
  };
  return {
    lines: (xy, s) => at(s.alpha, () => {
      c.strokeStyle = s.colour;
      c.lineWidth = s.width ?? 1;
      c.setLineDash([...(s.dash ?? [])]);
      path(xy);
      c.stroke();
      c.setLineDash([]);
    }),
    dots: (xyr, s) => at(s.alpha, () => {
      c.fillStyle = s.colour;
      c.beginPath();
      for (let i = 0; i + 2 < xyr.length; i += 3) {
        c.moveTo(xyr[i]! + xyr[i + 2]!, xyr[i + 1]!);
        c.arc(xyr[i]!, xyr[i + 1]!, xyr[i + 2]!, 0, 2 * Math.PI);
      }
      c.fill();
      if (!s.edge) return;
      c.strokeStyle = s.edge;
      c.lineWidth = 1;
      c.stroke();
    }),
    area: (xy, s) => at(s.alpha, () => {
      c.fillStyle = s.colour;
      path(xy);
      c.fill();
    }),
    rect: (x, y, width, height, s) => at(s.alpha, () => {
      c.fillStyle = s.colour;
      c.fillRect(x, y, width, height);
      if (!s.edge) return;
      c.strokeStyle = s.edge;
      c.lineWidth = 1;
      c.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }),
    text(x, y, text, s) {
      c.save();
      c.translate(x, y);
      if (s.turn) c.rotate((s.turn * Math.PI) / 180);
      c.fillStyle = s.colour;
      c.font = `${s.bold ? '600 ' : ''}${s.size ?? SIZE}px ${family}`;
      c.textAlign = s.align ?? 'start';
      c.textBaseline = s.base ?? 'middle';
      c.fillText(text, 0, 0);
      c.restore();
    },
  };
}

/** XML has no place for control characters at all. */
const escaped = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
const n = (v: number) => String(Math.round(v * 100) / 100);

/** Collects elements; `done` is the file. */
export function svgPen(width: number, height: number, background: string, family: string): Pen & { done: () => string } {
  const parts: string[] = [];
  const alphaOf = (name: string, alpha: number | undefined) => (alpha === undefined || alpha === 1 ? '' : ` ${name}="${n(alpha)}"`);
  const path = (xy: ArrayLike<number>) => {
    let d = '';
    let down = false;
    for (let i = 0; i + 1 < xy.length; i += 2) {
      if (Number.isNaN(xy[i]!) || Number.isNaN(xy[i + 1]!)) {
        down = false;
        continue;
      }
      d += `${down ? 'L' : 'M'}${n(xy[i]!)} ${n(xy[i + 1]!)}`;
      down = true;
    }
    return d;
  };
  const anchor = { start: 'start', center: 'middle', end: 'end' };
  const shift = { top: '0.8em', middle: '0.35em', bottom: '-0.2em' };
  return {
    lines: (xy, s) => parts.push(`<path d="${path(xy)}" fill="none" stroke="${s.colour}" stroke-width="${s.width ?? 1}"${s.dash?.length ? ` stroke-dasharray="${s.dash.join(' ')}"` : ''}${alphaOf('stroke-opacity', s.alpha)}/>`),
    dots(xyr, s) {
      let all = '';
      for (let i = 0; i + 2 < xyr.length; i += 3) all += `<circle cx="${n(xyr[i]!)}" cy="${n(xyr[i + 1]!)}" r="${n(xyr[i + 2]!)}"/>`;
      parts.push(`<g fill="${s.colour}"${s.edge ? ` stroke="${s.edge}"` : ''}${alphaOf('opacity', s.alpha)}>${all}</g>`);
    },
    area: (xy, s) => parts.push(`<path d="${path(xy)}Z" fill="${s.colour}"${alphaOf('fill-opacity', s.alpha)}/>`),
    rect: (x, y, w, h, s) => parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(0, w))}" height="${n(Math.max(0, h))}" fill="${s.colour}"${s.edge ? ` stroke="${s.edge}"` : ''}${alphaOf('fill-opacity', s.alpha)}/>`),
    text: (x, y, text, s) => parts.push(
      `<text x="${n(x)}" y="${n(y)}" dy="${shift[s.base ?? 'middle']}" text-anchor="${anchor[s.align ?? 'start']}" font-size="${s.size ?? SIZE}"${s.bold ? ' font-weight="600"' : ''} fill="${s.colour}"${s.turn ? ` transform="rotate(${s.turn} ${n(x)} ${n(y)})"` : ''}>${escaped(text)}</text>`,
    ),
    done: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family="${escaped(family)}"><rect width="100%" height="100%" fill="${background}"/>${parts.join('')}</svg>\n`,
  };
}
