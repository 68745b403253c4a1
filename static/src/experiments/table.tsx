// The list of experiments: of any length, a row in the document for each that is on the screen.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { experiments } from '../api';
import type { ExperimentSummary } from '../api/summary';
import { useWindowed } from '../artifacts/windowed';
import { RunCounts } from '../home/run-counts';
import { type Key, t } from '../i18n';
import { useKeys } from '../keys';
import { pins, togglePin } from '../state/pins';
import { go, href } from '../state/router';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { PathName } from '../ui/path-name';
import { IconButton, InlineEdit, Time } from '../ui/parts';
import { firstLine, folderOf, nameWithin, type SortKey } from './folders';
import { removeExperiments, restoreExperiments, TagList } from './parts';
import { useDetails } from './use-details';

/** Of a row and of the head, in pixels; experiments.css has the same. */
const ROW = 31;
const HEAD = 30;

export interface TableActions {
  sort: (key: SortKey) => void;
  pick: (ids: ReadonlySet<string>) => void;
  tag: (ids: readonly string[]) => void;
  changed: () => void;
}

interface Props {
  list: readonly ExperimentSummary[];
  folder: string;
  deleted: boolean;
  sort: SortKey;
  descending: boolean;
  picked: ReadonlySet<string>;
  /** Goes up when tags may have changed. */
  version: number;
  stale: boolean;
  actions: TableActions;
}

const heads: [SortKey, Key, string][] = [['name', 'experiments.name', 'name'], ['runs', 'runs.title', 'runs'], ['activity', 'home.activity', 'activity'], ['created', 'experiments.created', 'created']];

export function ExperimentTable({ list, folder, deleted, sort, descending, picked, version, stale, actions }: Props): JSX.Element {
  const { box, from, to, reveal } = useWindowed<HTMLDivElement>(list.length, ROW, HEAD);
  const [current, setCurrent] = useState(0);
  const [editing, setEditing] = useState('');
  const [, redraw] = useState(0);
  const focusWanted = useRef(-1);
  const lastPicked = useRef(0);
  const drawn = list.slice(from, to);
  const details = useDetails(drawn.map(e => e.id), version);
  const at = Math.min(current, list.length - 1);
  useLayoutEffect(() => setCurrent(0), [folder]);
  // The row may have to be drawn before it can have the focus.
  useLayoutEffect(() => {
    const row = focusWanted.current < 0 ? null : box.current?.querySelector<HTMLElement>(`tr[data-index="${focusWanted.current}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    focusWanted.current = -1;
  });

  const move = (i: number) => {
    const next = Math.max(0, Math.min(list.length - 1, i));
    setCurrent(next);
    focusWanted.current = next;
    redraw(n => n + 1);
    reveal(next);
  };
  const toggle = (i: number, range: boolean) => {
    const on = !picked.has(list[i]!.id);
    const [a, b] = range ? [Math.min(lastPicked.current, i), Math.max(lastPicked.current, i)] : [i, i];
    const next = new Set(picked);
    for (const e of list.slice(a, b + 1)) on ? next.add(e.id) : next.delete(e.id);
    lastPicked.current = i;
    actions.pick(next);
  };
  const inRow = () => document.activeElement instanceof HTMLTableRowElement && box.current!.contains(document.activeElement);
  const one = list[at];
  /** Of the row that has the focus. */
  const ofRow = (act: (e: ExperimentSummary) => void) => () => (inRow() && one ? act(one) : false);
  const start = () => (inRow() ? current : -1);
  useKeys([
    { keys: 'j', text: t('keys.next'), group: 'table', keysOnly: true, act: () => move(start() + 1) },
    { keys: 'k', text: t('keys.previous'), group: 'table', keysOnly: true, act: () => move(start() - 1) },
    { keys: ['ArrowDown'], text: t('keys.next'), group: 'table', keysOnly: true, act: ofRow(() => move(at + 1)) },
    { keys: ['ArrowUp'], text: t('keys.previous'), group: 'table', keysOnly: true, act: ofRow(() => move(at - 1)) },
    { keys: 'Enter', text: t('keys.open'), group: 'table', keysOnly: true, act: ofRow(e => go(href.runs(e.id))) },
    { keys: ['x', 'Space'], text: t('keys.select'), group: 'table', keysOnly: true, act: e => (inRow() ? toggle(at, e?.shiftKey ?? false) : false) },
    ...(deleted ? [] : [
      { keys: 'p', text: t('home.pin'), group: 'table', keysOnly: true, act: ofRow(e => togglePin(e.id)) },
      { keys: 'e', text: t('keys.rename'), group: 'table', keysOnly: true, act: ofRow(e => setEditing(e.id)) },
      { keys: 't', text: t('tags.add'), group: 'table', keysOnly: true, act: ofRow(e => actions.tag([e.id])) },
      { keys: 'Delete', text: t('delete'), group: 'table', keysOnly: true, act: ofRow(e => void removeExperiments([e], actions.changed)) },
    ] as const),
  ]);

  const all = list.length > 0 && list.every(e => picked.has(e.id));
  const head = ([key, text, cls]: (typeof heads)[number]) => (
    <th key={key} scope="col" class={cls} aria-sort={key === sort ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" class="sort" onClick={() => actions.sort(key)}>{t(text)}{key === sort && <span aria-hidden="true">{descending ? ' ↓' : ' ↑'}</span>}</button>
    </th>
  );
  return (
    <div class="table-box experiments-box" ref={box}>
      <table class={`list experiments ${stale ? 'stale' : ''}`} aria-label={t('experiments.title')} aria-rowcount={list.length + 1}>
        <thead>
          <tr>
            <td class="check"><input type="checkbox" aria-label={t('experiments.select.all')} checked={all} onChange={() => actions.pick(all ? new Set() : new Set(list.map(e => e.id)))} /></td>
            {heads.map(head)}
            <th scope="col" class="about">{t('experiments.about')}</th>
            <th scope="col" class="tags">{t('tags')}</th>
            <th scope="col" class="id">{t('experiments.id')}</th>
            <th scope="col" class="actions"><span class="sr-only">{t('actions')}</span></th>
          </tr>
        </thead>
        {from > 0 && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${from * ROW}px` }}><td /></tr></tbody>}
        <tbody data-testid="experiments">
          {drawn.map((e, k) => {
            const i = from + k;
            const tags = details.get(e.id) ?? [];
            const about = firstLine(tags.find(tag => tag.key === 'mlflow.note.content')?.value ?? '');
            const shownFolder = folderOf(e.name) === folder ? '' : nameWithin(e.name, folder).split('/').slice(0, -1).join('/');
            const name = nameWithin(e.name, folder);
            return (
              <tr
                key={e.id} data-index={i} aria-rowindex={i + 2} tabIndex={i === at || (k === 0 && (at < from || at >= to)) ? 0 : -1} class={picked.has(e.id) ? 'marked' : ''}
                onFocus={() => setCurrent(i)} onDblClick={() => go(href.runs(e.id))}
              >
                <td class="check"><input type="checkbox" aria-label={t('runs.select', { name: e.name })} checked={picked.has(e.id)} onClick={event => toggle(i, event.shiftKey)} /></td>
                <th scope="row" class="name">
                  {editing === e.id ? (
                    <InlineEdit
                      value={e.name} label={t('experiments.name')}
                      onClose={() => {
                        setEditing('');
                        focusWanted.current = i;
                      }}
                      save={async text => {
                        await experiments.rename(e.id, text);
                        actions.changed();
                      }}
                    />
                  ) : (
                    <>
                      <a href={href.runs(e.id)} title={e.name} aria-label={e.name}><PathName folder={shownFolder && name.slice(0, name.lastIndexOf('/') + 1)} own={shownFolder ? name.slice(name.lastIndexOf('/') + 1) : name} /></a>
                      {!deleted && <IconButton icon="star" class={`quiet pin ${pins.value.includes(e.id) ? 'pinned' : ''}`} pressed={pins.value.includes(e.id)} label={t('home.pin.of', { name: e.name })} onClick={() => togglePin(e.id)} />}
                    </>
                  )}
                </th>
                <td class="number runs"><RunCounts of={e} bare /></td>
                <td class="activity"><Time ms={e.activity} /></td>
                <td class="created"><Time ms={e.created} /></td>
                <td class="about muted" title={about}>{about}</td>
                <td class="tags"><TagList tags={[...tags]} most={3} /></td>
                <td class="id">{e.id}</td>
                <td class="actions">
                  <Menu
                    label={t('experiments.menu', { name: e.name })} class="icon-button quiet"
                    items={() => deleted ? [{ text: t('restore'), act: () => void restoreExperiments([e], actions.changed) }] : [
                      { text: t('keys.rename'), hint: 'e', act: () => setEditing(e.id) },
                      { text: t('tags.add'), hint: 't', act: () => actions.tag([e.id]) },
                      { text: t(pins.value.includes(e.id) ? 'home.unpin' : 'home.pin'), hint: 'p', act: () => togglePin(e.id) },
                      { text: t('delete'), hint: 'Del', danger: true, apart: true, act: () => void removeExperiments([e], actions.changed) },
                    ]}
                  ><Icon name="more" /></Menu>
                </td>
              </tr>
            );
          })}
        </tbody>
        {to < list.length && <tbody aria-hidden="true"><tr class="spacer" style={{ height: `${(list.length - to) * ROW}px` }}><td /></tr></tbody>}
      </table>
    </div>
  );
}
