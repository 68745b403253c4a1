// Notes in Markdown.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { messageOf, runs } from '../api';
import type { Run } from '../api/types';
import { indexOf } from '../grid/columns';
import { t } from '../i18n';
import { Icon } from '../ui/icons';
import { Markdown } from '../ui/markdown';
import { NOTE } from './names';
import { Section } from './section';

export function Notes({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const text = indexOf(run).tags.get(NOTE) ?? '';
  const active = run.info.lifecycle_stage !== 'deleted';
  const save = async () => {
    try {
      await runs.setTag(run.info.run_id, NOTE, area.current!.value);
      setEditing(false);
      setError(null);
      reload();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Section id="notes" title={t('notes')} controls={active && !editing && <button type="button" onClick={() => setEditing(true)}><Icon name="edit" /> {t('edit')}</button>}>
      {editing ? (
        <div class="note-edit">
          <textarea ref={area} rows={10} aria-label={t('notes')} defaultValue={text} maxLength={8000} />
          {error !== null && <p class="field-error" role="alert">{messageOf(error)}</p>}
          <p class="muted">{t('notes.hint')}</p>
          <div class="dialog-buttons">
            <button type="button" class="plain" onClick={() => setEditing(false)}>{t('cancel')}</button>
            <button type="button" class="primary" onClick={() => void save()}>{t('save')}</button>
          </div>
        </div>
      ) : text ? (
        <Markdown text={text} />
      ) : (
        <p class="muted">{t('notes.empty')}</p>
      )}
    </Section>
  );
}
