// One row of the runs table.
import { type ComponentChildren, Fragment, type HTMLAttributes, type JSX } from 'preact';
import { formatNumber, fullNumber } from '../format';
import { count, t, tn } from '../i18n';
import { chosenColors, lookOf } from '../state/colours';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Duration, Status, Time } from '../ui/parts';
import { CHECK, LOOK, type Placed, STATUS } from './layout';
import { type Marks, markShare } from './marks';
import type { Row } from './rows';
import { Spark, type Sparks } from './spark';

/** What is the same for all rows of a table. */
export interface RowFrame {
  places: readonly Placed[];
  pinnedCount: number;
  experiments: ReadonlyMap<string, string> | null;
  numeric: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  sparks: Sparks;
  marks: Marks;
  /** Of the columns that have a mark. */
  ranges: ReadonlyMap<string, readonly [number, number] | null>;
}

/** The place of a row in a tree; open is undefined of a run that has no parts. */
export interface Twig { depth: number; open: boolean | undefined; onOpen: () => void }

interface Props {
  row: Row;
  frame: RowFrame;
  twig?: Twig | undefined;
  marked: boolean;
  /** Whether it is drawn in charts. */
  drawn: boolean;
  peeked: boolean;
  onCheck: (range: boolean) => void;
  onEye: () => void;
  attributes: HTMLAttributes<HTMLTableRowElement> & { 'data-index'?: number };
}

/** The cell of a column; attributes of its place are the same for all kinds. */
function Cell({ row, place, frame }: { row: Row; place: Placed; frame: RowFrame }): JSX.Element {
  const { column, left } = place;
  const numeric = frame.numeric.has(column.id);
  const mark = frame.marks.get(column.id);
  const share = mark ? markShare(row.cells.get(column.id), frame.ranges.get(column.id)) : null;
  const style = { ...(left !== undefined && { '--left': `${left}px` }), ...(share !== null && { '--share': `${share}%` }) };
  const cell = (cls: string, content: ComponentChildren, title?: string) => (
    <td class={`${cls} ${frame.edges.has(column.id) ? 'group-start' : ''} ${left === undefined ? '' : 'frozen'} ${share === null ? '' : `mark-${mark}`}`} title={title} style={style}>{content}</td>
  );
  const none = <span class="muted">–</span>;
  if (column.value === 'spark') return cell('', <Spark values={frame.sparks(row.id, column.key)} />);
  if (column.group === 'info') {
    if (column.key === 'start_time') return cell('', <Time ms={row.start} />);
    if (column.key === 'end_time') return cell('', <Time ms={row.end} />);
    if (column.key === 'duration') return cell('number', <Duration start={row.start} end={row.end} running={row.status === 'RUNNING'} />);
    if (column.key === 'user_id') return cell('text', row.user || none, row.user);
    if (column.key === 'run_id') return cell('id', <code>{row.id}</code>);
    if (column.key === 'source') return cell('text', row.source.split('/').pop() || none, row.source);
    return cell('', null);
  }
  const v = row.cells.get(column.id) ?? null;
  if (v === null) return cell(`muted ${numeric ? 'number' : ''}`, '–');
  if (typeof v === 'number') return cell('number', formatNumber(v), fullNumber(v));
  return cell(`text ${numeric ? 'number' : ''}`, v, v);
}

function ExperimentCell({ row, names }: { row: Row; names: ReadonlyMap<string, string> }): JSX.Element {
  return <td class="text"><a href={href.runs(row.experimentId)} title={names.get(row.experimentId)}>{names.get(row.experimentId) ?? row.experimentId}</a></td>;
}

/** A run that is drawn shows its colour; one that is not, an empty ring. */
export function EyeButton({ id, name, drawn, onClick }: { id: string; name: string; drawn: boolean; onClick: () => void }): JSX.Element {
  void chosenColors.value;
  return (
    <button type="button" class="eye" aria-pressed={drawn} aria-label={t('eye', { name })} title={t(drawn ? 'eye.hide' : 'eye.show')} tabIndex={-1} onClick={onClick}>
      <span class="eye-dot" style={drawn ? { background: lookOf(id).color, borderColor: lookOf(id).color } : undefined} />
    </button>
  );
}

function Opener({ row, twig }: { row: Row; twig: Twig }): JSX.Element {
  return (
    <span class="opener-place" style={{ '--depth': String(twig.depth) }}>
      {twig.open !== undefined && (
        <button type="button" class="icon-button quiet" aria-expanded={twig.open} aria-label={tn('run.children.of', row.children, { name: row.name })} title={tn('tree.children', row.children)} tabIndex={-1} onClick={twig.onOpen}>
          <Icon name="right" class={twig.open ? 'turned' : ''} />
        </button>
      )}
    </span>
  );
}

export function RunRow({ row, frame, twig, marked, drawn, peeked, onCheck, onEye, attributes }: Props): JSX.Element {
  const { places, pinnedCount, experiments } = frame;
  return (
    <tr {...attributes} class={`${marked ? 'marked' : ''} ${peeked ? 'peeked' : ''} ${String(attributes.class ?? '')}`}>
      <td class="check frozen" style={{ '--left': '0px' }}>
        <input type="checkbox" aria-label={t('runs.select', { name: row.name })} checked={marked} onClick={e => onCheck(e.shiftKey)} />
      </td>
      <td class="look frozen" style={{ '--left': `${CHECK}px` }}><EyeButton id={row.id} name={row.name} drawn={drawn} onClick={onEye} /></td>
      <td class="status-col frozen" style={{ '--left': `${CHECK + LOOK}px` }}><Status status={row.status} /></td>
      <th scope="row" class="name frozen" style={{ '--left': `${CHECK + LOOK + STATUS}px` }}>
        {twig && <Opener row={row} twig={twig} />}
        {row.nested && !twig?.depth && <span class="nested" title={t('runs.nested')}><Icon name="child" /><span class="sr-only">{t('runs.nested')}</span></span>}
        <a href={href.run(row.experimentId, row.id)} title={row.name}>{row.name}</a>
        {twig && row.children > 0 && <span class="twig-count" aria-hidden="true">{count(row.children)}</span>}
      </th>
      {places.map((p, k) => (
        <Fragment key={p.column.id}>
          {experiments && k === pinnedCount && <ExperimentCell row={row} names={experiments} />}
          <Cell row={row} place={p} frame={frame} />
        </Fragment>
      ))}
      {experiments && pinnedCount === places.length && <ExperimentCell row={row} names={experiments} />}
      <td />
    </tr>
  );
}
