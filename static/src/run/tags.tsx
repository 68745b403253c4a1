// Tags, which can be changed at any time.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf, runs } from '../api';
import type { Run, Tag } from '../api/types';
import { byKey, isSystemTag } from '../grid/columns';
import { t, tn } from '../i18n';
import { notify } from '../state/notices';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { Copy, IconButton, InlineEdit } from '../ui/parts';
import { useFilter } from './filter';
import { NOTE } from './names';
import { Section } from './section';

export function Tags({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const id = run.info.run_id;
  return (
    <TagSection
      tags={run.data?.tags ?? []} active={run.info.lifecycle_stage !== 'deleted'} most={8000} reload={reload}
      set={(key, value) => runs.setTag(id, key, value)} unset={key => runs.deleteTag(id, key)}
    />
  );
}

interface Props {
  tags: readonly Tag[];
  /** May be changed. */
  active: boolean;
  /** Characters of a value that the server takes. */
  most: number;
  set: (key: string, value: string) => Promise<unknown>;
  unset: (key: string) => Promise<unknown>;
  reload: () => void;
}

/** Of a run or of an experiment. */
export function TagSection({ tags, active, most, set, unset, reload }: Props): JSX.Element {
  const [system, setSystem] = useState(false);
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState('');
  const all = byKey(tags);
  const wanted = all.filter(tag => tag.key !== NOTE && (system || !isSystemTag(tag.key)));
  const hiddenSystem = all.filter(tag => tag.key !== NOTE && isSystemTag(tag.key)).length;
  const { shown, hidden, field } = useFilter(wanted, tag => `${tag.key} ${tag.value ?? ''}`);
  const remove = async (key: string) => {
    try {
      await unset(key);
      notify('done', t('tags.deleted', { name: key }));
    } catch (e) {
      notify('error', messageOf(e));
    }
    reload();
  };
  return (
    <Section
      id="tags" title={t('tags')} n={wanted.length}
      controls={<>{field}{active && <button type="button" onClick={() => setAdding(true)}><Icon name="plus" /> {t('tags.add')}</button>}</>}
    >
      {wanted.length === 0 ? <p class="muted">{t('tags.empty')}</p> : (
        <table class="list pairs" aria-label={t('tags')}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>
            {shown.map(tag => (
              <tr key={tag.key}>
                <th scope="row" title={tag.key}>{tag.key}</th>
                <td>
                  {editing === tag.key ? (
                    <InlineEdit
                      value={tag.value ?? ''} label={t('tags.value', { name: tag.key })} onClose={() => setEditing('')}
                      save={async value => {
                        await set(tag.key, value);
                        reload();
                      }}
                    />
                  ) : (
                    <>
                      <span class="value" title={tag.value}>{tag.value}</span>
                      <Copy text={tag.value ?? ''} label={t('copy.value', { name: tag.key })} />
                      {active && !isSystemTag(tag.key) && (
                        <>
                          <IconButton icon="edit" class="quiet" label={t('tags.edit', { name: tag.key })} onClick={() => setEditing(tag.key)} />
                          <IconButton icon="trash" class="quiet" label={t('tags.delete', { name: tag.key })} onClick={() => void remove(tag.key)} />
                        </>
                      )}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p class="muted">{tn('list.hidden', hidden)}</p>}
      {hiddenSystem > 0 && <p><button type="button" class="link" onClick={() => setSystem(!system)}>{system ? t('tags.system.hide') : tn('tags.system.show', hiddenSystem)}</button></p>}
      {adding && (
        <Dialog
          title={t('tags.add')} action={t('save')} onClose={() => setAdding(false)}
          submit={async form => {
            await set(String(form.get('key')).trim(), String(form.get('value')));
            reload();
          }}
        >
          <label class="field">{t('key')}<input name="key" required maxLength={250} autocomplete="off" autofocus /></label>
          <label class="field">{t('value')}<input name="value" maxLength={most} autocomplete="off" /></label>
        </Dialog>
      )}
    </Section>
  );
}
