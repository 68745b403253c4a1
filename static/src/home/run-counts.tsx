import type { JSX } from 'preact';
import type { ExperimentSummary } from '../api/summary';
import { count, t, tn } from '../i18n';

/** How many runs, and of those how many run and have failed. bare: a head says that they are runs. */
export function RunCounts({ of, bare }: { of: ExperimentSummary; bare?: boolean }): JSX.Element {
  return (
    <span class="run-counts">
      {of.running > 0 && <span class="status status-running" title={tn('live.running', of.running)}><span class="dot" aria-hidden="true" />{count(of.running)}<span class="sr-only"> {t('status.RUNNING')}</span></span>}
      {of.failed > 0 && <span class="status status-failed" title={`${t('status.FAILED')}: ${count(of.failed)}`}><span class="dot" aria-hidden="true" />{count(of.failed)}<span class="sr-only"> {t('status.FAILED')}</span></span>}
      <span>{bare ? count(of.runs) : tn('runs.count', of.runs)}</span>
    </span>
  );
}
