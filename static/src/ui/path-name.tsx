// The name of an experiment in a folder: in a narrow place the folder is cut, and not what tells it from its neighbours.
import type { JSX } from 'preact';

export function PathName({ folder, own }: { folder: string; own: string }): JSX.Element {
  return <span class="path-name">{folder && <span class="muted">{folder}</span>}<span>{own}</span></span>;
}
