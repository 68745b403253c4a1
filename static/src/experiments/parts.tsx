// What is done to experiments, and how their tags look: for the list, and for the page of one.
import type { JSX } from 'preact';
import { experiments, messageOf } from '../api';
import { isSystemTag } from '../grid/columns';
import { t, tn } from '../i18n';
import { notify } from '../state/notices';
import { go, href } from '../state/router';
import { Dialog } from '../ui/dialog';

export function CreateExperiment({ folder, onClose }: { folder: string; onClose: () => void }): JSX.Element {
  return (
    <Dialog
      title={t('experiments.create.title')} action={t('experiments.create.action')} onClose={onClose}
      submit={async form => {
        const id = await experiments.create(String(form.get('name')).trim(), String(form.get('location')).trim());
        go(href.runs(id));
      }}
    >
      <label class="field">{t('experiments.name')}<input name="name" required maxLength={256} autocomplete="off" autofocus defaultValue={folder && `${folder}/`} /></label>
      <label class="field">{t('experiments.create.location')}<input name="location" autocomplete="off" placeholder={t('experiments.create.location.hint')} /></label>
    </Dialog>
  );
}

export function TagExperiments({ ids, onClose, onDone }: { ids: readonly string[]; onClose: () => void; onDone: () => void }): JSX.Element {
  return (
    <Dialog
      title={tn('experiments.tag.title', ids.length)} action={t('save')} onClose={onClose}
      submit={async form => {
        const key = String(form.get('key')).trim();
        await each(ids, id => experiments.setTag(id, key, String(form.get('value'))));
        notify('done', tn('experiments.tagged', ids.length));
        onDone();
      }}
    >
      <label class="field">{t('key')}<input name="key" required maxLength={250} autocomplete="off" autofocus /></label>
      <label class="field">{t('value')}<input name="value" autocomplete="off" /></label>
    </Dialog>
  );
}

/** Some at a time; all are tried, and the first that failed is told. */
export async function each(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  const rest = [...ids];
  const failed: unknown[] = [];
  const one = async () => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) await work(id).catch((e: unknown) => failed.push(e));
  };
  await Promise.all([one(), one(), one(), one()]);
  if (failed.length > 0) throw failed[0];
}

interface Named { id: string; name: string }

async function said(list: readonly Named[], one: 'experiments.deleted' | 'experiments.restored', many: 'experiments.deleted.n' | 'experiments.restored.n', work: (id: string) => Promise<unknown>, onDone: () => void, undo?: () => void): Promise<void> {
  try {
    await each(list.map(e => e.id), work);
    notify('done', list.length === 1 ? t(one, { name: list[0]!.name }) : tn(many, list.length), undo);
  } catch (e) {
    notify('error', messageOf(e));
  }
  onDone();
}

/** To the trash, at once: the message has the way back. */
export function removeExperiments(list: readonly Named[], onDone: () => void): Promise<void> {
  return said(list, 'experiments.deleted', 'experiments.deleted.n', experiments.remove, onDone, () => void restoreExperiments(list, onDone));
}

export function restoreExperiments(list: readonly Named[], onDone: () => void): Promise<void> {
  return said(list, 'experiments.restored', 'experiments.restored.n', experiments.restore, onDone);
}

export function TagList({ tags, most = 6 }: { tags: { key: string; value?: string }[] | undefined; most?: number }): JSX.Element {
  const shown = (tags ?? []).filter(tag => !isSystemTag(tag.key));
  return (
    <span class="chips">
      {shown.slice(0, most).map(tag => (
        <span key={tag.key} class="chip" title={`${tag.key}: ${tag.value ?? ''}`}><b>{tag.key}</b> {tag.value}</span>
      ))}
      {shown.length > most && <span class="chip" title={shown.slice(most).map(tag => `${tag.key}: ${tag.value ?? ''}`).join('\n')}>+{shown.length - most}</span>}
    </span>
  );
}
