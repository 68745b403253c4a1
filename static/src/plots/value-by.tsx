// A value of runs by groups of them: what bars and boxes begin with, and the choice of both.
import type { JSX } from 'preact';
import type { ViewProps } from '../grid/view-props';
import { t } from '../i18n';
import { choicesFor, choose, chosenField, FieldSelect, lengthsOf, LogSwitch, mainMetric, member, NONE } from './choices';
import type { Field } from './fields';
import { useFrame } from './frame';

/** `automatic`: the groups where the reader has not chosen any. */
export function useValueBy(p: ViewProps, automatic: string | null): { of: string; by: string | null; frame: ReturnType<typeof useFrame> } {
  const of = chosenField('py', mainMetric(p));
  const by = member('pg') === NONE ? null : chosenField('pg', automatic ?? '') || null;
  const frame = useFrame({ search: p.search, ids: by ? [of, by] : [of], version: p.version, names: p.experiments, total: p.total });
  return { of, by, frame };
}

/** `none`: what runs are without groups. */
export function ValueByChoice({ view, of, by, field, log, none }: { view: ViewProps; of: string; by: string | null; field: Field; log: boolean; none: string }): JSX.Element {
  const choices = choicesFor(view);
  return (
    <>
      <FieldSelect label={t('plot.value')} value={of} choices={lengthsOf(choices)} onChange={id => choose({ py: id })} />
      <LogSwitch field={field} log={log} label={t('plot.log')} />
      <FieldSelect label={t('plot.group')} value={by ?? NONE} none={none} choices={choices.filter(c => c.group !== 'metrics')} onChange={id => choose({ pg: id })} />
    </>
  );
}
