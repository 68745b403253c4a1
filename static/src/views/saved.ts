// Saved views: what is in the address of the runs, under a name. Pure.
import type { SavedView } from '../api/shelf';

/** In place of a view's id: the reader wants none, though the experiment opens with one. */
export const NO_VIEW = 'none';
/** A longer state makes a link that chats and mails break: the server keeps it, and gives a short one. */
export const LONGEST_LINK = 2048;

const TAG = 'cairn.view.';
const STANDARD = 'cairn.defaultView';

interface Tag { key: string; value?: string }

/** The views of an experiment are its tags. What somebody else wrote under such a name is no view. */
export function viewsOfTags(tags: readonly Tag[]): { views: SavedView[]; standard: SavedView | undefined } {
  const views = tags.flatMap(tag => viewOfTag(tag) ?? []).sort((a, b) => a.creation_time - b.creation_time || (a.view_id < b.view_id ? -1 : 1));
  const id = tags.find(tag => tag.key === STANDARD)?.value;
  return { views, standard: views.find(v => v.view_id === id) };
}

function viewOfTag(tag: Tag): SavedView | undefined {
  if (!tag.key.startsWith(TAG)) return undefined;
  try {
    const v = JSON.parse(tag.value ?? '') as { name?: unknown; state?: unknown; created?: unknown; updated?: unknown } | null;
    if (typeof v?.name !== 'string' || typeof v.state !== 'string') return undefined;
    return { view_id: tag.key.slice(TAG.length), name: v.name, state: v.state, creation_time: Number(v.created) || 0, last_update_time: Number(v.updated) || 0 };
  } catch {
    return undefined;
  }
}

/** The state of a page, which is its address without the name of a view; columns that only this browser knows are in it. */
export function stateOf(query: URLSearchParams, columns: readonly string[] | null): string {
  const state = new URLSearchParams(query);
  state.delete('v');
  if (columns && !state.has('cols')) state.set('cols', columns.join(','));
  return state.toString();
}

const canonical = (state: string): string => {
  const query = new URLSearchParams(state);
  query.sort();
  return query.toString();
};

/** Whatever the order of the members. */
export const sameState = (a: string, b: string): boolean => canonical(a) === canonical(b);

/** The query of the page that shows a view. */
export const queryOf = (id: string, state: string): string => new URLSearchParams([['v', id], ...new URLSearchParams(state)]).toString();

/** An address that names a view and says nothing else: the state is to be had. */
export function namedOnly(query: URLSearchParams): string | null {
  const id = query.get('v');
  return id !== null && id !== NO_VIEW && [...query].length === 1 ? id : null;
}
