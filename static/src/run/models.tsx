// Logged models that went in, and those that came out.
import type { JSX } from 'preact';
import type { LoggedModel } from '../api/models';
import type { Run } from '../api/types';
import { t } from '../i18n';
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

/** known: those that are still there. */
export function Models({ run, known }: { run: Run; known: readonly LoggedModel[] }): JSX.Element | null {
  const links = linksOf(run);
  if (links.length === 0) return null;
  const infos = new Map(known.map(m => [m.info.model_id, m.info]));
  return (
    <Section id="models" title={t('models.logged')} n={links.length}>
      <ul class="plain-list">{links.slice(0, MOST).map(l => <Item key={`${l.side} ${l.id}`} link={l} info={infos.get(l.id)} experimentId={run.info.experiment_id} />)}</ul>
    </Section>
  );
}

function Item({ link, info, experimentId }: { link: Link; info: LoggedModel['info'] | undefined; experimentId: string }): JSX.Element {
  return (
    <li class="model-link">
      <a href={href.model(info?.experiment_id ?? experimentId, link.id)} title={link.id}>{info?.name ?? link.id}</a>
      <ModelStatus status={info?.status} />
      <span class="chip">{t(link.side === 'output' ? 'models.output' : 'models.input')}</span>
      {link.step !== undefined && <span class="muted">{t('chart.step')} {link.step}</span>}
      {!info && <span class="muted">{t('models.gone')}</span>}
    </li>
  );
}
