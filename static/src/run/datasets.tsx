// The data sets that went in.
import type { JSX } from 'preact';
import type { DatasetInput } from '../api/types';
import { t } from '../i18n';
import { Section } from './section';

export function Datasets({ inputs }: { inputs: readonly DatasetInput[] }): JSX.Element | null {
  if (inputs.length === 0) return null;
  return (
    <Section id="datasets" title={t('run.datasets')} n={inputs.length}>
      <ul class="plain-list">
        {inputs.map((input, i) => {
          const context = input.tags?.find(tag => tag.key === 'mlflow.data.context')?.value;
          return (
            <li key={i}>
              <b>{input.dataset?.name}</b> <code>{input.dataset?.digest}</code> {context && <span class="chip">{context}</span>}
              <div class="muted ellipsis" title={input.dataset?.source}>{input.dataset?.source_type} {input.dataset?.source}</div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
