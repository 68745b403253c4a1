// Which view of the runs is shown: the table, the table and charts, charts; the other views in a menu.
import type { JSX } from 'preact';
import { type Key, t } from '../i18n';
import { go, withMembers } from '../state/router';
import { readStored, store } from '../state/settings';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { showOf, views } from './views';

const KEPT = 'cairn.show';
/** Of a window in which a table beside charts is more than two narrow strips. */
const WIDE = '(min-width: 1200px)';

/** What a reader sees who comes by an address that names no view: the table; with charts beside it who chose that last. */
export function firstShow(query: URLSearchParams): 'table' | 'split' {
  return !query.has('v') && readStored(KEPT) === 'split' && matchMedia(WIDE).matches ? 'split' : 'table';
}

const show = (name: string) => {
  if (name === 'table' || name === 'split') store(KEPT, name === 'split' ? name : null);
  go(withMembers({ show: name === 'table' ? null : name, compareRunsMode: null }));
};

/** Those that have a button of their own. */
const first: readonly { id: string; title: Key }[] = [{ id: 'table', title: 'table' }, { id: 'split', title: 'view.split' }, views[0]!];
const more = views.slice(1);

/** From one of the first views to the next. */
export function showNext(shown: string): void {
  show(first[(first.findIndex(v => v.id === shown) + 1) % first.length]!.id);
}

export function ShowSwitch({ shown }: { shown: string }): JSX.Element {
  const other = more.find(v => v.id === shown);
  return (
    <div class="segmented" role="group" aria-label={t('view')}>
      {first.map(v => {
        const fetch = () => showOf(v.id).view?.fetch(); // who points at it is about to ask for it
        return <button key={v.id} type="button" aria-pressed={shown === v.id} onPointerEnter={fetch} onFocus={fetch} onClick={() => show(v.id)}>{t(v.title)}</button>;
      })}
      {more.length > 0 && (
        <Menu class={other ? 'chosen' : ''} named label={t('view.more')} items={() => more.map(v => ({ text: t(v.title), checked: v.id === shown, act: () => show(v.id) }))} testId="views">
          <span class={other ? '' : 'tool'}>{t(other?.title ?? 'view.more')}</span> <Icon name="down" />
        </Menu>
      )}
    </div>
  );
}
