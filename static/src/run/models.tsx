// Logged models that went in, and those that came out.
import type { JSX } from 'preact';
import { loggedModels } from '../api/models';
import type { Run } from '../api/types';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { ModelStatus } from '../ui/model-status';
import { Section } from './section';

/** A run that logs more is a loop; the others are in the list of models. */
const MOST = 50;

interface Link { id: string; side: 'input' | 'output'; step: number | undefined }

export function linksOf(run: Run): Link[] {
  const outputs = (run.outputs?.model_outputs ?? []).map((m): Link => ({ id: m.model_id ?? '', side: 'output', step: m.step }));
  const inputs = (run.inputs?.model_inputs ?? []).map((m): Link => ({ id: m.model_id ?? '', side: 'input', step: undefined }));
  return [...outputs, ...inputs].filter(l => l.id !== '');
}

export function Models({ run }: { run: Run }): JSX.Element | null {
  const links = linksOf(run);
  if (links.length === 0) return null;
  return (
    <Section id="models" title={t('models.logged')} n={links.length}>
      <ul class="plain-list">{links.slice(0, MOST).map(l => <Item key={`${l.side} ${l.id}`} link={l} experimentId={run.info.experiment_id} />)}</ul>
    </Section>
  );
}

function Item({ link, experimentId }: { link: Link; experimentId: string }): JSX.Element {
  const model = useLoad(`logged model ${link.id}`, signal => loggedModels.get(link.id, signal));
  const info = model.data?.info;
  return (
    <li class="model-link">
      <a href={href.model(info?.experiment_id ?? experimentId, link.id)} title={link.id}>{info?.name ?? link.id}</a>
      <ModelStatus status={info?.status} />
      <span class="chip">{t(link.side === 'output' ? 'models.output' : 'models.input')}</span>
      {link.step !== undefined && <span class="muted">{t('chart.step')} {link.step}</span>}
      {model.error !== null && <span class="muted">{t('models.gone')}</span>}
    </li>
  );
}
