// The clauses of the filter as chips, and a small form that adds or changes one. What cannot be a chip is shown as text.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Keys, Search } from '../api/grid';
import { t } from '../i18n';
import { Combobox } from '../ui/combobox';
import { Icon } from '../ui/icons';
import { IconButton } from '../ui/parts';
import { type Clause, clausesOf, type Condition, quotedText, replaceClause, textOf, withClause, withoutClause } from './clauses';
import { nameOptions, operatorsOf, type Place, subjectOf } from './complete';
import { normalized, tokens } from './lexer';
import { useOptions } from './proposals';

interface Props { value: string; scope: Search; keys: Keys | undefined; onChange: (text: string) => void; onActive: () => void }

export function Chips({ value, scope, keys, onChange, onActive }: Props): JSX.Element {
  const clauses = clausesOf(value);
  /** The clause that is being changed; -1: a new one; null: none. */
  const [editing, setEditing] = useState<number | null>(null);
  const edit = (i: number) => {
    onActive();
    setEditing(i);
  };
  return (
    <div class="query-chips">
      {clauses.length > 0 && (
        <ul class="chips" aria-label={t('query.conditions')}>
          {clauses.map((c, i) => (
            <li key={`${i} ${c.text}`} class={`chip query-chip ${c.condition ? '' : 'raw'}`}>
              {c.condition
                ? <button type="button" class="chip-text" title={c.text} aria-expanded={editing === i} onClick={() => edit(i)}><ChipText clause={c} /></button>
                : <span class="chip-text" title={c.text}>{c.text}</span>}
              <IconButton icon="close" class="quiet chip-close" label={t('query.remove', { clause: c.text })} onClick={() => { setEditing(null); onChange(withoutClause(value, i)); }} />
            </li>
          ))}
        </ul>
      )}
      <button type="button" class="link add-condition" aria-expanded={editing === -1} onClick={() => (editing === -1 ? setEditing(null) : edit(-1))}><Icon name="plus" />{t('query.add')}</button>
      {editing !== null && (
        <ConditionForm
          key={editing} from={clauses[editing]?.condition} scope={scope} keys={keys} onClose={() => setEditing(null)}
          onDone={text => {
            setEditing(null);
            onChange(editing < 0 ? withClause(value, text) : replaceClause(value, editing, text));
          }}
        />
      )}
    </div>
  );
}

function ChipText({ clause }: { clause: Clause }): JSX.Element {
  const c = clause.condition!;
  return <><b>{c.name.replace(/[`"]/g, '')}</b> {c.operator} <span>{/^'[^']*'$/.test(c.value) ? c.value.slice(1, -1) : c.value}</span></>;
}

/** What is written in the field for a value, as the grammar wants it: in quotes unless it is a number or a span. */
function valueText(name: string, operator: string, written: string): string {
  const text = written.trim();
  const word = operator.replace(/^NOT /, '');
  if (word === 'IN') return text.startsWith('(') ? text : `(${text.split(',').map(s => quoted(s.trim())).join(', ')})`;
  if (word === 'BETWEEN') {
    const [a = '', b = ''] = text.split(/\s+(?:and|–|-)\s+|\s*\.\.\s*/i);
    return `${one(name, word, a)} AND ${one(name, word, b)}`;
  }
  return one(name, word, text);
}

const quoted = (text: string) => (/^(['"]).*\1$/s.test(text) ? text : (quotedText(text) ?? `'${text.replace(/'/g, '_')}'`));

function one(name: string, operator: string, text: string): string {
  const all = tokens(normalized(text));
  const number = all.length === 1 && all[0]!.kind === 'number';
  const { kind, key } = subjectOf(name);
  const numeric = kind === 'metric' || (kind === 'param' && /^[<>]|BETWEEN/.test(operator)) || (kind === 'attribute' && ['age', 'duration', 'start_time', 'end_time'].includes(key));
  return number && numeric ? normalized(text) : numeric && kind !== 'param' ? normalized(text) : quoted(text);
}

function ConditionForm(props: { from: Condition | undefined; scope: Search; keys: Keys | undefined; onDone: (text: string) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState(props.from?.name ?? '');
  const [operator, setOperator] = useState(props.from?.operator ?? '');
  const [value, setValue] = useState(props.from && /^'[^']*'$/.test(props.from.value) ? props.from.value.slice(1, -1) : (props.from?.value ?? ''));
  const [touched, setTouched] = useState(false);
  const known = operatorsOf(name);
  const sign = operator && (known.includes(operator) || operator === props.from?.operator) ? operator : known[0]!;
  const place: Place = { wanted: 'value', from: 0, to: 0, prefix: touched ? value : '', name, operator: sign };
  const options = useOptions(place, props.scope, props.keys, name !== '');
  const ready = name.trim() !== '' && value.trim() !== '';
  const submit = () => ready && props.onDone(textOf({ name: name.trim(), operator: sign, value: valueText(name, sign, value) }));
  return (
    <form
      class="condition-form" aria-label={t('query.condition')}
      onSubmit={e => {
        e.preventDefault();
        submit();
      }}
      onKeyDown={e => e.key === 'Escape' && !e.isComposing && props.onClose()}
    >
      <Combobox value={name} label={t('query.name')} placeholder={t('query.name')} options={nameOptions(props.keys, name, 50)} onInput={setName} onPick={o => setName(o.text)} class="mono" />
      <select aria-label={t('query.operator')} value={sign} onChange={e => setOperator(e.currentTarget.value)}>
        {[...new Set([...known, sign])].map(o => <option key={o} value={o}>{o}</option>)}
      </select>
      <Combobox
        value={value} label={t('value')} placeholder={t('value')} options={options} class="mono" onSubmit={submit}
        onInput={text => {
          setTouched(true);
          setValue(text);
        }}
        onPick={o => {
          setTouched(false);
          setValue(/^'[^']*'$/.test(o.text) ? o.text.slice(1, -1) : o.text);
        }}
      />
      <button type="submit" class="primary" disabled={!ready}>{props.from ? t('save') : t('query.add.action')}</button>
      <button type="button" class="plain" onClick={props.onClose}>{t('cancel')}</button>
    </form>
  );
}
