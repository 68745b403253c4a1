// What a GeoJSON file draws: points, lines and areas in degrees. Pure.
export type Position = readonly [number, number];
export interface Shape { kind: 'point' | 'line' | 'area'; parts: Position[][]; name: string }
export interface Drawing { shapes: Shape[]; box: [west: number, south: number, east: number, north: number] | null; points: number }

type Json = Record<string, unknown>;
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);
const isPosition = (v: unknown): v is number[] => Array.isArray(v) && v.length >= 2 && Number.isFinite(v[0]) && Number.isFinite(v[1]);
const line = (v: unknown): Position[] => (Array.isArray(v) ? v.filter(isPosition).map((p): Position => [p[0]!, p[1]!]) : []);
const lines = (v: unknown): Position[][] => (Array.isArray(v) ? v.map(line) : []);

const MOST_DEPTH = 20;

export function readGeoJson(text: string): Drawing {
  const drawing: Drawing = { shapes: [], box: null, points: 0 };
  const add = (kind: Shape['kind'], parts: Position[][], name: string) => {
    const real = parts.filter(p => p.length > 0);
    if (real.length === 0) return;
    drawing.shapes.push({ kind, parts: real, name });
    for (const [x, y] of real.flat()) {
      const b = (drawing.box ??= [x, y, x, y]);
      b[0] = Math.min(b[0], x);
      b[1] = Math.min(b[1], y);
      b[2] = Math.max(b[2], x);
      b[3] = Math.max(b[3], y);
      drawing.points++;
    }
  };
  const walk = (v: unknown, name: string, depth: number) => {
    if (!isObject(v) || depth > MOST_DEPTH) return;
    const c = v.coordinates;
    if (v.type === 'FeatureCollection' && Array.isArray(v.features)) for (const f of v.features) walk(f, name, depth + 1);
    else if (v.type === 'Feature') {
      const p = isObject(v.properties) ? v.properties : {};
      const called = p.name ?? p.NAME ?? p.title ?? v.id ?? '';
      walk(v.geometry, typeof called === 'object' ? '' : String(called), depth + 1);
    } else if (v.type === 'GeometryCollection' && Array.isArray(v.geometries)) for (const g of v.geometries) walk(g, name, depth + 1);
    else if (v.type === 'Point') add('point', [line([c])], name);
    else if (v.type === 'MultiPoint') add('point', [line(c)], name);
    else if (v.type === 'LineString') add('line', [line(c)], name);
    else if (v.type === 'MultiLineString') add('line', lines(c), name);
    else if (v.type === 'Polygon') add('area', lines(c), name);
    else if (v.type === 'MultiPolygon' && Array.isArray(c)) for (const p of c) add('area', lines(p), name);
  };
  walk(JSON.parse(text), '', 0);
  return drawing;
}

export interface View { scale: number; x: number; y: number }

/** All of it in the middle of a picture of this size, degrees as squares that are as narrow as at its latitude. */
export function fitted(box: NonNullable<Drawing['box']>, width: number, height: number, margin: number): View & { narrow: number } {
  const [west, south, east, north] = box;
  const narrow = Math.max(0.2, Math.cos((Math.max(-80, Math.min(80, (south + north) / 2)) * Math.PI) / 180));
  const scale = Math.min((width - 2 * margin) / Math.max(1e-6, (east - west) * narrow), (height - 2 * margin) / Math.max(1e-6, north - south));
  return { scale: Math.min(scale, 1e6), x: (west + east) / 2, y: (south + north) / 2, narrow };
}

/** Round degrees for lines of a grid that are at least so far apart. */
export function gridStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map(n => n * power).find(s => s >= least) ?? 10 * power;
}
