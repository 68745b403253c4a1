// The keys that runs are grouped by: each can be moved and taken away, and further ones are added by their names.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Keys } from '../api/grid';
import { t } from '../i18n';
import { Combobox, type Proposal } from '../ui/combobox';
import { IconButton } from '../ui/parts';
import { type Column, isSystemTag, moved } from './columns';
import { type Aggregate, aggregates, MOST_KEYS } from './groups';
import { columnTitle } from './header';

interface Props {
  keys: Keys | undefined;
  chosen: readonly Column[];
  several: boolean;
  aggregate: Aggregate;
  onChange: (ids: string[]) => void;
  onAggregate: (aggregate: Aggregate) => void;
}

const PROPOSED = 50;

/** What runs can be grouped by: what differs stands first. */
export function groupProposals(keys: Keys | undefined, several: boolean, chosen: readonly string[], text: string): Proposal[] {
  const own = ['info.status', 'info.user_id', 'info.source', ...(several ? ['info.experiment_id'] : [])].map(id => ({ text: id, label: columnTitle({ id, group: 'info', key: id.slice(5) }) }));
  const named = (group: 'params' | 'tags') => [...(keys?.[group] ?? [])]
    .filter(k => (group === 'params' || !isSystemTag(k.key)))
    .sort((a, b) => Number(b.values > 1) - Number(a.values > 1) || b.runs - a.runs)
    .map(k => ({ text: `${group}.${k.key}`, label: k.key, hint: t('group.values', { n: k.values }) }));
  const wanted = text.trim().toLowerCase();
  return [...named('params'), ...own, ...named('tags')].filter(p => !chosen.includes(p.text) && (p.label.toLowerCase().includes(wanted) || p.text.includes(wanted))).slice(0, PROPOSED);
}

export function GroupBar({ keys, chosen, several, aggregate, onChange, onAggregate }: Props): JSX.Element {
  const [text, setText] = useState('');
  const ids = chosen.map(c => c.id);
  const options = groupProposals(keys, several, ids, text);
  const add = (id: string) => {
    setText('');
    onChange([...ids, id]);
  };
  return (
    <div class="group-bar" role="group" aria-label={t('group')}>
      <span class="muted">{t('group')}</span>
      {chosen.length > 0 && (
        <ol class="group-keys">
          {chosen.map((c, i) => (
            <li key={c.id} class="chip group-key">
              {i > 0 && <IconButton icon="right" class="quiet flipped" label={t('group.earlier', { name: columnTitle(c) })} onClick={() => onChange(moved(ids, c.id, ids[i - 1]!))} />}
              <span>{columnTitle(c)}</span>
              <IconButton icon="close" class="quiet" label={t('group.remove', { name: columnTitle(c) })} onClick={() => onChange(ids.filter(id => id !== c.id))} />
            </li>
          ))}
        </ol>
      )}
      {chosen.length < MOST_KEYS && (
        <Combobox value={text} label={t('group.add')} placeholder={t('group.add')} options={options} onInput={setText} onPick={o => add(o.text)} onSubmit={() => options[0] && add(options[0].text)} class="group-add" />
      )}
      {chosen.length > 0 && (
        <label class="switch">{t('group.aggregate')}
          <select value={aggregate} onChange={e => onAggregate(e.currentTarget.value as Aggregate)}>
            {aggregates.map(a => <option key={a} value={a}>{t(`group.${a}`)}</option>)}
          </select>
        </label>
      )}
    </div>
  );
}
