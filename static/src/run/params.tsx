// What the run was given, and how that differs from another run.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { runs } from '../api';
import type { Run } from '../api/types';
import { byKey } from '../grid/columns';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { href, replace, route, withMembers } from '../state/router';
import { linesInRun } from '../ui/first-lines';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Copy, Empty, toClipboard } from '../ui/parts';
import { useFilter } from './filter';
import { nameOf, parentOf } from './names';
import { before } from './neighbours';
import { toFlags, toJson, toYaml } from './param-text';
import { Section } from './section';
import { foldedAtFirst, isBranch, type Leaf, linesOf, type Node, treeOf } from './tree';
import { type Change, changesOf } from './versus';

const LINES_AT_FIRST = 100;
const LINES = 500;

const choices = ['parent', 'previous'] as const;
type Choice = (typeof choices)[number];

/** The run that the params are held against, if one is wanted. */
function useOther(run: Run, choice: Choice | undefined): Run | null | undefined {
  const id = run.info.run_id;
  return useLoad<Run | null>(`versus ${id} ${choice}`, async signal => {
    if (!choice) return null;
    const other = choice === 'parent' ? parentOf(run) : (await before(run.info, signal))?.id;
    return other ? runs.get(other, signal) : null;
  }).data;
}

export function Params({ run }: { run: Run }): JSX.Element {
  const params: Leaf[] = byKey(run.data?.params ?? []).map(p => ({ key: p.key, value: p.value ?? '' }));
  const choice = choices.find(c => c === route.value.query.get('vs'));
  const other = useOther(run, choice);
  const changes = other ? changesOf(params, other.data?.params ?? []) : null;
  const lost: Leaf[] = changes ? [...changes].filter(([, c]) => c.kind === 'removed').map(([key, c]) => ({ key, value: c.was ?? '' })) : [];
  const { shown, hidden: cut, field, filtered } = useFilter(params, p => `${p.key} ${p.value}`);
  const tree = treeOf(params);
  const [folded, setFolded] = useState(() => foldedAtFirst(tree, LINES_AT_FIRST));
  const all = filtered ? shown.map(p => ({ node: { ...p, label: p.key } as Node, depth: 0 })) : linesOf(tree, folded);
  const lines = all.slice(0, LINES);
  const hidden = filtered ? cut : all.length - lines.length;
  const copy = (make: typeof toYaml) => () => void toClipboard(make(params)).then(ok => notify(ok ? 'done' : 'error', t(ok ? 'copy.done' : 'compare.copy.failed')));
  const hold = (value: Choice | null) => () => replace(withMembers({ vs: value }));
  const fold = (path: string) => setFolded(new Set(folded.has(path) ? [...folded].filter(p => p !== path) : [...folded, path]));
  return (
    <Section
      id="params" title={t('params')} n={params.length}
      controls={params.length > 0 && (
        <>
          {field}
          <Menu
            label={t('params.versus')} class={choice ? 'chosen' : ''} named testId="versus"
            items={() => [
              { text: t('params.versus.none'), checked: !choice, act: hold(null) },
              parentOf(run) !== '' && { text: t('params.versus.parent'), checked: choice === 'parent', act: hold('parent') },
              { text: t('params.versus.previous'), checked: choice === 'previous', act: hold('previous') },
            ]}
          >
            {t('params.versus')} <Icon name="down" />
          </Menu>
          <Menu label={t('params.copy')} class="icon-button" testId="copy-params" items={() => [{ text: 'YAML', act: copy(toYaml) }, { text: 'JSON', act: copy(toJson) }, { text: t('params.flags'), act: copy(toFlags) }]}>
            <Icon name="copy" />
          </Menu>
        </>
      )}
    >
      {choice && other === null && <p class="muted" role="status">{t(`params.versus.no.${choice}`)}</p>}
      {other && changes && (
        <p class="versus" role="status">{tn('params.changed', changes.size)} <a href={href.run(other.info.experiment_id, other.info.run_id)}>{nameOf(other)}</a> · <a href={href.compare([other.info.run_id, run.info.run_id], new URLSearchParams({ base: other.info.run_id }))}>{t('compare.selected')}</a></p>
      )}
      {params.length === 0 ? <Empty title={t('run.params.empty')} code={linesInRun(run.info.run_id, 'mlflow.log_param("lr", 0.01)')} /> : (
        <table class="list pairs params" aria-label={t('params')}>
          <thead class="sr-only"><tr><th scope="col">{t('key')}</th><th scope="col">{t('value')}</th></tr></thead>
          <tbody>
            {lines.map(({ node, depth }) =>
              isBranch(node) ? (
                <tr key={`${node.path}.`}>
                  <th scope="row" colSpan={2} style={{ '--depth': depth }}>
                    <button type="button" class="plain fold" aria-expanded={!folded.has(node.path)} title={node.path} onClick={() => fold(node.path)}>
                      <Icon name="right" class={folded.has(node.path) ? '' : 'turned'} /> {node.label} <span class="muted">{count(node.leaves)}</span>
                    </button>
                  </th>
                </tr>
              ) : (
                <Row key={node.key} leaf={node} label={node.label} depth={depth} change={changes?.get(node.key)} />
              ),
            )}
            {lost.map(p => <Row key={`- ${p.key}`} leaf={p} label={p.key} depth={0} change={changes?.get(p.key)} />)}
          </tbody>
        </table>
      )}
      {hidden > 0 && <p class="muted">{tn('list.hidden', hidden)}</p>}
    </Section>
  );
}

function Row({ leaf, label, depth, change }: { leaf: Leaf; label: string; depth: number; change: Change | undefined }): JSX.Element {
  return (
    <tr class={change ? `changed ${change.kind}` : ''}>
      <th scope="row" title={leaf.key} style={{ '--depth': depth }}>{label}</th>
      <td>
        <span class="value" title={change?.was === undefined ? leaf.value : `${leaf.value}\n${t('params.was', { value: change.was })}`}>
          {change?.kind === 'removed' ? <del>{leaf.value}</del> : leaf.value}
          {change?.kind === 'changed' && <span class="was">{t('params.was', { value: change.was ?? '' })}</span>}
          {change?.kind === 'added' && <span class="was">{t('params.new')}</span>}
        </span>
        <Copy text={leaf.value} label={t('copy.value', { name: leaf.key })} />
      </td>
    </tr>
  );
}
