// Runs: of one experiment, of several, of all.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { experiments, messageOf } from '../api';
import type { Experiment } from '../api/types';
import { removeExperiments, TagList } from '../experiments/parts';
import { RunList } from '../grid/workspace';
import { t } from '../i18n';
import { NOTE } from '../run/names';
import { useCrumbs } from '../state/crumbs';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { href, route } from '../state/router';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Markdown } from '../ui/markdown';
import { Copy, IconButton, InlineEdit } from '../ui/parts';
import { Unknown } from './not-found';

const NoteEditor = lazy(() => import('../ui/note-editor').then(m => m.NoteEditor));
// With the page of a run, of which it is a part: a file of its own would be one more for that page.
const TagSection = lazy(() => import('./run').then(m => m.TagSection));

/** Of a value of a tag of an experiment. */
const LONGEST = 5000;

const noteOf = (experiment: Experiment) => experiment.tags?.find(tag => tag.key === NOTE)?.value ?? '';

export function Runs({ experimentId }: { experimentId: string }): JSX.Element {
  const experiment = useLoad(`experiment ${experimentId}`, signal => experiments.get(experimentId, signal));
  useCrumbs([
    { text: t('experiments.title'), href: href.experiments() },
    { text: experiment.data?.name ?? experimentId, href: href.runs(experimentId) },
  ]);
  if (experiment.error !== null) return <Unknown title={t('experiment.unknown')} of={experiment} back={href.experiments()} text={t('notfound.back')} />;
  return (
    <div class="page fill">
      {experiment.data ? <Head experiment={experiment.data} onChange={experiment.reload} /> : <h1>&nbsp;</h1>}
      <RunList
        scope={[experimentId]} experiment={experiment.data} onExperiment={experiment.reload}
        primary={experiment.data?.tags?.find(tag => tag.key === 'mlflow.experiment.primaryMetric.name')?.value ?? ''}
      />
    </div>
  );
}

/** Runs of several experiments, or of all: an experiment is a filter like others. */
export function AllRuns(): JSX.Element {
  const scope = (route.value.query.get('exp') ?? '').split(',').filter(id => /^\d+$/.test(id));
  useCrumbs([{ text: t('runs.all'), href: href.allRuns() }]);
  return (
    <div class="page fill">
      <div class="page-head"><h1>{t(scope.length > 0 ? 'runs.some' : 'runs.all')}</h1></div>
      <RunList scope={scope} experiment={undefined} primary="" />
    </div>
  );
}

function Head({ experiment, onChange }: { experiment: Experiment; onChange: () => void }): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [tagging, setTagging] = useState(false);
  const [noting, setNoting] = useState(false);
  const id = experiment.experiment_id;
  const gone = experiment.lifecycle_stage === 'deleted';
  const note = noteOf(experiment);
  return (
    <>
      <div class="page-head">
        {editing ? (
          <InlineEdit
            value={experiment.name} label={t('experiments.name')} onClose={() => setEditing(false)}
            save={async name => {
              await experiments.rename(experiment.experiment_id, name);
              onChange();
            }}
          />
        ) : (
          <h1 title={experiment.name}>{experiment.name}</h1>
        )}
        {!gone && !editing && <IconButton icon="edit" class="quiet" label={t('experiments.rename', { name: experiment.name })} onClick={() => setEditing(true)} />}
        {!gone && <IconButton icon="trash" class="quiet" label={t('experiments.delete', { name: experiment.name })} onClick={() => void removeExperiments([{ id: experiment.experiment_id, name: experiment.name }], onChange)} />}
      </div>
      <div class="facts">
        <span><span class="muted">{t('experiments.id')}</span> <code>{experiment.experiment_id}</code> <Copy text={experiment.experiment_id} label={t('copy.id')} /></span>
        <span class="wide-only"><span class="muted">{t('experiments.location')}</span> <code>{experiment.artifact_location}</code> <Copy text={experiment.artifact_location ?? ''} /></span>
        <span><a href={href.models(experiment.experiment_id)}>{t('models.logged')}</a></span>
        <TagList tags={experiment.tags} />
        {!gone && <button type="button" class="link" aria-expanded={tagging} onClick={() => setTagging(!tagging)}>{t('experiments.tags.edit')}</button>}
        {!gone && !note && !noting && <button type="button" class="link" onClick={() => setNoting(true)}>{t('experiments.notes.add')}</button>}
      </div>
      {tagging && (
        <div class="experiment-edit">
          <TagSection tags={experiment.tags ?? []} active={!gone} most={LONGEST} reload={onChange} set={(key, value) => experiments.setTag(id, key, value)} unset={key => experiments.deleteTag(id, key)} />
        </div>
      )}
      {gone && (
        <div class="banner" role="status">
          {t('experiments.gone')}
          <button type="button" onClick={() => void experiments.restore(experiment.experiment_id).then(onChange, (e: unknown) => notify('error', messageOf(e)))}>{t('restore')}</button>
        </div>
      )}
      {noting && !gone ? (
        <div class="section experiment-edit">
          <NoteEditor
            of={`experiment ${id}`} text={note} most={LONGEST} read={async () => noteOf(await experiments.get(id))} write={text => experiments.setTag(id, NOTE, text)}
            onClose={saved => {
              setNoting(false);
              if (saved) onChange();
            }}
          />
        </div>
      ) : note && <Note text={note} edit={gone ? undefined : () => setNoting(true)} />}
    </>
  );
}

/** Closed at first; what shows Markdown is fetched when somebody opens it. */
function Note({ text, edit }: { text: string; edit: (() => void) | undefined }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="note" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary>{t('notes')}</summary>
      {open && <Markdown text={text} />}
      {open && edit && <button type="button" onClick={edit}><Icon name="edit" /> {t('edit')}</button>}
    </details>
  );
}
