// Is the server there? One answer for the whole page; reads that wait for it share one retry button.
import { signal } from '@preact/signals';

export const trouble = signal<null | { message: string }>(null);

const waiting = new Set<() => void>();
const LONGEST = 10_000;

let troubled = 0;

/** A read has begun to wait; an empty message means that nothing at all answers. */
export function unreachable(first: boolean, message: string): void {
  if (first) troubled++;
  if (trouble.value?.message !== message) trouble.value = { message };
}

/** A read that had to wait is over, well or not. */
export function settled(): void {
  if (--troubled === 0) trouble.value = null;
}

/** Something was answered: if there was no connection, there is one now, and the others need not wait out their time. */
export function answered(): void {
  if (trouble.value?.message === '') retryNow();
}

export function retryNow(): void {
  for (const wake of [...waiting]) wake();
}

export function delayOf(tries: number): number {
  return Math.min(LONGEST, 1000 * 2 ** tries);
}

/** Resolves when it is time to try again; rejects when nobody wants the answer any more. */
export function untilRetry(tries: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (then: () => void) => {
      clearTimeout(timer);
      waiting.delete(wake);
      signal?.removeEventListener('abort', cancel);
      then();
    };
    const wake = () => done(resolve);
    const cancel = () => done(() => reject(new DOMException('aborted', 'AbortError')));
    const timer = setTimeout(wake, delayOf(tries));
    waiting.add(wake);
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel);
  });
}

if (typeof addEventListener === 'function') addEventListener('online', retryNow);
