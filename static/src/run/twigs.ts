// Runs within runs: who belongs to whom. Pure.
import type { RunStatus } from '../api/types';

export interface Member { id: string; experimentId: string; name: string; status: RunStatus; parent: string; start: number; metric: number | null; duration: number | null }
export interface Twig { member: Member; children: Twig[] }

/** The tree below a run, the first started first. A run that says it is its own ancestor is shown once. */
export function twigsOf(rootId: string, members: readonly Member[]): Twig[] {
  const byParent = new Map<string, Member[]>();
  for (const m of members) byParent.set(m.parent, [...(byParent.get(m.parent) ?? []), m]);
  const seen = new Set([rootId]);
  const below = (id: string): Twig[] =>
    (byParent.get(id) ?? [])
      .sort((a, b) => a.start - b.start)
      .filter(m => !seen.has(m.id) && seen.add(m.id))
      .map(member => ({ member, children: below(member.id) }));
  return below(rootId);
}

export const countOf = (twigs: readonly Twig[]): number => twigs.reduce((n, t) => n + 1 + countOf(t.children), 0);
