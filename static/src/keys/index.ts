// The one registry of keys: pages and parts say what they understand, and the sheet, the palette and the keyboard follow.
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { readStored, store } from '../state/settings';
import { nameOf, step } from './match';

export type Group = 'go' | 'page' | 'table' | 'charts' | 'run';

export interface Command {
  /** "j", "g r", "Mod+k"; several when any of them does it. None: for the palette alone. */
  keys?: string | readonly string[];
  text: string;
  group: Group;
  /** `false`: not now, somebody else may have the key. Absent: the sheet tells of a key that a part listens to itself. */
  act?: (e?: KeyboardEvent) => boolean | void;
  /** Not in the palette: steps and moves that make sense only as keys. */
  keysOnly?: boolean;
  /** Also while a field has the focus; only for keys that write nothing. */
  inFields?: boolean;
}

type Source = () => readonly Command[];
const sources = signal<readonly Source[]>([]);

/** Adds commands until the answer is called. What came last goes first. */
export function register(source: Source): () => void {
  sources.value = [...sources.value, source];
  return () => (sources.value = sources.value.filter(s => s !== source));
}

/** The commands of a component, as long as it is shown. */
export function useKeys(commands: readonly Command[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  useLayoutEffect(() => register(() => latest.current), []); // what is seen can be used
}

/** All that can be done now, what came last first. */
export function commands(): Command[] {
  return [...sources.value].reverse().flatMap(source => source());
}

export const keysOf = (c: Command): readonly string[] => (c.keys === undefined ? [] : typeof c.keys === 'string' ? [c.keys] : c.keys);

/** Keys of one letter can be switched off, for those who dictate. */
export const singleKeys = signal(readStored('cairn.keys') !== 'off');

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  store('cairn.keys', on ? null : 'off');
}

const notText = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'color', 'file', 'image']);

export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !notText.has(target.type);
  return target.isContentEditable || target.matches('textarea, select');
}

/** What a control does with the key itself. */
function pressesControl(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Enter' || key === 'Space') return target.closest('a[href], button, summary, input, [role="button"], [role="tab"], [role="checkbox"]') !== null;
  return /^(Shift\+)?(Arrow|Home|End|Page)/.test(key) && target.matches('input, [role="slider"], [role="tab"], [role="separator"]');
}

/** How long the first key of a chord is remembered, in ms. */
const CHORD = 1500;

export function startKeys(): void {
  let pending = '';
  let since = 0;
  document.addEventListener('keydown', e => {
    const key = nameOf(e);
    if (e.defaultPrevented || key === '' || ['Shift', 'Control', 'Alt', 'Meta'].includes(e.key)) return;
    if (document.querySelector('dialog[open]') || pressesControl(e.target, key)) return;
    const field = isField(e.target);
    const usable = commands().filter(c => c.act && (!field || c.inFields) && (singleKeys.value || keysOf(c).some(k => k.startsWith('Mod+'))));
    const next = step(e.timeStamp - since < CHORD ? pending : '', key, usable.flatMap(keysOf));
    pending = next.pending;
    since = e.timeStamp;
    if (pending) e.preventDefault();
    if (next.hit === null) return;
    for (const c of usable) {
      if (!keysOf(c).includes(next.hit) || c.act!(e) === false) continue;
      e.preventDefault();
      return;
    }
  });
}
