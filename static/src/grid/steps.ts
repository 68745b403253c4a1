// The views that a table had: one goes back and forth between them, whatever the change was.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { replace, route } from '../state/router';
import { readStored, store } from '../state/settings';

/** stored: the choice of columns in this browser, which holds where the address is silent. */
export interface Step { hash: string; stored: string | null }

const MOST = 100;

/** What is looked at beside the table, or below one of its runs, is no other view of it. */
export function viewPart(hash: string): string {
  const [path, query] = hash.split('?');
  const members = new URLSearchParams(query);
  for (const name of ['peek', 'open']) members.delete(name);
  return `${path}?${members.toString()}`;
}

/** Pure: the past, the present and what was taken back. */
export class Steps {
  private past: Step[] = [];
  private future: Step[] = [];
  constructor(private now: Step) {}

  /** The view is this one now; whether that is a step. */
  note(step: Step): boolean {
    const same = viewPart(step.hash) === viewPart(this.now.hash) && step.stored === this.now.stored;
    if (!same) {
      this.past = [...this.past, this.now].slice(-MOST);
      this.future = [];
    }
    this.now = step;
    return !same;
  }

  back(): Step | null {
    return this.turn(this.past, this.future);
  }

  forth(): Step | null {
    return this.turn(this.future, this.past);
  }

  private turn(from: Step[], to: Step[]): Step | null {
    const next = from.pop();
    if (!next) return null;
    to.push(this.now);
    this.now = next;
    return next;
  }
}

export function useSteps(storeKey: string): { undo: () => boolean; redo: () => boolean } {
  const here = (): Step => ({ hash: location.hash, stored: readStored(storeKey) });
  const steps = useRef<Steps | null>(null);
  steps.current ??= new Steps(here());
  const address = route.value;
  useLayoutEffect(() => {
    steps.current!.note(here());
  }, [address, storeKey]);
  const to = (step: Step | null): boolean => {
    if (!step) return false;
    store(storeKey, step.stored);
    replace(step.hash);
    return true;
  };
  return { undo: () => to(steps.current!.back()), redo: () => to(steps.current!.forth()) };
}
