// The data sets that went in, with what is known of their columns and their size.
import type { JSX } from 'preact';
import type { DatasetInput } from '../api/types';
import { t, tn } from '../i18n';
import { Copy } from '../ui/parts';
import { profileOf, schemaOf, sourceOf } from './dataset';
import { Section } from './section';

export function Datasets({ inputs }: { inputs: readonly DatasetInput[] }): JSX.Element | null {
  if (inputs.length === 0) return null;
  return (
    <Section id="datasets" title={t('run.datasets')} n={inputs.length}>
      <ul class="plain-list">{inputs.map((input, i) => <Dataset key={i} input={input} />)}</ul>
    </Section>
  );
}

function Dataset({ input }: { input: DatasetInput }): JSX.Element {
  const d = input.dataset ?? {};
  const context = input.tags?.find(tag => tag.key === 'mlflow.data.context')?.value;
  const schema = schemaOf(d.schema);
  const profile = profileOf(d.profile);
  const source = sourceOf(d.source);
  return (
    <li>
      <b>{d.name}</b> <code title={t('dataset.digest')}>{d.digest}</code> {context && <span class="chip">{context}</span>}
      <div class="dataset-source muted" title={d.source}><span class="ellipsis">{d.source_type} {source}</span> {source && <Copy text={source} />}</div>
      {profile.length > 0 && <div class="chips">{profile.map(([key, value]) => <span key={key} class="chip"><b>{key}</b> {value}</span>)}</div>}
      {schema.length > 0 && (
        <details class="dataset-schema">
          <summary>{tn('dataset.columns', schema.length)}</summary>
          <div class="table-box" tabIndex={0} role="region" aria-label={t('dataset.schema', { name: d.name ?? '' })}>
            <table class="list" aria-label={t('dataset.schema', { name: d.name ?? '' })}>
              <thead><tr><th scope="col">{t('key')}</th><th scope="col">{t('dataset.type')}</th></tr></thead>
              <tbody>{schema.map((c, i) => <tr key={i}><th scope="row">{c.name}</th><td><code>{c.type}</code>{c.required === false && <span class="muted"> {t('dataset.optional')}</span>}</td></tr>)}</tbody>
            </table>
          </div>
        </details>
      )}
    </li>
  );
}
