// Somebody comes by an address that names a view, or to an experiment that opens with one: the state of the view goes
// into the address, which is all that the page knows.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, isAbort, messageOf } from '../api';
import { type SavedView, views } from '../api/shelf';
import type { Experiment } from '../api/types';
import { t } from '../i18n';
import { notify } from '../state/notices';
import { replace, route } from '../state/router';
import { readStored, store } from '../state/settings';
import { namedOnly, NO_VIEW, queryOf, viewsOfTags } from './saved';

const opensWithView = (id: string) => `cairn.opens.${id}`;
const path = () => location.hash.split('?')[0] || '#/runs';

async function find(id: string, experiment: Experiment | undefined, signal: AbortSignal): Promise<SavedView> {
  const own = experiment && viewsOfTags(experiment.tags ?? []).views.find(v => v.view_id === id);
  return own ?? views.get(experiment?.experiment_id, id, signal);
}

/** Whether the page is to wait for a state. `experimentId`: of the page of one experiment, which may not be there yet. */
export function useArrival(experimentId: string | undefined, experiment: Experiment | undefined): boolean {
  const { query } = route.value;
  const id = namedOnly(query);
  // The view that the address has named together with a state; its own state, if it was asked for.
  const [shown, setShown] = useState<{ view_id: string; state?: string } | null>(null);
  const known = experimentId === undefined || experiment !== undefined;
  const arriving = id !== null && id !== shown?.view_id;

  useEffect(() => {
    if (!arriving || !known) return;
    const stop = new AbortController();
    find(id, experiment, stop.signal).then(
      view => {
        if (stop.signal.aborted) return;
        setShown(view);
        replace(`${path()}?${queryOf(id, view.state)}`);
      },
      (e: unknown) => {
        if (stop.signal.aborted || isAbort(e)) return;
        notify('error', e instanceof ApiError && e.status === 404 ? t('saved.gone') : messageOf(e));
        replace(`${path()}?v=${NO_VIEW}`);
      },
    );
    return () => stop.abort();
  }, [arriving ? id : null, known]);

  const named = query.get('v');
  useEffect(() => {
    if (named !== null && id === null && named !== shown?.view_id) setShown({ view_id: named });
  }, [named, id]);

  useEffect(() => {
    // All that the view had was taken away: that is another state, and the next visit is not to undo it.
    if (id !== null && id === shown?.view_id && shown.state !== '') replace(`${path()}?v=${NO_VIEW}`);
  }, [id, shown]);

  const empty = [...query].length === 0;
  const standard = experiment && viewsOfTags(experiment.tags ?? []).standard;
  useEffect(() => {
    if (experiment) store(opensWithView(experiment.experiment_id), standard ? '1' : null);
    if (!empty || !standard) return;
    setShown(standard);
    replace(`${path()}?${queryOf(standard.view_id, standard.state)}`);
  }, [empty, standard?.view_id, experiment === undefined]);

  return arriving || (empty && (standard !== undefined || (!known && readStored(opensWithView(experimentId!)) !== null)));
}
