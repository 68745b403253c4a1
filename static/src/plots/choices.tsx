// What a reader chooses of a chart; all of it is in the address.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Keys } from '../api/grid';
import type { ViewProps } from '../grid/view-props';
import { columnOf } from '../grid/columns';
import { columnTitle, groupTitle } from '../grid/header';
import { exactTime, formatNumber, isoTime } from '../format';
import { t } from '../i18n';
import { replace, route, withMembers } from '../state/router';
import { Combobox } from '../ui/combobox';
import { type Choice, choicesOf, type Field, metricsByInterest, scalesFromText, scalesToText } from './fields';
import type { ScaleKind } from './scales';

export function titleOf(id: string): string {
  const column = columnOf(id);
  if (!column) return id;
  return id === 'info.experiment_id' ? t('runs.experiment') : columnTitle(column);
}

/** With its unit, where it has one. */
export const fieldTitle = (f: Field) => (f.unit ? `${titleOf(f.id)} (${t(`unit.${f.unit.name}`)})` : titleOf(f.id));

export function valueText(f: Field, value: number): string {
  if (Number.isNaN(value)) return '–';
  if (f.kind === 'category') return f.categories[value] ?? '–';
  return f.kind === 'time' ? exactTime(value) : formatNumber(value);
}

/** As a file has it: times in a form that is read anywhere, numbers in full. */
export const plainValue = (f: Field, value: number): string | number =>
  Number.isNaN(value) ? '' : f.kind === 'category' ? (f.categories[value] ?? '') : f.kind === 'time' ? isoTime(value) : value;

type Member = 'axes' | 'px' | 'py' | 'pc' | 'ps' | 'pg' | 'pz' | 'scales' | 'trend' | 'po' | 'gkey' | 'gstep' | 'gmode' | 'gpair' | 'with';

export const member = (name: Member): string | null => route.value.query.get(name);
export const choose = (changes: Partial<Record<Member, string | null>>): void => replace(withMembers(changes as Record<string, string | null>));

/** A field that is chosen in the address, if there can be such a one. */
export function chosenField(name: Member, fallback: string): string {
  const id = member(name);
  return id && columnOf(id) && columnOf(id)!.value !== 'spark' ? id : fallback;
}

export const NONE = 'none';

export const scaleChoices = (): Map<string, ScaleKind> => scalesFromText(member('scales'));

export function chooseScale(id: string, kind: ScaleKind): void {
  const scales = scaleChoices();
  scales.set(id, kind);
  choose({ scales: scalesToText(scales) });
}

interface SelectProps { label: string; value: string; choices: readonly Choice[]; none?: string; onChange: (id: string) => void; /** Choosing does something, and nothing stays chosen. */ verb?: boolean }

/** More than a list in a window can have is searched. */
const LISTED = 250;

export function FieldSelect(props: SelectProps): JSX.Element {
  if (props.choices.length > LISTED) return <FieldSearch {...props} />;
  const groups = (['metrics', 'params', 'tags', 'info'] as const).map(g => [g, props.choices.filter(c => c.group === g)] as const).filter(([, some]) => some.length > 0);
  const known = props.value === '' || props.value === NONE || props.choices.some(c => c.id === props.value);
  return (
    <label class="plot-choice">
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={e => {
          const id = e.currentTarget.value;
          if (props.verb) e.currentTarget.value = '';
          if (id) props.onChange(id);
        }}
      >
        {props.verb && <option value="">…</option>}
        {props.none && <option value={NONE}>{props.none}</option>}
        {!known && <option value={props.value}>{titleOf(props.value)}</option>}
        {groups.map(([g, some]) => (
          <optgroup key={g} label={t(groupTitle[g])}>
            {some.map(c => <option key={c.id} value={c.id}>{c.group === 'info' ? titleOf(c.id) : c.label}</option>)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function FieldSearch(props: SelectProps): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  const wanted = (text ?? '').toLowerCase();
  const options = [...(props.none ? [{ text: NONE, label: props.none }] : []), ...props.choices.map(c => ({ text: c.id, label: c.group === 'info' ? titleOf(c.id) : c.label, hint: t(groupTitle[c.group]) }))]
    .filter(o => o.label.toLowerCase().includes(wanted))
    .slice(0, 50);
  const shown = props.value === NONE ? (props.none ?? '') : props.value ? titleOf(props.value) : '';
  return (
    <div class="plot-choice">
      <span aria-hidden="true">{props.label}</span>
      <Combobox
        value={text ?? shown} label={props.label} options={options} placeholder={t('plot.search')} onInput={setText} onFocus={() => setText('')}
        onPick={o => {
          setText(null);
          props.onChange(o.text);
        }}
      />
    </div>
  );
}

export function LogSwitch({ field, log, label }: { field: Field | undefined; log: boolean; label: string }): JSX.Element | null {
  if (!field || field.kind !== 'number' || !(field.high > 0)) return null;
  return <label class="switch"><input type="checkbox" checked={log} onChange={e => chooseScale(field.id, e.currentTarget.checked ? 'log' : 'linear')} /> {label}</label>;
}

export const keysOf = (p: ViewProps): Keys => p.keys ?? { runs: 0, metrics: [], params: [], tags: [] };

/** The metric that these runs are about. */
export const mainMetric = (p: ViewProps): string => metricsByInterest(keysOf(p), p.primary)[0] ?? 'info.duration';

/** Those that can be drawn as a length. */
export const lengthsOf = (choices: readonly Choice[]): Choice[] => choices.filter(c => c.group === 'metrics' || c.group === 'params' || c.id === 'info.duration');

/** Metrics, params … that can be chosen, from the keys of the runs that are found. */
export const choicesFor = (p: ViewProps): Choice[] => (p.keys ? choicesOf(p.keys, p.experiments !== undefined) : []);
