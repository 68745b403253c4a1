// The questions about a saved view: its name, and whether it is to go.
import type { JSX } from 'preact';
import { type SavedView, views } from '../api/shelf';
import { t } from '../i18n';
import { notify } from '../state/notices';
import { replace, withMembers } from '../state/router';
import { Dialog } from '../ui/dialog';
import { queryOf } from './saved';

export type Question = { ask: 'save' } | { ask: 'rename' | 'delete'; view: SavedView };

interface Props { question: Question; experimentId: string | undefined; state: string; onClose: () => void; onDone: () => void }

const nameIn = (form: FormData) => String(form.get('name')).trim();
const nameOf = (view: SavedView) => view.name ?? view.view_id;

export function Ask({ question, experimentId, state, onClose, onDone }: Props): JSX.Element {
  const done = (said: string) => {
    notify('done', said);
    onDone();
  };
  const save = async (form: FormData) => {
    const view = await views.create(experimentId, nameIn(form), state);
    if (experimentId !== undefined && form.get('standard') !== null) await views.setDefault(experimentId, view.view_id);
    replace(`${location.hash.split('?')[0]}?${queryOf(view.view_id, state)}`);
    done(t('saved.saved', { name: nameOf(view) }));
  };
  const rename = async (view: SavedView, form: FormData) => {
    const renamed = await views.update(experimentId, view.view_id, { name: nameIn(form) });
    done(t('saved.saved', { name: nameOf(renamed) }));
  };
  const remove = async (view: SavedView) => {
    await views.remove(experimentId, view.view_id);
    replace(withMembers({ v: null }));
    done(t('saved.deleted', { name: nameOf(view) }));
  };
  const field = (value: string) => <label class="field">{t('saved.name')}<input name="name" required maxLength={100} autocomplete="off" autofocus defaultValue={value} /></label>;
  if (question.ask === 'save')
    return (
      <Dialog title={t('saved.save.title')} action={t('save')} onClose={onClose} submit={save}>
        {field('')}
        {experimentId !== undefined && <label class="switch field-switch"><input type="checkbox" name="standard" />{t('saved.default.set')}</label>}
      </Dialog>
    );
  const { view } = question;
  if (question.ask === 'rename')
    return <Dialog title={t('saved.rename', { name: nameOf(view) })} action={t('save')} onClose={onClose} submit={form => rename(view, form)}>{field(nameOf(view))}</Dialog>;
  return (
    <Dialog title={t('saved.delete', { name: nameOf(view) })} action={t('delete')} danger onClose={onClose} submit={() => remove(view)}>
      <p>{t('saved.delete.text', { name: nameOf(view) })}</p>
    </Dialog>
  );
}
