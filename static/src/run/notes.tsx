// Notes in Markdown, edited beside what they will look like. What somebody else has saved meanwhile is not written over.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf, runs } from '../api';
import type { Run } from '../api/types';
import { indexOf } from '../grid/columns';
import { t } from '../i18n';
import { Icon } from '../ui/icons';
import { Markdown } from '../ui/markdown';
import { NOTE } from './names';
import { Section } from './section';

const noteOf = (run: Run) => indexOf(run).tags.get(NOTE) ?? '';
const LONGEST = 8000;

export function Notes({ run, reload }: { run: Run; reload: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const text = noteOf(run);
  const active = run.info.lifecycle_stage !== 'deleted';
  return (
    <Section id="notes" title={t('notes')} controls={active && !editing && <button type="button" onClick={() => setEditing(true)}><Icon name="edit" /> {t('edit')}</button>}>
      {editing ? (
        <Editor
          runId={run.info.run_id} text={text}
          onClose={saved => {
            setEditing(false);
            if (saved) reload();
          }}
        />
      ) : text ? (
        <Markdown text={text} />
      ) : (
        <p class="muted">{t('notes.empty')}</p>
      )}
    </Section>
  );
}

/** What is typed is kept in this tab until it is saved or given up, so that no reload loses it. */
function useDraft(runId: string, text: string): { draft: string; base: string; write: (next: string) => void; rebase: (next: string) => void; drop: () => void } {
  const name = `cairn.note ${runId}`;
  const [state, setState] = useState<{ draft: string; base: string }>(() => {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
      if (kept && typeof kept === 'object' && 'draft' in kept && 'base' in kept) return { draft: String(kept.draft), base: String(kept.base) };
    } catch {
      /* no storage, or nothing of ours in it */
    }
    return { draft: text, base: text };
  });
  const keep = (next: typeof state) => {
    setState(next);
    try {
      sessionStorage.setItem(name, JSON.stringify(next));
    } catch {
      /* the draft lasts for this page only */
    }
  };
  return {
    ...state,
    write: draft => keep({ ...state, draft }),
    rebase: base => keep({ ...state, base }),
    drop: () => {
      try {
        sessionStorage.removeItem(name);
      } catch {
        /* it was not kept */
      }
    },
  };
}

function Editor({ runId, text, onClose }: { runId: string; text: string; onClose: (saved: boolean) => void }): JSX.Element {
  const { draft, base, write, rebase, drop } = useDraft(runId, text);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [theirs, setTheirs] = useState<string | null>(null);
  const changed = draft !== base;
  useEffect(() => {
    if (!changed) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);
  const close = (saved: boolean) => {
    drop();
    onClose(saved);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const now = noteOf(await runs.get(runId));
      if (now !== base && now !== draft) setTheirs(now);
      else {
        await runs.setTag(runId, NOTE, draft);
        return close(true);
      }
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <div class="note-edit">
      <div class="note-panes">
        <textarea
          rows={12} aria-label={t('notes')} value={draft} maxLength={LONGEST} disabled={busy} autofocus
          onInput={e => write(e.currentTarget.value)}
          onKeyDown={e => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void save();
            e.stopPropagation();
          }}
        />
        <div class="note-preview" role="region" aria-label={t('notes.preview')} tabIndex={0}>{draft ? <Markdown text={draft} /> : <p class="muted">{t('notes.preview')}</p>}</div>
      </div>
      {error !== null && <p class="field-error" role="alert">{messageOf(error)}</p>}
      {theirs !== null && (
        <div class="banner" role="alert">
          <span>{t('notes.conflict')}</span>
          <button type="button" onClick={() => { rebase(theirs); setTheirs(null); }}>{t('notes.mine')}</button>
          <button type="button" onClick={() => close(true)}>{t('notes.theirs')}</button>
        </div>
      )}
      {theirs !== null && <details open><summary>{t('notes.theirs.text')}</summary><Markdown text={theirs} /></details>}
      <p class="muted">{t('notes.hint')} {draft.length >= LONGEST * 0.9 && `${draft.length} / ${LONGEST}`}</p>
      <div class="dialog-buttons">
        <button type="button" class="plain" disabled={busy} onClick={() => close(false)}>{t('cancel')}</button>
        <button type="button" class="primary" disabled={busy || theirs !== null} onClick={() => void save()}>{t('save')}</button>
      </div>
    </div>
  );
}
