// What can be done to the runs that are selected: a few, or all that a search finds.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../api';
import { type BulkOperation, grid, type Selection } from '../api/grid';
import { type Key, t, tn } from '../i18n';
import { notify } from '../state/notices';
import { go, href, withMembers } from '../state/router';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';

type Question = 'delete' | 'set_tag' | 'rename' | 'move' | 'end';

interface Props { count: number; selection: Selection; deleted: boolean; onDone: () => void; onClear: () => void }

export function SelectionBar({ count, selection, deleted, onDone, onClear }: Props): JSX.Element {
  const [question, setQuestion] = useState<Question | null>(null);
  const act = async (operation: BulkOperation, said: 'runs.deleted' | 'runs.restored' | 'runs.changed') => {
    const n = await grid.bulk(selection, operation);
    notify('done', tn(said, n));
    onDone();
  };
  const button = (what: Question, icon: 'trash' | 'edit' | 'tag' | 'move' | 'stop', text: Key, cls = '') => (
    <button type="button" class={cls} onClick={() => setQuestion(what)}><Icon name={icon} /> {t(text)}</button>
  );
  return (
    <div class="selection" role="region" aria-label={t('selection')}>
      <span>{tn('runs.selected', count)}</span>
      {count > 1 && <button type="button" class="primary" data-testid="compare" onClick={() => go('run_ids' in selection ? href.compare(selection.run_ids) : withMembers({ show: 'diff' }))}>{t('compare.selected')}</button>}
      {deleted ? (
        <button type="button" onClick={() => void act({ operation: 'restore' }, 'runs.restored').catch((e: unknown) => notify('error', messageOf(e)))}><Icon name="restore" /> {t('restore')}</button>
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
      {question && <Ask question={question} count={count} act={act} onClose={() => setQuestion(null)} />}
    </div>
  );
}

function Ask({ question, count, act, onClose }: { question: Question; count: number; act: (o: BulkOperation, said: 'runs.deleted' | 'runs.changed') => Promise<void>; onClose: () => void }): JSX.Element {
  const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();
  const submit = (form: FormData): Promise<void> => {
    switch (question) {
      case 'delete':
        return act({ operation: 'delete' }, 'runs.deleted');
      case 'set_tag':
        return act({ operation: 'set_tag', key: text(form, 'key'), value: text(form, 'value') }, 'runs.changed');
      case 'rename':
        return act({ operation: 'set_tag', key: 'mlflow.runName', value: text(form, 'name') }, 'runs.changed');
      case 'move':
        return act({ operation: 'move', experiment_id: text(form, 'experiment') }, 'runs.changed');
      case 'end':
        return act({ operation: 'set_status', status: text(form, 'status') === 'KILLED' ? 'KILLED' : 'FAILED' }, 'runs.changed');
    }
  };
  const actions: Record<Question, Key> = { delete: 'delete', set_tag: 'save', rename: 'save', move: 'bulk.move', end: 'bulk.end' };
  return (
    <Dialog title={tn(question === 'delete' ? 'runs.delete.title' : 'bulk.title', count)} action={t(actions[question])} danger={question === 'delete'} onClose={onClose} submit={submit}>
      {question === 'delete' && <p>{t('runs.delete.text')}</p>}
      {question === 'set_tag' && (
        <>
          <label class="field">{t('key')}<input name="key" required maxLength={250} autocomplete="off" autofocus /></label>
          <label class="field">{t('value')}<input name="value" autocomplete="off" /></label>
        </>
      )}
      {question === 'rename' && <label class="field">{t('bulk.name')}<input name="name" required autocomplete="off" autofocus /></label>}
      {question === 'move' && <label class="field">{t('bulk.target')}<input name="experiment" required inputMode="numeric" pattern="[0-9]+" autocomplete="off" autofocus /></label>}
      {question === 'end' && (
        <label class="field">{t('runs.status')}
          <select name="status"><option value="FAILED">{t('status.FAILED')}</option><option value="KILLED">{t('status.KILLED')}</option></select>
        </label>
      )}
    </Dialog>
  );
}
