// The runs table: a row a run, metric and param columns, sorted by the server, usable without a mouse.
import { Fragment, type JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Run } from '../api/types';
import { formatNumber, fullNumber } from '../format';
import { t } from '../i18n';
import { go, href } from '../state/router';
import { Icon } from '../ui/icons';
import { Duration, Status, Time } from '../ui/parts';
import { type Column, type Group, indexOf, isNumericColumn, isSortable, type Sort, userOf } from './columns';

interface Props {
  runs: readonly Run[];
  columns: readonly Column[];
  sort: Sort;
  stale: boolean;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onSort: (id: string) => void;
}

const groupTitle: Record<Group, 'metrics' | 'params' | 'tags' | 'columns.info'> = { metrics: 'metrics', params: 'params', tags: 'tags', info: 'columns.info' };

export function columnTitle(column: Column): string {
  if (column.group !== 'info') return column.key;
  const known = ['duration', 'user_id', 'source', 'run_id', 'start_time', 'run_name', 'status'] as const;
  const key = known.find(k => k === column.key);
  return key ? t(`runs.${key}`) : column.key;
}

function Cell({ run, column, numeric, first }: { run: Run; column: Column; numeric: boolean; first: boolean }): JSX.Element {
  const index = indexOf(run);
  const edge = first ? 'group-start' : '';
  switch (column.group) {
    case 'metrics': {
      const v = index.metrics.get(column.key);
      return v === undefined ? <td class={`number muted ${edge}`}>–</td> : <td class={`number ${edge}`} title={fullNumber(v)}>{formatNumber(v)}</td>;
    }
    case 'params':
    case 'tags': {
      const v = index[column.group].get(column.key);
      const cls = `${numeric ? 'number' : ''} ${edge}`;
      return v === undefined ? <td class={`muted ${cls}`}>–</td> : <td class={`text ${cls}`} title={v}>{v}</td>;
    }
    case 'info': {
      const info = run.info;
      if (column.key === 'duration') return <td class="number"><Duration start={info.start_time} end={info.end_time} running={info.status === 'RUNNING'} /></td>;
      if (column.key === 'user_id') return <td class="text">{userOf(run)}</td>;
      if (column.key === 'run_id') return <td class="id"><code>{info.run_id}</code></td>;
      if (column.key === 'source') return <td class="text" title={index.tags.get('mlflow.source.name')}>{index.tags.get('mlflow.source.name')?.split('/').pop() ?? <span class="muted">–</span>}</td>;
      return <td />;
    }
  }
}

export function RunsTable({ runs, columns, sort, stale, selected, onSelect, onSort }: Props): JSX.Element {
  const [current, setCurrent] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const lastClicked = useRef(0);
  const groups: { group: Group; span: number }[] = [];
  for (const c of columns) {
    const last = groups[groups.length - 1];
    if (last?.group === c.group) last.span++;
    else groups.push({ group: c.group, span: 1 });
  }
  const numeric = new Set(columns.filter(c => isNumericColumn(runs, c)).map(c => c.id));
  const starts = new Set(columns.filter((c, i) => c.group !== 'info' && columns[i - 1]?.group !== c.group).map(c => c.id));

  const header = (column: Column, className = '') => {
    const active = sort.id === column.id;
    const title = columnTitle(column);
    const cls = `${className} ${numeric.has(column.id) ? 'number' : ''}`;
    if (!isSortable(column)) return <th scope="col" class={cls} key={column.id}><span class="sort">{title}</span></th>;
    const hint = column.group === 'params' || column.group === 'tags' ? `${column.key}\n${t('runs.sort.text')}` : column.key;
    return (
      <th scope="col" key={column.id} class={cls} aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" class="sort" title={column.group === 'info' ? undefined : hint} onClick={() => onSort(column.id)}>
          <span class="sort-title">{title}</span>{active && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
        </button>
      </th>
    );
  };

  const move = (to: number) => {
    const i = Math.max(0, Math.min(runs.length - 1, to));
    setCurrent(i);
    (body.current?.rows[i] as HTMLElement | undefined)?.focus();
  };
  const toggle = (i: number, range: boolean) => {
    const next = new Set(selected);
    const on = !next.has(runs[i]!.info.run_id);
    const [from, to] = range ? [Math.min(lastClicked.current, i), Math.max(lastClicked.current, i)] : [i, i];
    for (let k = from; k <= to; k++) {
      const id = runs[k]!.info.run_id;
      if (on) next.add(id);
      else next.delete(id);
    }
    lastClicked.current = i;
    onSelect(next);
  };
  const key = (e: KeyboardEvent) => {
    if (e.target instanceof HTMLInputElement && e.key === ' ') return;
    const run = runs[current];
    if (!run || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'ArrowDown' || e.key === 'j') move(current + 1);
    else if (e.key === 'ArrowUp' || e.key === 'k') move(current - 1);
    else if (e.key === 'Home') move(0);
    else if (e.key === 'End') move(runs.length - 1);
    else if (e.key === 'x' || e.key === ' ') toggle(current, e.shiftKey);
    else if (e.key === 'Enter' && e.target instanceof HTMLTableRowElement) go(href.run(run.info.experiment_id, run.info.run_id));
    else return;
    e.preventDefault();
  };
  const all = runs.length > 0 && runs.every(r => selected.has(r.info.run_id));
  const start: Column = { id: 'info.start_time', group: 'info', key: 'start_time' };
  const name: Column = { id: 'info.run_name', group: 'info', key: 'run_name' };
  const status: Column = { id: 'info.status', group: 'info', key: 'status' };

  return (
    <div class="table-box runs-box">
      <table class={`list runs ${stale ? 'stale' : ''}`} aria-label={t('runs.title')} data-testid="runs">
        <thead>
          {groups.some(g => g.group !== 'info') && (
            <tr class="group-row">
              <td colSpan={4} />
              {groups.map(g => g.group === 'info' ? <td key={g.group} colSpan={g.span} /> : <th key={g.group} scope="colgroup" colSpan={g.span} class="group-start">{t(groupTitle[g.group])}</th>)}
            </tr>
          )}
          <tr>
            <td class="check">
              <input type="checkbox" aria-label={t('runs.select.all')} checked={all} onChange={() => onSelect(new Set(all ? [] : runs.map(r => r.info.run_id)))} />
            </td>
            {header(status, 'status-col')}
            {header(name, 'name')}
            {header(start)}
            {columns.map(c => header(c, starts.has(c.id) ? 'group-start' : ''))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={key}>
          {runs.map((run, i) => {
            const index = indexOf(run);
            const title = run.info.run_name || index.tags.get('mlflow.runName') || run.info.run_id;
            const marked = selected.has(run.info.run_id);
            return (
              <tr
                key={run.info.run_id} tabIndex={i === current ? 0 : -1} class={marked ? 'marked' : ''} onFocus={() => setCurrent(i)}
                onDblClick={() => go(href.run(run.info.experiment_id, run.info.run_id))}
              >
                <td class="check">
                  <input type="checkbox" aria-label={t('runs.select', { name: title })} checked={marked} onClick={e => toggle(i, e.shiftKey)} />
                </td>
                <td class="status-col"><Status status={run.info.status} /></td>
                <th scope="row" class="name">
                  {index.tags.has('mlflow.parentRunId') && <span class="nested" title={t('runs.nested')}><Icon name="child" /><span class="sr-only">{t('runs.nested')}</span></span>}
                  <a href={href.run(run.info.experiment_id, run.info.run_id)} title={title}>{title}</a>
                </th>
                <td><Time ms={run.info.start_time} /></td>
                {columns.map(c => <Fragment key={c.id}><Cell run={run} column={c} numeric={numeric.has(c.id)} first={starts.has(c.id)} /></Fragment>)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
