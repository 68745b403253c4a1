// Params whose names have parts, as "model.encoder.dim", as a tree. Pure.

export interface Leaf { key: string; value: string }
export interface Branch { /** The whole prefix. */ path: string; label: string; children: Node[]; leaves: number }
export type Node = (Leaf & { label: string }) | Branch;

export const isBranch = (n: Node): n is Branch => 'children' in n;

interface Raw { parts: string[]; leaf: Leaf }

/** In the order given. A part that only one param has is no branch. */
export function treeOf(leaves: readonly Leaf[], separator = '.'): Node[] {
  return grow(leaves.map(leaf => ({ parts: leaf.key.split(separator), leaf })), '', separator);
}

function grow(items: readonly Raw[], prefix: string, separator: string): Node[] {
  const groups = new Map<string, Raw[]>();
  for (const item of items) {
    const first = item.parts[0]!;
    groups.set(first, [...(groups.get(first) ?? []), item]);
  }
  const nodes: Node[] = [];
  for (const [first, group] of groups) {
    const path = prefix + first;
    const deeper = group.filter(r => r.parts.length > 1);
    for (const r of group) if (r.parts.length === 1 || deeper.length < 2) nodes.push({ ...r.leaf, label: r.parts.join(separator) });
    if (deeper.length < 2) continue;
    const children = grow(deeper.map(r => ({ parts: r.parts.slice(1), leaf: r.leaf })), path + separator, separator);
    const only = children.length === 1 && isBranch(children[0]!) ? children[0] : null;
    // A branch in which there is nothing but a branch is one branch.
    nodes.push(only ? { ...only, label: `${first}${separator}${only.label}` } : { path, label: first, children, leaves: deeper.length });
  }
  return nodes;
}

/** What is folded until somebody looks: nothing of a short list, the inner branches of a long one, all of a longer one. */
export function foldedAtFirst(nodes: readonly Node[], most: number): ReadonlySet<string> {
  const branches = (of: readonly Node[]): Branch[] => of.filter(isBranch).flatMap(b => [b, ...branches(b.children)]);
  const inner = new Set(nodes.filter(isBranch).flatMap(b => branches(b.children)).map(b => b.path));
  const choices: ReadonlySet<string>[] = [new Set(), inner];
  return choices.find(folded => linesOf(nodes, folded).length <= most) ?? new Set(branches(nodes).map(b => b.path));
}

/** What a table of the tree shows, line by line. */
export function linesOf(nodes: readonly Node[], folded: ReadonlySet<string>, depth = 0): { node: Node; depth: number }[] {
  return nodes.flatMap(node => [{ node, depth }, ...(isBranch(node) && !folded.has(node.path) ? linesOf(node.children, folded, depth + 1) : [])]);
}
