// Experiments that a reader keeps at the top: a choice of this browser.
import { signal } from '@preact/signals';
import { readStored, store } from './settings';

const KEY = 'cairn.pins';
export const MOST_PINS = 50;

export const pins = signal<readonly string[]>((readStored(KEY) ?? '').split(',').filter(id => /^\d+$/.test(id)));

export function togglePin(id: string): void {
  pins.value = pins.value.includes(id) ? pins.value.filter(p => p !== id) : [id, ...pins.value].slice(0, MOST_PINS);
  store(KEY, pins.value.length > 0 ? pins.value.join(',') : null);
}
