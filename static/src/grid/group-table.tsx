// Runs in groups: a row for each, with what the columns come to and its best run; opened, the runs of the group.
import { Fragment, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { grid, type Search } from '../api/grid';
import { formatNumber, fullNumber } from '../format';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Failure, IconButton, Loading, Status, Time } from '../ui/parts';
import { type Column, orderBy, type Sort } from './columns';
import { type Aggregate, bestOf, groupQuery, type GroupRow, type GroupValue, rowsOfGroups, searchOfGroup, statColumns, statText } from './groups';
import { columnTitle } from './header';
import { isNumericColumn, type Row, rowsOf, specsOf } from './rows';

interface Props {
  search: Search;
  found: string;
  keys: readonly Column[];
  columns: readonly Column[];
  /** Rows at hand: by them a column of params is one of numbers. */
  sample: readonly Row[];
  sorts: readonly Sort[];
  aggregate: Aggregate;
  experiments: ReadonlyMap<string, string> | null;
  version: number;
  sort: (id: string | null) => void;
  /** The table of these runs alone. */
  only: (search: Search) => void;
}

const GROUPS = 100;
const RUNS = 50;
/** The server gives no more in one answer. */
const MOST = 500;

export function GroupTable({ search, found, keys, columns, sample, sorts, aggregate, experiments, version, sort, only }: Props): JSX.Element {
  const [limit, setLimit] = useState(GROUPS);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const stats = statColumns(columns, keys);
  const numeric = new Set(stats.filter(c => isNumericColumn(sample, c)).map(c => c.id));
  const query = groupQuery(keys, stats, numeric, sorts, aggregate);
  const load = useLoad(`groups ${found} ${version} ${limit} ${JSON.stringify(query)}`, async signal => {
    const pages = [];
    for (let offset = 0; offset < limit; offset += MOST) {
      const page = await grid.groups(search, { ...query, offset, limit: Math.min(MOST, limit - offset) }, signal);
      pages.push(page);
      if (page.total <= offset + MOST) break;
    }
    return { total: pages[0]!.total, rows: pages.flatMap(rowsOfGroups) };
  });
  const [last, setLast] = useState<typeof load.data>(undefined);
  if (load.data && load.data !== last) setLast(load.data);
  const answer = load.data ?? last;
  if (load.error !== null) return <Failure error={load.error} retry={load.reload} />;
  // What is shown may be of an earlier question, with other columns.
  if (!answer || (answer.rows[0] && (answer.rows[0].stats.length !== stats.length || answer.rows[0].values.length !== keys.length))) return <Loading />;

  const best = bestOf(sorts, stats);
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const head = (id: string, text: string, cls = '', title = text) => {
    const at = sorts[0]?.id === id ? sorts[0] : undefined;
    return (
      <th key={id} scope="col" class={cls} aria-label={text} aria-sort={at ? (at.descending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" class="sort" title={title} onClick={() => sort(id)}><span class="sort-title">{text}</span>{at && <span aria-hidden="true">{at.descending ? '↓' : '↑'}</span>}</button>
      </th>
    );
  };
  const span = 3 + keys.length + stats.length;
  return (
    <div class="table-box group-box">
      <table class={`list groups ${load.data ? '' : 'stale'}`} aria-label={t('group.title')} data-testid="groups">
        <thead>
          <tr>
            <td class="opener" />
            {keys.map(k => head(k.id, columnTitle(k)))}
            <th scope="col" class="number"><button type="button" class="sort" onClick={() => sort(null)}>{t('runs.title')}</button></th>
            <th scope="col" title={best ? `${columnTitle(stats[best.index]!)}: ${t(best.least ? 'group.least' : 'group.most')}` : undefined}>
              <span class="sort">{t('group.best')}{best && <span class="muted">{` ${columnTitle(stats[best.index]!)} ${best.least ? '↓' : '↑'}`}</span>}</span>
            </th>
            {stats.map(c => head(c.id, columnTitle(c), numeric.has(c.id) ? 'number' : ''))}
          </tr>
        </thead>
        {answer.rows.map(row => {
          const inner = searchOfGroup(search, keys, row.values);
          const name = row.values.map((v, i) => `${columnTitle(keys[i]!)} ${valueText(keys[i]!, v, experiments)}`).join(', ');
          return (
            <tbody key={row.id}>
              <tr class="group">
                <td class="opener">{inner && <IconButton icon="right" class={`quiet ${open.has(row.id) ? 'turned' : ''}`} expanded={open.has(row.id)} label={t('group.open', { name })} onClick={() => toggle(row.id)} />}</td>
                {keys.map((k, i) => {
                  const text = valueText(k, row.values[i] ?? null, experiments);
                  return i === 0 ? <th key={k.id} scope="row" class="text" title={text}>{text}</th> : <td key={k.id} class="text" title={text}>{text}</td>;
                })}
                <td class="number">{inner ? <button type="button" class="link" title={t('group.only')} onClick={() => only(inner)}>{count(row.runs)}</button> : count(row.runs)}</td>
                <td class="text">{row.best ? <a href={href.run(row.best.experiment_id, row.best.run_id)} title={row.best.run_name}>{row.best.run_name || row.best.run_id}</a> : <span class="muted">–</span>}</td>
                {stats.map((c, i) => <StatCell key={c.id} stat={row.stats[i]!} aggregate={aggregate} numeric={numeric.has(c.id)} />)}
              </tr>
              {inner && open.has(row.id) && <Members search={inner} columns={stats} numeric={numeric} sorts={sorts} keys={keys.length} span={span} version={version} total={row.runs} />}
            </tbody>
          );
        })}
      </table>
      {answer.total > answer.rows.length && <p class="more"><button type="button" onClick={() => setLimit(limit + GROUPS)}>{t('group.more', { n: count(answer.total - answer.rows.length) })}</button></p>}
    </div>
  );
}

function valueText(key: Column, value: GroupValue, experiments: ReadonlyMap<string, string> | null): string {
  if (value === null) return t('column.novalue');
  if (key.id === 'info.experiment_id') return experiments?.get(String(value)) ?? String(value);
  if (key.id === 'info.status') return (['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const).filter(s => s === value).map(s => t(`status.${s}`))[0] ?? String(value);
  return typeof value === 'number' ? formatNumber(value) : value;
}

function StatCell({ stat, aggregate, numeric }: { stat: GroupRow['stats'][number]; aggregate: Aggregate; numeric: boolean }): JSX.Element {
  const shown = statText(stat, aggregate);
  if (!shown) return <td class={`muted ${numeric ? 'number' : ''}`}>–</td>;
  return <td class={shown.number ? 'number' : 'text'} title={shown.title}>{shown.text}</td>;
}

function Members({ search, columns, numeric, sorts, keys, span, version, total }: { search: Search; columns: readonly Column[]; numeric: ReadonlySet<string>; sorts: readonly Sort[]; keys: number; span: number; version: number; total: number }): JSX.Element {
  const [limit, setLimit] = useState(RUNS);
  const order = orderBy(sorts);
  const load = useLoad(`members ${search.experimentIds.join(',')} ${search.filter} ${search.view} ${order.join()} ${columns.map(c => c.id).join(',')} ${limit} ${version}`, async signal => {
    const pages = [];
    for (let offset = 0; offset < Math.min(limit, total); offset += MOST)
      pages.push(await grid.query({ ...search, orderBy: order }, { columns: specsOf(columns), offset, limit: Math.min(MOST, limit - offset), total: false }, signal));
    return pages.flatMap(page => rowsOf(page, columns));
  });
  const [last, setLast] = useState<Row[]>([]);
  if (load.data && load.data !== last) setLast(load.data);
  if (load.error !== null) return <tr><td colSpan={span}><Failure error={load.error} retry={load.reload} /></td></tr>;
  const rows = load.data ?? last;
  return (
    <Fragment>
      {rows.map(r => (
        <tr key={r.id} class="member">
          <td class="opener" />
          <th scope="row" class="name" colSpan={keys}><Icon name="child" class="muted" /> <a href={href.run(r.experimentId, r.id)} title={r.name}>{r.name}</a></th>
          <td class="number"><Status status={r.status} /></td>
          <td><Time ms={r.start} /></td>
          {columns.map(c => {
            const v = r.cells.get(c.id) ?? null;
            if (v === null) return <td key={c.id} class={`muted ${numeric.has(c.id) ? 'number' : ''}`}>–</td>;
            return <td key={c.id} class={typeof v === 'number' || numeric.has(c.id) ? 'number' : 'text'} title={typeof v === 'number' ? fullNumber(v) : v}>{typeof v === 'number' ? formatNumber(v) : v}</td>;
          })}
        </tr>
      ))}
      {!load.data && rows.length === 0 && <tr class="member"><td colSpan={span}><Loading /></td></tr>}
      {total > rows.length && load.data && <tr class="member"><td class="opener" /><td colSpan={span - 1}><button type="button" class="link" onClick={() => setLimit(limit + RUNS)}>{tn('group.more.runs', total - rows.length)}</button></td></tr>}
    </Fragment>
  );
}
