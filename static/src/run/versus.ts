// How params differ from those of another run. Pure.

export interface Change { kind: 'added' | 'changed' | 'removed'; was?: string }

interface Param { key: string; value?: string }

export function changesOf(mine: readonly Param[], theirs: readonly Param[]): Map<string, Change> {
  const old = new Map(theirs.map(p => [p.key, p.value ?? '']));
  const changes = new Map<string, Change>();
  for (const { key, value = '' } of mine) {
    const was = old.get(key);
    if (was === undefined) changes.set(key, { kind: 'added' });
    else if (was !== value) changes.set(key, { kind: 'changed', was });
    old.delete(key);
  }
  for (const [key, was] of old) changes.set(key, { kind: 'removed', was });
  return changes;
}
