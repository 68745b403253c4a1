// What the run was given.
import type { JSX } from 'preact';
import type { Run } from '../api/types';
import { byKey } from '../grid/columns';
import { t, tn } from '../i18n';
import { Copy, Empty } from '../ui/parts';
import { useFilter } from './filter';
import { Section } from './section';

export function Params({ run }: { run: Run }): JSX.Element {
  const params = byKey(run.data?.params ?? []);
  const { shown, hidden, field } = useFilter(params, p => `${p.key} ${p.value ?? ''}`);
  return (
    <Section id="params" title={t('params')} n={params.length} controls={field}>
      {params.length === 0 ? <Empty title={t('run.params.empty')} code={'mlflow.log_param("lr", 0.01)'} /> : (
        <table class="list pairs" aria-label={t('params')}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>
            {shown.map(p => (
              <tr key={p.key}><th scope="row" title={p.key}>{p.key}</th><td><span class="value" title={p.value}>{p.value}</span><Copy text={p.value ?? ''} label={t('copy.value', { name: p.key })} /></td></tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p class="muted">{tn('list.hidden', hidden)}</p>}
    </Section>
  );
}
