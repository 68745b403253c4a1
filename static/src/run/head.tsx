// Which run it is, and what can be done with it as a whole.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { runs } from '../api';
import type { Run } from '../api/types';
import { indexOf, userOf } from '../grid/columns';
import { t, tn } from '../i18n';
import { notify } from '../state/notices';
import { Dialog } from '../ui/dialog';
import { Copy, Duration, IconButton, InlineEdit, Status, Time } from '../ui/parts';
import { nameOf } from './names';

export function Head({ run, reload, live }: { run: Run; reload: () => void; live: boolean }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const info = run.info;
  const tags = indexOf(run).tags;
  const name = nameOf(run);
  const deleted = info.lifecycle_stage === 'deleted';
  const source = tags.get('mlflow.source.name');
  const commit = tags.get('mlflow.source.git.commit');
  return (
    <>
      <div class="page-head">
        {editing ? (
          <InlineEdit
            value={name} label={t('runs.run_name')} onClose={() => setEditing(false)}
            save={async text => {
              await runs.update(info.run_id, { name: text });
              reload();
            }}
          />
        ) : (
          <h1 title={name}>{name}</h1>
        )}
        <Status status={info.status} text />
        {live && <span class="live" title={t('run.live.hint')}>{t('run.live')}</span>}
        {!deleted && !editing && <IconButton icon="edit" class="quiet" label={t('run.rename')} onClick={() => setEditing(true)} />}
        {!deleted && <IconButton icon="trash" class="quiet" label={t('run.delete')} onClick={() => setAsking(true)} />}
        <IconButton icon="refresh" class="quiet" label={t('refresh')} onClick={reload} />
      </div>
      <dl class="facts run-facts">
        <div><dt>{t('runs.run_id')}</dt><dd><code>{info.run_id}</code> <Copy text={info.run_id} label={t('copy.id')} /></dd></div>
        <div><dt>{t('runs.start_time')}</dt><dd><Time ms={info.start_time} /></dd></div>
        <div><dt>{t('runs.duration')}</dt><dd><Duration start={info.start_time} end={info.end_time} running={live} /></dd></div>
        <div><dt>{t('runs.user_id')}</dt><dd>{userOf(run)}</dd></div>
        {source && <div><dt>{t('runs.source')}</dt><dd title={source} class="ellipsis">{source.split('/').pop()}</dd></div>}
        {commit && <div><dt>{t('run.commit')}</dt><dd><code title={commit}>{commit.slice(0, 8)}</code> <Copy text={commit} /></dd></div>}
        <div><dt>{t('run.artifact_uri')}</dt><dd class="ellipsis"><code title={info.artifact_uri}>{info.artifact_uri}</code> <Copy text={info.artifact_uri ?? ''} /></dd></div>
      </dl>
      {asking && (
        <Dialog
          title={t('run.delete')} action={t('delete')} danger onClose={() => setAsking(false)}
          submit={async () => {
            await runs.remove(info.run_id);
            notify('done', tn('runs.deleted', 1));
            reload();
          }}
        >
          <p>{t('run.delete.text', { name })}</p>
        </Dialog>
      )}
    </>
  );
}
