// A surface over scattered points, and its lines of equal height. Pure. Everything is in units of the axes, 0 to 1.

export type Point = readonly [number, number];

/** The corners of the smallest convex area around the points, counter-clockwise. */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 3) return sorted;
  const half = (all: readonly Point[]) => {
    const side: Point[] = [];
    for (const p of all) {
      while (side.length >= 2 && turn(side[side.length - 2]!, side[side.length - 1]!, p) <= 0) side.pop();
      side.push(p);
    }
    side.pop();
    return side;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = (a: Point, b: Point, c: Point) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

export function isInside(hull: readonly Point[], p: Point): boolean {
  return hull.length >= 3 && hull.every((a, i) => turn(a, hull[(i + 1) % hull.length]!, p) >= -1e-9);
}

export interface Surface { columns: number; rows: number; /** Row by row from the bottom; NaN where nothing is known. */ heights: Float64Array; low: number; high: number }

/** Measured points that decide about one place. */
const NEAR = 12;

/** Between the points by inverse distance (Shepard); beyond them nothing is guessed. Points at one place count as their mean. */
export function surfaceOf(points: readonly Point[], heights: readonly number[], columns: number, rows: number): Surface {
  const merged = atOnePlace(points, heights);
  const hull = hullOf(merged.map(m => m.at));
  const surface: Surface = { columns, rows, heights: new Float64Array(columns * rows).fill(NaN), low: NaN, high: NaN };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const p: Point = [column / (columns - 1), row / (rows - 1)];
      if (!isInside(hull, p)) continue;
      const h = heightAt(merged, p);
      surface.heights[row * columns + column] = h;
      if (!(surface.low <= h)) surface.low = h;
      if (!(surface.high >= h)) surface.high = h;
    }
  return surface;
}

interface Measured { at: Point; height: number }

function atOnePlace(points: readonly Point[], heights: readonly number[]): Measured[] {
  const places = new Map<string, { at: Point; sum: number; n: number }>();
  points.forEach((at, i) => {
    const key = `${at[0].toFixed(6)} ${at[1].toFixed(6)}`;
    const place = places.get(key) ?? { at, sum: 0, n: 0 };
    places.set(key, { at: place.at, sum: place.sum + heights[i]!, n: place.n + 1 });
  });
  return [...places.values()].map(p => ({ at: p.at, height: p.sum / p.n }));
}

function heightAt(measured: readonly Measured[], p: Point): number {
  const near: { d: number; height: number }[] = []; // ascending
  for (const m of measured) {
    const d = (m.at[0] - p[0]) ** 2 + (m.at[1] - p[1]) ** 2;
    if (d < 1e-12) return m.height;
    if (near.length === NEAR && d >= near[NEAR - 1]!.d) continue;
    let i = near.length;
    while (i > 0 && near[i - 1]!.d > d) i--;
    near.splice(i, 0, { d, height: m.height });
    if (near.length > NEAR) near.pop();
  }
  let sum = 0;
  let weights = 0;
  for (const n of near) {
    const w = 1 / n.d;
    sum += w * n.height;
    weights += w;
  }
  return sum / weights;
}

/** Pieces of the line of one height, each x1 y1 x2 y2 (marching squares). */
export function contourAt(s: Surface, level: number): number[] {
  const lines: number[] = [];
  const h = (column: number, row: number) => s.heights[row * s.columns + column]!;
  for (let row = 0; row + 1 < s.rows; row++)
    for (let column = 0; column + 1 < s.columns; column++) {
      const corners = [h(column, row), h(column + 1, row), h(column + 1, row + 1), h(column, row + 1)];
      if (corners.some(Number.isNaN)) continue;
      const crossed: number[][] = [];
      for (let edge = 0; edge < 4; edge++) {
        const a = corners[edge]!;
        const b = corners[(edge + 1) % 4]!;
        if ((a < level) === (b < level)) continue;
        const [ax, ay] = corner(edge);
        const [bx, by] = corner((edge + 1) % 4);
        const part = (level - a) / (b - a);
        crossed.push([(column + ax + (bx - ax) * part) / (s.columns - 1), (row + ay + (by - ay) * part) / (s.rows - 1)]);
      }
      // A saddle is crossed four times: its middle says which of the corners belong together.
      if (crossed.length === 4 && (corners.reduce((sum, c) => sum + c, 0) / 4 < level) !== (corners[0]! < level)) crossed.push(crossed.shift()!);
      for (let i = 0; i + 1 < crossed.length; i += 2) lines.push(...crossed[i]!, ...crossed[i + 1]!);
    }
  return lines;
}

const corner = (i: number): [number, number] => [i === 1 || i === 2 ? 1 : 0, i >= 2 ? 1 : 0];
