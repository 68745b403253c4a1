// The time of day as a signal, so that "3 minutes ago" ages without anybody asking; and work repeated while the page is seen.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { heard, live } from './live';

export const now = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 5000);
  document.addEventListener('visibilitychange', () => (now.value = Date.now()));
}

/** Calls `work` every `ms` while `active`, wanted (`.`) and visible, never twice at once, and at once when it becomes visible again. */
export function usePoll(active: boolean, ms: number, work: (signal: AbortSignal) => Promise<void>): void {
  const latest = useRef(work);
  latest.current = work;
  const on = active && live.value;
  useEffect(() => {
    if (!on) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    const plan = () => {
      clearTimeout(timer);
      if (!stop.signal.aborted && !document.hidden) timer = setTimeout(run, ms);
    };
    const run = async () => {
      if (busy) return;
      busy = true;
      try {
        await latest.current(stop.signal);
        heard.value = Date.now();
      } catch {
        /* the next turn tries again; a server that is away is shown by the bar */
      }
      busy = false;
      plan();
    };
    const seen = () => (document.hidden ? clearTimeout(timer) : void run());
    document.addEventListener('visibilitychange', seen);
    plan();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [on, ms]);
}
