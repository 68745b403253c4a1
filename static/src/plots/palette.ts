// Colours of values: a map that is even to the eye, also in grey and to people who see colours differently (viridis),
// without its end that would vanish into the page. Pure.
import { COLORS } from '../state/colours';

const stops = ['440154', '482475', '414487', '355f8d', '2a788e', '21918c', '22a884', '44bf70', '7ad151', 'bddf26', 'fde725'].map(c => [0, 2, 4].map(i => parseInt(c.slice(i, i + 2), 16)));

export type Theme = 'light' | 'dark';
const ends: Record<Theme, readonly [number, number]> = { light: [0, 0.84], dark: [0.22, 1] };

/** The colour of a place between 0 and 1. */
export function colourAt(place: number, theme: Theme): string {
  const [from, to] = ends[theme];
  const at = (from + Math.min(1, Math.max(0, place)) * (to - from)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const mixed = stops[low]!.map((c, i) => Math.round(c + (stops[low + 1]![i]! - c) * (at - low)));
  return `#${mixed.map(c => c.toString(16).padStart(2, '0')).join('')}`;
}

/** Shades that are told apart: marks of one shade are drawn at once. */
export const SHADES = 24;

export const shadeAt = (shade: number, theme: Theme) => colourAt((shade + 0.5) / SHADES, theme);

export const shadeOf = (place: number) => Math.min(SHADES - 1, Math.max(0, Math.floor(place * SHADES)));

export const categoryColour = (code: number) => COLORS[code % COLORS.length]!;
