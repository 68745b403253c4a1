// What became of a logged model.
import type { JSX } from 'preact';
import type { LoggedModel } from '../api/models';
import { t } from '../i18n';

const looks = { LOGGED_MODEL_READY: ['finished', 'model.ready'], LOGGED_MODEL_PENDING: ['running', 'model.pending'], LOGGED_MODEL_UPLOAD_FAILED: ['failed', 'model.failed'] } as const;

export function ModelStatus({ status }: { status: LoggedModel['info']['status'] }): JSX.Element | null {
  if (!status || status === 'LOGGED_MODEL_STATUS_UNSPECIFIED') return null;
  const [look, text] = looks[status];
  return <span class={`status status-${look}`}><span class="dot" aria-hidden="true" /><span>{t(text)}</span></span>;
}
