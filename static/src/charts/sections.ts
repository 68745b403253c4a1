// Which charts there are, and where they stand. Pure.

/** Metrics by their prefix, as people name them: "train/loss" stands under "train", unless it would stand there alone. */
export function sectionsOf(keys: readonly string[]): [string, string[]][] {
  const prefixOf = (key: string) => (key.indexOf('/') > 0 ? key.slice(0, key.indexOf('/')) : '');
  const members = new Map<string, number>();
  for (const key of keys) members.set(prefixOf(key), (members.get(prefixOf(key)) ?? 0) + 1);
  const sections = new Map<string, string[]>();
  for (const key of keys) {
    const name = (members.get(prefixOf(key)) ?? 0) > 1 ? prefixOf(key) : '';
    sections.set(name, [...(sections.get(name) ?? []), key]);
  }
  return [...sections].sort((a, b) => Number(a[0] === 'system') - Number(b[0] === 'system') || (a[0] < b[0] ? -1 : 1));
}

/** The chart a step away, around the ends. */
export function neighbour(keys: readonly string[], key: string, by: number): string {
  const i = keys.indexOf(key);
  return keys[(i + by + keys.length) % keys.length] ?? key;
}
