// Short messages at the foot of the page: what was done, or why it was not.
import { signal } from '@preact/signals';

export interface Notice { id: number; kind: 'done' | 'error'; text: string; undo?: () => void }

export const notices = signal<Notice[]>([]);
let next = 1;

/** `undo` is offered beside the text, and then the notice stays longer. */
export function notify(kind: Notice['kind'], text: string, undo?: () => void): void {
  const notice = { id: next++, kind, text, ...(undo && { undo }) };
  notices.value = [...notices.value.slice(-3), notice];
  if (kind === 'done') setTimeout(() => dismiss(notice.id), undo ? 12_000 : 5000);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter(n => n.id !== id);
}
