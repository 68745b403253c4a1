// One look per run: the same colour and dash in every chart, legend and table, for as long as the tab lives.
// A run gets the next free look when it is first drawn, so that the first ten differ in colour and the next ten in dash too;
// a reader's own choice of colour goes before it and is kept in this browser.
import { signal } from '@preact/signals';
import { readStored, store } from './settings';

/** Told apart by people who see colours differently, on light and on dark. */
export const COLORS = ['#2a7fb8', '#d1652b', '#3a9a5b', '#a861b3', '#c2952b', '#c94f6d', '#5f7fd6', '#7d8b3a', '#3aa3a3', '#8a6d5a'] as const;
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export interface Look { color: string; dash: readonly number[] }

const KEPT = 1000;
const CHOSEN = 'cairn.colors';
const ORDER = 'cairn.looks';

const slots = new Map<string, number>(earlier().map((id, i) => [id, i]));

function earlier(): string[] {
  try {
    return (sessionStorage.getItem(ORDER) ?? '').split(' ').filter(Boolean);
  } catch {
    return []; // no storage, no memory of the last page
  }
}

function remember(): void {
  try {
    sessionStorage.setItem(ORDER, [...slots.keys()].slice(0, KEPT).join(' '));
  } catch {
    /* the looks last for this page only */
  }
}

function slotOf(id: string): number {
  let slot = slots.get(id);
  if (slot === undefined) {
    slot = slots.size;
    slots.set(id, slot);
    if (slot < KEPT) remember();
  }
  return slot;
}

export function parseChosen(text: string | null): Map<string, string> {
  const pairs = (text ?? '').split(' ').map(p => p.split('=') as [string, string | undefined]);
  return new Map(pairs.filter((p): p is [string, string] => /^[\w-]+$/.test(p[0]) && /^#[\da-f]{6}$/i.test(p[1] ?? '')));
}

/** The colours that the reader chose, by run. */
export const chosenColors = signal<ReadonlyMap<string, string>>(typeof localStorage === 'undefined' ? new Map() : parseChosen(readStored(CHOSEN)));

export function chooseColor(id: string, color: string | null): void {
  const next = new Map(chosenColors.value);
  next.delete(id);
  if (color) next.set(id, color);
  chosenColors.value = next;
  store(CHOSEN, next.size > 0 ? [...next].slice(-KEPT).map(([run, c]) => `${run}=${c}`).join(' ') : null);
}

/** How this run is drawn. Asking makes it one of those that are drawn. */
export function lookOf(id: string): Look {
  const slot = slotOf(id);
  return { color: chosenColors.value.get(id) ?? COLORS[slot % COLORS.length]!, dash: DASHES[Math.floor(slot / COLORS.length) % DASHES.length]! };
}
