// Runs that this one is a part of, and all its own parts.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type ColumnSpec, grid, type GridPage, type Search } from '../api/grid';
import { lots } from '../api/lots';
import type { Run, RunInfo, Tag } from '../api/types';
import { formatNumber, fullNumber } from '../format';
import { isSystemMetric } from '../grid/columns';
import { count, duration, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Near } from '../ui/near';
import { Loading, Status } from '../ui/parts';
import { PARENT, parentOf } from './names';
import { Section } from './section';
import { countOf, type Member, type Twig, twigsOf } from './twigs';

/** Runs of a tree that are shown; more of them are for a table. */
const MOST = 500;
/** Parents in one question. */
const LOT = 200;
/** Deeper than anybody nests; a circle of parents ends here. */
const DEEPEST = 20;
/** Branches with more runs are folded at first. */
const OPEN = 30;

const childrenOf = (experimentId: string, parents: readonly string[]): Search => ({
  experimentIds: [experimentId], filter: `tags.\`${PARENT}\` IN (${parents.map(id => `'${id}'`).join(',')})`, view: 'ACTIVE_ONLY', orderBy: ['attributes.start_time ASC'],
});

function membersIn(page: GridPage): Member[] {
  return page.run_id.map((id, i) => {
    const value = page.columns[2]?.[i] ?? null;
    const [start, end] = [page.start_time[i] ?? 0, page.end_time[i] ?? 0];
    return {
      id, experimentId: page.experiment_id[i] ?? '', name: page.run_name[i] || String(page.columns[1]?.[i] ?? '') || id, status: page.status[i] ?? 'FINISHED',
      parent: String(page.columns[0]?.[i] ?? ''), start, metric: value === null ? null : Number(value), duration: start && end ? end - start : null,
    };
  });
}

async function descendants(run: Run, primary: string, signal: AbortSignal): Promise<{ members: Member[]; metric: string; whole: boolean }> {
  const members: Member[] = [];
  const seen = new Set([run.info.run_id]);
  let level = [run.info.run_id];
  let metric = primary;
  let whole = true;
  for (let depth = 0; level.length > 0 && depth < DEEPEST && whole; depth++) {
    const next: string[] = [];
    for (const lot of lots(level, LOT)) {
      const search = childrenOf(run.info.experiment_id, lot);
      if (!metric && depth === 0) {
        // Without a metric that the experiment names, it is the one that most of the runs have.
        const keys = await grid.keys(search, signal);
        metric = keys.metrics.filter(k => !isSystemMetric(k.key)).sort((a, b) => b.runs - a.runs)[0]?.key ?? '';
      }
      const columns: ColumnSpec[] = [{ kind: 'tag', key: PARENT }, { kind: 'tag', key: 'mlflow.runName' }];
      if (metric) columns.push({ kind: 'metric', key: metric });
      const limit = MOST - members.length + 1;
      const found = membersIn(await grid.query(search, { columns, offset: 0, limit: Math.min(500, limit) }, signal)).filter(m => !seen.has(m.id));
      for (const m of found) seen.add(m.id);
      members.push(...found);
      next.push(...found.map(m => m.id));
      whole &&= members.length < MOST;
    }
    level = next;
  }
  return { members: members.slice(0, MOST), metric, whole };
}

interface Props { run: Run; tags: readonly Tag[]; parents: readonly RunInfo[]; hasChildren: boolean }

export function Nested({ run, tags, parents, hasChildren }: Props): JSX.Element | null {
  const [below, setBelow] = useState<readonly string[]>([]);
  const id = run.info.run_id;
  const parentId = parentOf(run);
  if (!parentId && !hasChildren) return null;
  return (
    <Section
      id="family" title={t('run.family')} n={below.length}
      controls={hasChildren && (
        <>
          {below.length > 0 && <a class="button" href={href.compare([id, ...below])}>{t('compare.selected')}</a>}
          <a class="button" href={href.runs(run.info.experiment_id, new URLSearchParams({ filter: childrenOf('', [id]).filter }))}>{t('table')}</a>
        </>
      )}
    >
      {parentId && (
        <p class="ancestors">
          {t('run.parent')}{' '}
          {parents.length > 0
            ? parents.map((r, i) => <span key={r.run_id}>{i > 0 && ' › '}<Status status={r.status} /> <a href={href.run(r.experiment_id, r.run_id)}>{r.run_name || r.run_id}</a></span>)
            : <a href={href.run(run.info.experiment_id, parentId)}>{parentId}</a>}
        </p>
      )}
      {hasChildren && <Near><Below run={run} primary={tags.find(tag => tag.key === 'mlflow.experiment.primaryMetric.name')?.value ?? ''} onFound={setBelow} /></Near>}
    </Section>
  );
}

function Below({ run, primary, onFound }: { run: Run; primary: string; onFound: (runIds: readonly string[]) => void }): JSX.Element {
  const id = run.info.run_id;
  const found = useLoad(`descendants ${id} ${primary}`, signal => descendants(run, primary, signal)).data;
  const twigs = found ? twigsOf(id, found.members) : [];
  useEffect(() => onFound((found?.members ?? []).map(m => m.id)), [found]);
  if (!found) return <Loading />;
  return (
    <>
      {found.metric && <p class="muted twig-metric">{found.metric}</p>}
      <Branch twigs={twigs} open={countOf(twigs) <= OPEN} top />
      {!found.whole && <p class="muted">{t('run.children.more')}</p>}
    </>
  );
}

function Branch({ twigs, open, top }: { twigs: readonly Twig[]; open: boolean; top?: boolean }): JSX.Element {
  return <ul class={`twigs ${top ? 'top' : ''}`}>{twigs.map(twig => <Item key={twig.member.id} twig={twig} open={open} />)}</ul>;
}

function Item({ twig, open: first }: { twig: Twig; open: boolean }): JSX.Element {
  const [open, setOpen] = useState(first);
  const m = twig.member;
  return (
    <li>
      <div class="twig">
        {twig.children.length > 0 ? (
          <button type="button" class="icon-button quiet" aria-expanded={open} aria-label={tn('run.children.of', countOf(twig.children), { name: m.name })} onClick={() => setOpen(!open)}><Icon name="right" class={open ? 'turned' : ''} /></button>
        ) : <span class="twig-none" />}
        <Status status={m.status} /> <a href={href.run(m.experimentId, m.id)} title={m.name}>{m.name}</a>
        {twig.children.length > 0 && <span class="muted">{count(countOf(twig.children))}</span>}
        <span class="twig-value">{m.metric !== null ? <b title={fullNumber(m.metric)}>{formatNumber(m.metric)}</b> : m.duration !== null && <span class="muted">{duration(m.duration)}</span>}</span>
      </div>
      {open && twig.children.length > 0 && <Branch twigs={twig.children} open={first} />}
    </li>
  );
}
