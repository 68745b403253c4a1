// A question before many runs change: how many it will be, as the server counts them, and what they become.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { experiments, messageOf } from '../api';
import { type BulkOperation, grid, type Keys, type OwnValue, type Search, type Selection } from '../api/grid';
import { type Key, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { Combobox } from '../ui/combobox';
import { Dialog } from '../ui/dialog';
import { Reason } from '../ui/parts';
import { type Change, change, chunks, selectedRows } from './bulk';
import { isSystemTag, likeValue } from './columns';
import { columnsOfPattern, hasPlaceholders, nameByPattern } from './pattern';

export type Question = 'delete' | 'set_tag' | 'rename' | 'move' | 'end';

interface Props {
  question: Question;
  selection: Selection;
  /** Where the selection was made, in its order. */
  within: Search;
  keys: Keys | undefined;
  onDone: (undone?: boolean) => void;
  onClose: () => void;
}

export type Said = 'runs.deleted' | 'runs.restored' | 'runs.changed';

/** Does it, says so, and offers the way back. */
export async function carryOut(changes: readonly Change[], said: Said, onDone: (undone?: boolean) => void): Promise<void> {
  const { runs, undo } = await change(changes);
  const back = undo && (() => {
    change(undo).then(
      () => {
        notify('done', t('undone'));
        onDone(true);
      },
      (e: unknown) => notify('error', messageOf(e)),
    );
  });
  notify('done', back ? tn(said, runs) : `${tn(said, runs)} ${t('bulk.final')}`, back ?? undefined);
  onDone();
}

const PREVIEW = 3;
/** More runs than this are not named one by one: it is a request for each 500. */
const MOST_NAMES = 20_000;

export function BulkDialog({ question, selection, within, keys, onDone, onClose }: Props): JSX.Element {
  const dry = useLoad(`dry run of ${question}`, () => grid.bulk(selection, { operation: 'delete' }, { dry: true }).then(a => a.runs));
  const [tag, setTag] = useState({ key: '', remove: false });
  const [pattern, setPattern] = useState('{name}');
  const [target, setTarget] = useState<{ id: string; text: string }>({ id: '', text: '' });
  const count = dry.data;

  const act = (operation: BulkOperation, said: Said) => carryOut([{ selection, operation }], said, onDone);
  const rename = async () => {
    if (!hasPlaceholders(pattern)) return act({ operation: 'set_tag', key: 'mlflow.runName', value: pattern.trim() }, 'runs.changed');
    if ((count ?? 0) > MOST_NAMES) throw new Error(t('bulk.name.many', { n: MOST_NAMES }));
    const each: OwnValue[] = [];
    for await (const rows of selectedRows(selection, within, columnsOfPattern(pattern)))
      for (const row of rows) {
        const value = nameByPattern(pattern, row, each.length + 1);
        if (!value) throw new Error(t('bulk.name.empty', { name: row.name }));
        each.push({ run_id: row.id, value });
      }
    return carryOut(chunks(each).map(part => ({ selection: { each: part }, operation: { operation: 'set_tag', key: 'mlflow.runName', value: '' } })), 'runs.changed', onDone);
  };
  const submit = (form: FormData): Promise<void> => {
    const text = (name: string) => String(form.get(name) ?? '').trim();
    switch (question) {
      case 'delete':
        return act({ operation: 'delete' }, 'runs.deleted');
      case 'set_tag':
        return tag.remove ? act({ operation: 'delete_tag', key: tag.key.trim() }, 'runs.changed') : act({ operation: 'set_tag', key: tag.key.trim(), value: text('value') }, 'runs.changed');
      case 'rename':
        return rename();
      case 'move':
        if (!target.id) throw new Error(t('bulk.target.choose'));
        return act({ operation: 'move', experiment_id: target.id }, 'runs.changed');
      case 'end':
        return act({ operation: 'set_status', status: text('status') === 'KILLED' ? 'KILLED' : 'FAILED' }, 'runs.changed');
    }
  };
  const actions: Record<Question, Key> = { delete: 'delete', set_tag: 'save', rename: 'save', move: 'bulk.move', end: 'bulk.end' };
  return (
    <Dialog
      title={count === undefined ? t('loading') : tn(question === 'delete' ? 'runs.delete.title' : 'bulk.title', count)} action={t(actions[question])} danger={question === 'delete'}
      onClose={onClose} submit={async form => submit(form)}
    >
      {dry.error !== null && <p class="field-error" role="alert"><Reason error={dry.error} /></p>}
      {question === 'delete' && <p>{t('runs.delete.text')}</p>}
      {question === 'set_tag' && <TagFields keys={keys} tag={tag} onChange={setTag} />}
      {question === 'rename' && <NameField pattern={pattern} onChange={setPattern} selection={selection} within={within} />}
      {question === 'move' && <TargetField target={target} onChange={setTarget} />}
      {question === 'end' && (
        <label class="field">{t('runs.status')}
          <select name="status"><option value="FAILED">{t('status.FAILED')}</option><option value="KILLED">{t('status.KILLED')}</option></select>
        </label>
      )}
    </Dialog>
  );
}

function TagFields({ keys, tag, onChange }: { keys: Keys | undefined; tag: { key: string; remove: boolean }; onChange: (tag: { key: string; remove: boolean }) => void }): JSX.Element {
  const wanted = tag.key.toLowerCase();
  const options = (keys?.tags ?? []).filter(k => !isSystemTag(k.key) && k.key.toLowerCase().includes(wanted)).slice(0, 20).map(k => ({ text: k.key, label: k.key, runs: k.runs }));
  return (
    <>
      <div class="field">{t('key')}<Combobox value={tag.key} label={t('key')} required options={options} onInput={key => onChange({ ...tag, key })} onPick={o => onChange({ ...tag, key: o.text })} /></div>
      {!tag.remove && <label class="field">{t('value')}<input name="value" autocomplete="off" /></label>}
      <label class="switch field-switch"><input type="checkbox" checked={tag.remove} onChange={e => onChange({ ...tag, remove: e.currentTarget.checked })} />{t('bulk.untag')}</label>
    </>
  );
}

function NameField({ pattern, onChange, selection, within }: { pattern: string; onChange: (text: string) => void; selection: Selection; within: Search }): JSX.Element {
  const columns = columnsOfPattern(pattern);
  const first = useLoad(`first names ${columns.map(c => c.id).join(',')}`, async signal => {
    for await (const rows of selectedRows(selection, within, columns, PREVIEW, signal)) return rows;
    return [];
  });
  return (
    <>
      <label class="field">{t('bulk.name')}<input name="name" required autocomplete="off" autofocus value={pattern} onInput={e => onChange(e.currentTarget.value)} /></label>
      <p class="muted small">{t('bulk.name.hint')}</p>
      {first.data && <ul class="name-preview" aria-label={t('bulk.name.preview')}>{first.data.map((row, i) => <li key={row.id}><span class="muted">{row.name}</span> → {nameByPattern(pattern, row, i + 1)}</li>)}</ul>}
    </>
  );
}

function TargetField({ target, onChange }: { target: { id: string; text: string }; onChange: (target: { id: string; text: string }) => void }): JSX.Element {
  const found = useLoad(`experiments like ${target.id ? '' : target.text}`, signal =>
    experiments.search({ filter: target.id || !target.text.trim() ? '' : `name ILIKE ${likeValue(target.text.trim())}`, orderBy: ['last_update_time DESC'], max: 20, signal }));
  const options = (found.data?.items ?? []).map(e => ({ text: e.experiment_id, label: e.name, hint: e.experiment_id }));
  return (
    <div class="field">{t('bulk.target')}
      <Combobox
        value={target.text} label={t('bulk.target')} required options={options} onInput={text => onChange({ id: options.find(o => o.label === text)?.text ?? '', text })}
        onPick={o => onChange({ id: o.text, text: o.label })}
      />
    </div>
  );
}
