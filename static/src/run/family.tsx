// Runs that this one is a part of, and its own parts.
import type { JSX } from 'preact';
import { runs } from '../api';
import type { Run } from '../api/types';
import { indexOf } from '../grid/columns';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Status } from '../ui/parts';
import { nameOf } from './names';
import { Section } from './section';

/** The run this one is a part of, and its own parts. */
export function Family({ run }: { run: Run }): JSX.Element | null {
  const parentId = indexOf(run).tags.get('mlflow.parentRunId') ?? '';
  const id = run.info.run_id;
  const parent = useLoad<Run | null>(`parent ${parentId}`, async signal => (parentId ? runs.get(parentId, signal) : null));
  const children = useLoad(`children ${id}`, signal =>
    runs.search({ experimentIds: [run.info.experiment_id], filter: `tags.\`mlflow.parentRunId\` = '${id}'`, orderBy: ['attributes.start_time DESC'], max: 100, signal }),
  );
  const below = children.data?.items ?? [];
  if (!parentId && below.length === 0) return null;
  const link = (r: Run) => <><Status status={r.info.status} /> <a href={href.run(r.info.experiment_id, r.info.run_id)}>{nameOf(r)}</a></>;
  return (
    <Section id="family" title={t('run.family')} n={below.length}>
      {parentId && <p>{t('run.parent')} {parent.data ? link(parent.data) : <a href={href.run(run.info.experiment_id, parentId)}>{parentId}</a>}</p>}
      {below.length > 0 && <ul class="plain-list">{below.map(r => <li key={r.info.run_id}>{link(r)}</li>)}</ul>}
      {children.data?.next && <p class="muted">{t('run.children.more')}</p>}
    </Section>
  );
}
