// Whether pages keep themselves up to date, and when the server was last heard.
import { signal } from '@preact/signals';
import { readStored, store } from './settings';

export const live = signal(readStored('cairn.live') !== 'off');
/** When a poll was last answered; 0: not yet. */
export const heard = signal(0);

export function toggleLive(): void {
  live.value = !live.value;
  store('cairn.live', live.value ? null : 'off');
}
