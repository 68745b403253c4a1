// The saved views: to choose one, to keep the present state as one, to hand it to others.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../api';
import { type SavedView, views } from '../api/shelf';
import type { Experiment } from '../api/types';
import { t } from '../i18n';
import { useKeys } from '../keys';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { go, route } from '../state/router';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Menu, type MenuItem } from '../ui/menu';
import { serverUrl, toClipboard } from '../ui/parts';
import type { Question } from './ask';
import { LONGEST_LINK, NO_VIEW, queryOf, sameState, stateOf, viewsOfTags } from './saved';

interface Props {
  /** Of the page of one experiment; undefined: of the page of all. */
  experimentId: string | undefined;
  experiment: Experiment | undefined;
  /** Columns that the reader has chosen, in the address or not. */
  columns: readonly string[] | null;
  /** The experiment has other views now. */
  onChange: () => void;
}

const Ask = lazy(() => import('./ask').then(m => m.Ask));
const path = () => location.hash.split('?')[0] || '#/runs';
const nameOf = (view: SavedView) => view.name ?? view.view_id;

export function SavedViews({ experimentId, experiment, columns, onChange }: Props): JSX.Element {
  const { query } = route.value;
  const id = query.get('v');
  // Those of no experiment are asked for when somebody may want them; an experiment brings its own along.
  const [wanted, setWanted] = useState(false);
  const asked = experimentId === undefined && (wanted || id !== null);
  const everywhere = useLoad(`views ${asked}`, async signal => (asked ? (await views.list(undefined, signal)).views : []));
  const own = viewsOfTags(experiment?.tags ?? []);
  const list = experimentId === undefined ? (everywhere.data ?? []) : own.views;
  const current = list.find(v => v.view_id === id);
  const state = stateOf(query, columns);
  const modified = current !== undefined && !sameState(current.state, stateOf(query, null)) && !sameState(current.state, state);
  const { standard } = own;
  const fixed = experiment?.lifecycle_stage === 'deleted';
  const [question, setQuestion] = useState<Question | null>(null);

  const changed = () => (experimentId === undefined ? everywhere.reload() : onChange());
  const show = (view: SavedView) => go(`${path()}?${queryOf(view.view_id, view.state)}`);
  /** Tells what came of it. */
  const attempt = (what: Promise<unknown>, said: string) => what.then(
    () => {
      notify('done', said);
      changed();
    },
    (e: unknown) => notify('error', messageOf(e)),
  );
  const update = (view: SavedView) => void attempt(views.update(experimentId, view.view_id, { state }), t('saved.saved', { name: nameOf(view) }));
  const setStandard = (view: SavedView | undefined) =>
    void attempt(views.setDefault(experimentId!, view?.view_id), view ? t('saved.defaulted', { name: nameOf(view) }) : t('saved.undefaulted'));

  const copyLink = async () => {
    try {
      const short = current && !modified ? current.view_id : state.length > LONGEST_LINK ? (await views.link(state)).view_id : null;
      const link = `${serverUrl()}/${path()}${short ? `?v=${short}` : state && `?${state}`}`;
      const copied = await toClipboard(link);
      notify(copied ? 'done' : 'error', copied ? t('saved.copied') : t('saved.copy.failed', { link }));
    } catch (e) {
      notify('error', messageOf(e));
    }
  };

  useKeys(list.slice(0, 9).map((view, i) => ({ keys: String(i + 1), text: `${t('saved')}: ${nameOf(view)}`, group: 'table' as const, act: () => show(view) })));

  const items = (): (MenuItem | false | undefined)[] => [
    ...list.map((view): MenuItem => ({ text: nameOf(view), checked: view === current, act: () => show(view), ...(view === standard && { hint: t('saved.default') }) })),
    list.length === 0 && { text: t(everywhere.loading ? 'loading' : 'saved.none'), disabled: true, act: () => undefined },
    current && { text: t('saved.plain'), checked: false, act: () => go(`${path()}${standard ? `?v=${NO_VIEW}` : ''}`) },
    !fixed && modified && current && { text: t('saved.update', { name: nameOf(current) }), apart: true, act: () => update(current) },
    !fixed && { text: t('saved.save'), apart: !modified, act: () => setQuestion({ ask: 'save' }) },
    { text: t('saved.link'), act: () => void copyLink() },
    !fixed && experimentId !== undefined && current && { text: t(current === standard ? 'saved.default.unset' : 'saved.default.set'), apart: true, act: () => setStandard(current === standard ? undefined : current) },
    !fixed && current && { text: t('saved.rename', { name: nameOf(current) }), apart: experimentId === undefined, act: () => setQuestion({ ask: 'rename', view: current }) },
    !fixed && current && { text: t('saved.delete', { name: nameOf(current) }), danger: true, act: () => setQuestion({ ask: 'delete', view: current }) },
  ];
  const ask = () => setWanted(true);
  return (
    <span class="saved-views" onPointerEnter={ask} onFocusCapture={ask}>
      <Menu label={t('saved')} named items={items} testId="saved-views" class={current ? 'chosen' : ''}>
        <Icon name="star" /> <span class="saved-name">{current ? nameOf(current) : t('saved')}</span>{modified && <span>({t('saved.modified')})</span>} <Icon name="down" />
      </Menu>
      {question && <Ask question={question} experimentId={experimentId} state={state} onClose={() => setQuestion(null)} onDone={changed} />}
    </span>
  );
}
