// What can be done to the runs that are selected: a few, or all that a search finds.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../api';
import type { Keys, Search, Selection } from '../api/grid';
import { type Key, t, tn } from '../i18n';
import { notify } from '../state/notices';
import { go, href, withMembers } from '../state/router';
import { Icon, type IconName } from '../ui/icons';
import { lazy } from '../ui/lazy';
import type { Question } from './bulk-dialog';

interface Props { count: number; selection: Selection; within: Search; keys: Keys | undefined; deleted: boolean; onDone: (undone?: boolean) => void; onClear: () => void }

const dialog = () => import('./bulk-dialog');
const BulkDialog = lazy(() => dialog().then(m => m.BulkDialog));

export function SelectionBar({ count, selection, within, keys, deleted, onDone, onClear }: Props): JSX.Element {
  const [question, setQuestion] = useState<Question | null>(null);
  const restore = () => dialog().then(m => m.carryOut([{ selection, operation: { operation: 'restore' } }], 'runs.restored', onDone)).catch((e: unknown) => notify('error', messageOf(e)));
  const button = (what: Question, icon: IconName, text: Key, cls = '') => (
    <button type="button" class={cls} onClick={() => setQuestion(what)}><Icon name={icon} /> {t(text)}</button>
  );
  return (
    <div class="selection" role="region" aria-label={t('selection')}>
      <span>{tn('runs.selected', count)}</span>
      {count > 1 && <button type="button" class="primary" data-testid="compare" onClick={() => go('run_ids' in selection ? href.compare(selection.run_ids) : withMembers({ show: 'diff' }))}>{t('compare.selected')}</button>}
      {deleted ? (
        <button type="button" onClick={() => void restore()}><Icon name="restore" /> {t('restore')}</button>
      ) : (
        <>
          {button('set_tag', 'tag', 'bulk.tag')}
          {button('rename', 'edit', 'bulk.rename')}
          {button('move', 'move', 'bulk.move')}
          {button('end', 'stop', 'bulk.end')}
          {button('delete', 'trash', 'delete', 'danger-plain')}
        </>
      )}
      <button type="button" class="plain" onClick={onClear}>{t('runs.unselect')}</button>
      {question && <BulkDialog question={question} selection={selection} within={within} keys={keys} onDone={onDone} onClose={() => setQuestion(null)} />}
    </div>
  );
}
