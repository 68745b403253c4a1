// Notes in Markdown.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { runs } from '../api';
import type { Run } from '../api/types';
import { indexOf } from '../grid/columns';
import { t } from '../i18n';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Markdown } from '../ui/markdown';
import { Near } from '../ui/near';
import { NOTE } from './names';
import { Section } from './section';

const NoteEditor = lazy(() => import('../ui/note-editor').then(m => m.NoteEditor));

const noteOf = (run: Run) => indexOf(run).tags.get(NOTE) ?? '';
const LONGEST = 8000;

export function Notes({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const text = noteOf(run);
  const active = run.info.lifecycle_stage !== 'deleted';
  return (
    <Section id="notes" title={t('notes')} controls={active && !editing && <button type="button" onClick={() => setEditing(true)}><Icon name="edit" /> {t('edit')}</button>}>
      {editing ? (
        <NoteEditor
          of={run.info.run_id} text={text} most={LONGEST} read={async () => noteOf(await runs.get(run.info.run_id))} write={draft => runs.setTag(run.info.run_id, NOTE, draft)}
          onClose={saved => {
            setEditing(false);
            if (saved) reload();
          }}
        />
      ) : text ? (
        <Near><Markdown text={text} /></Near>
      ) : (
        <p class="muted">{t('notes.empty')}</p>
      )}
    </Section>
  );
}
