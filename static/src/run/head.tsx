// Which run it is, and what can be done with it as a whole.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { messageOf, runs } from '../api';
import type { Experiment, Run, RunStatus } from '../api/types';
import { runSource } from '../artifacts/source';
import { indexOf, userOf } from '../grid/columns';
import { duration, relative, t, tn } from '../i18n';
import { useKeys } from '../keys';
import { now } from '../state/clock';
import { chooseColor, chosenColors, lookOf } from '../state/colours';
import { notify } from '../state/notices';
import { go, href, route } from '../state/router';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Menu } from '../ui/menu';
import { Copy, Duration, IconButton, InlineEdit, Status, Time } from '../ui/parts';
import { lastLogged, nameOf } from './names';
import { knownNeighbours, type Neighbours, neighboursOf } from './neighbours';

const ChooseRun = lazy(() => import('../compare/choose-run').then(m => m.ChooseRun));

/** A running run that has logged nothing for so long may be dead, in ms. */
const STALE = 10 * 60_000;

interface Props { run: Run; experiment: Experiment; reload: () => void; live: boolean }

export function Head({ run, experiment, reload, live }: Props): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const [comparing, setComparing] = useState(false);
  const info = run.info;
  const tags = indexOf(run).tags;
  const name = nameOf(run);
  const deleted = info.lifecycle_stage === 'deleted';
  const source = tags.get('mlflow.source.name');
  const commit = tags.get('mlflow.source.git.commit');
  const last = lastLogged(run.data?.metrics ?? []);
  const quiet = now.value - Math.max(last, info.start_time ?? 0);
  const end = async (status: RunStatus) => {
    try {
      await runs.update(info.run_id, { status, endTime: Date.now() });
      notify('done', t('run.ended', { status: t(`status.${status}`) }));
    } catch (e) {
      notify('error', messageOf(e));
    }
    reload();
  };
  return (
    <>
      <div class="page-head">
        <Colour id={info.run_id} name={name} />
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
        {live && quiet < STALE && <span class="live" title={t('run.live.hint')}>{t('run.live')}</span>}
        {live && quiet >= STALE && <span class="stale-badge" title={t('run.stale.hint')}>{t('run.stale', { time: duration(quiet) })}</span>}
        {!deleted && !editing && <IconButton icon="edit" class="quiet" label={t('run.rename')} onClick={() => setEditing(true)} />}
        {!deleted && <IconButton icon="trash" class="quiet" label={t('run.delete')} onClick={() => setAsking(true)} />}
        <IconButton icon="refresh" class="quiet" label={t('refresh')} onClick={reload} />
        <div class="head-actions run-actions">
          <Steps run={run} />
          <button type="button" onClick={() => setComparing(true)}>{t('run.compare')}</button>
          <a class="button" href={runSource(info).archiveUrl([], 'zip')} download title={t('run.download.hint')}><Icon name="download" /> {t('artifacts.download')}</a>
          {live && !deleted && (
            <Menu
              label={t('bulk.end')} named testId="end"
              items={() => (['FINISHED', 'FAILED', 'KILLED'] as const).map(status => ({ text: t(`status.${status}`), danger: status !== 'FINISHED', act: () => void end(status) }))}
            >
              <Icon name="stop" /> {t('bulk.end')}
            </Menu>
          )}
        </div>
      </div>
      <dl class="facts run-facts">
        <div><dt>{t('runs.experiment')}</dt><dd class="ellipsis"><a href={href.runs(info.experiment_id)} title={experiment.name}>{experiment.name}</a></dd></div>
        <div><dt>{t('runs.run_id')}</dt><dd><code>{info.run_id}</code> <Copy text={info.run_id} label={t('copy.id')} /></dd></div>
        <div><dt>{t('runs.start_time')}</dt><dd><Time ms={info.start_time} /></dd></div>
        <div><dt>{t('runs.duration')}</dt><dd><Duration start={info.start_time} end={info.end_time} running={live} /></dd></div>
        {live && last > 0 && <div><dt>{t('run.last')}</dt><dd data-testid="last-metric">{relative(last, now.value)}</dd></div>}
        <div><dt>{t('runs.user_id')}</dt><dd>{userOf(run)}</dd></div>
        {source && <div><dt>{t('runs.source')}</dt><dd title={source} class="ellipsis">{source.split('/').pop()}</dd></div>}
        {commit && <div><dt>{t('run.commit')}</dt><dd><code title={commit}>{commit.slice(0, 8)}</code> <Copy text={commit} /></dd></div>}
        <div><dt>{t('run.artifact_uri')}</dt><dd class="ellipsis"><code title={info.artifact_uri}>{info.artifact_uri}</code> <Copy text={info.artifact_uri ?? ''} /></dd></div>
      </dl>
      {comparing && (
        <ChooseRun
          title={t('run.compare')} action={t('compare.selected')} experimentIds={[info.experiment_id]} without={[info.run_id]}
          onChoose={id => go(href.compare([info.run_id, id]))} onClose={() => setComparing(false)}
        />
      )}
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

/** The colour in every chart: another one is chosen here, and given back by the menu of the field. */
function Colour({ id, name }: { id: string; name: string }): JSX.Element {
  const own = chosenColors.value.has(id);
  return (
    <>
      <input type="color" class="run-colour" value={lookOf(id).color} aria-label={t('run.colour', { name })} title={t('run.colour', { name })} onChange={e => chooseColor(id, e.currentTarget.value)} />
      {own && <IconButton icon="restore" class="quiet" label={t('run.colour.reset')} onClick={() => chooseColor(id, null)} />}
    </>
  );
}

/** To the runs beside this one, with the sections and the file that are open. Which they are is asked when it matters. */
function Steps({ run }: { run: Run }): JSX.Element {
  const info = run.info;
  const [beside, setBeside] = useState(() => knownNeighbours(info));
  const asked = useRef<Promise<Neighbours> | null>(null);
  const find = () => (asked.current ??= beside ? Promise.resolve(beside) : neighboursOf(info).then(found => (setBeside(found), found)));
  const look = () => void find().catch(() => (asked.current = null)); // whoever steps is told
  const r = route.value;
  const step = (side: keyof Neighbours) => () => {
    find().then(
      ({ [side]: place }) => place && go(r.page === 'run' && r.artifactPath ? href.artifact(place.experimentId, place.id, r.artifactPath, r.query) : href.run(place.experimentId, place.id, r.query)),
      (e: unknown) => {
        asked.current = null;
        notify('error', messageOf(e));
      },
    );
  };
  useKeys([
    { keys: '[', text: t('run.previous'), group: 'run', act: step('previous') },
    { keys: ']', text: t('run.next'), group: 'run', act: step('next') },
  ]);
  const button = (side: keyof Neighbours, key: string, turned: string) => {
    const text = t(`run.${side}`);
    const none = beside !== null && !beside[side];
    return <button type="button" class="icon-button" aria-label={text} title={`${text} (${key})`} aria-keyshortcuts={key} aria-disabled={none} onPointerEnter={look} onFocus={look} onClick={step(side)}><Icon name="right" class={turned} /></button>;
  };
  return <span class="run-steps">{button('previous', '[', 'backward')}{button('next', ']', '')}</span>;
}
