// Which columns the table shows. What can be chosen is what the loaded runs have.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { t } from '../i18n';
import { IconButton } from '../ui/parts';
import type { Keys } from '../api/grid';
import { type Group, isSystemTag, withColumn } from './columns';

/** More columns than this are not switched on by one click, nor more names listed without a search. */
const MOST = 100;
const LISTED = 300;

const info = ['start_time', 'end_time', 'duration', 'user_id', 'source', 'run_id'] as const;

interface Names { metrics: string[]; params: string[]; tags: string[] }

function namesOf(keys: Keys): Names {
  return { metrics: keys.metrics.map(k => k.key), params: keys.params.map(k => k.key), tags: keys.tags.map(k => k.key).filter(k => !isSystemTag(k)) };
}

export function ColumnPicker(props: { keys: Keys; chosen: readonly string[]; custom: boolean; onChange: (ids: string[] | null) => void; onClose: () => void }): JSX.Element {
  const [search, setSearch] = useState('');
  const names = useMemo(() => namesOf(props.keys), [props.keys]);
  const chosen = new Set(props.chosen);
  const [before] = useState(chosen); // what is shown when the picker opens stands first, and does not jump while one picks
  const toggle = (ids: string[], on: boolean) => {
    props.onChange(on ? ids.reduce(withColumn, [...props.chosen]) : props.chosen.filter(id => !ids.includes(id)));
  };
  const section = (group: Group, title: string, keys: readonly string[], label: (key: string) => string = key => key) => {
    const matching = keys.filter(key => label(key).toLowerCase().includes(search.toLowerCase()));
    const isFirst = (key: string) => before.has(`${group}.${key}`);
    const found = [...matching.filter(isFirst), ...matching.filter(key => !isFirst(key))];
    if (found.length === 0) return null;
    const ids = found.map(key => `${group}.${key}`);
    const all = ids.every(id => chosen.has(id));
    return (
      <fieldset>
        <legend>{title} {(all || ids.length <= MOST) && <button type="button" class="link" onClick={() => toggle(ids, !all)}>{all ? t('columns.none') : t('columns.all')}</button>}</legend>
        <div class="picker-list">
          {found.slice(0, LISTED).map(key => (
            <div key={key} class="picker-item" title={key}>
              <label>
                <input type="checkbox" checked={chosen.has(`${group}.${key}`)} onChange={e => toggle([`${group}.${key}`], e.currentTarget.checked)} />
                <span>{label(key)}</span>
              </label>
              {group === 'metrics' && (['best', 'min', 'max', 'spark'] as const).map(value => (
                <button
                  key={value} type="button" class="tiny" aria-pressed={chosen.has(`metrics.${key}@${value}`)} aria-label={`${key} ${t(`value.${value}`)}`}
                  onClick={() => toggle([`metrics.${key}@${value}`], !chosen.has(`metrics.${key}@${value}`))}
                >{t(`value.${value}`)}</button>
              ))}
            </div>
          ))}
          {found.length > LISTED && <span class="muted">{t('columns.search.more', { n: found.length - LISTED })}</span>}
        </div>
      </fieldset>
    );
  };
  return (
    <div class="picker" role="region" aria-label={t('columns')} data-testid="picker">
      <div class="picker-head">
        <input type="search" class="search" aria-label={t('columns.search')} placeholder={t('columns.search')} value={search} onInput={e => setSearch(e.currentTarget.value)} />
        <button type="button" class="plain" disabled={!props.custom} onClick={() => props.onChange(null)}>{t('columns.reset')}</button>
        <IconButton icon="close" class="quiet" label={t('close')} onClick={props.onClose} />
      </div>
      {section('metrics', t('metrics'), names.metrics)}
      {section('params', t('params'), names.params)}
      {section('tags', t('tags'), names.tags)}
      {section('info', t('columns.info'), info, key => t(`runs.${key as (typeof info)[number]}`))}
    </div>
  );
}
