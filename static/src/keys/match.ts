// Which key was pressed, and what it means after those before it. Pure: no DOM but the event's members.

export interface Pressed { key: string; code: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean; isComposing: boolean; keyCode?: number }

/** A key as commands name it: "j", "?", "Shift+a", "Mod+k" (ctrl, or cmd on a Mac), "ArrowLeft"; '' when an input method has it. */
export function nameOf(e: Pressed): string {
  if (e.isComposing || e.keyCode === 229 || e.key === 'Dead' || e.key === 'Process') return '';
  // Under a layout of another script the letter is where it is on a Latin one.
  const latin = /^Key([A-Z])$/.exec(e.code)?.[1]?.toLowerCase();
  const letter = /^[a-z]$/i.test(e.key) ? e.key.toLowerCase() : e.key.length === 1 && /\p{L}/u.test(e.key) ? latin : undefined;
  const key = letter ?? (e.key === ' ' ? 'Space' : e.key);
  const shift = e.shiftKey && (letter !== undefined || key.length > 1);
  return `${e.ctrlKey || e.metaKey ? 'Mod+' : ''}${e.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

/** What a key means after the pending ones: `hit` is the whole chord when there is such a one, else `pending` goes on. */
export function step(pending: string, key: string, known: Iterable<string>): { pending: string; hit: string | null } {
  const typed = pending ? `${pending} ${key}` : key;
  const all = [...known];
  if (all.includes(typed)) return { pending: '', hit: typed };
  return { pending: all.some(k => k.startsWith(`${typed} `)) ? typed : '', hit: null };
}

/** Whether every word of the text begins some word of the name, or, where words have no blanks between them, is in it. */
export function fits(name: string, text: string): boolean {
  const have = name.normalize('NFKC').toLowerCase();
  return text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).every(word =>
    /^[\x00-\x7f]+$/.test(word) ? have.split(/[\s/_.-]+/).some(part => part.startsWith(word)) : have.includes(word));
}
