// A run beside the table: what it is and what it logged, without leaving the list.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { numberOf, runs } from '../api';
import { grid } from '../api/grid';
import type { Run } from '../api/types';
import { formatNumber, fullNumber } from '../format';
import { t, tn } from '../i18n';
import { equals } from '../query/clauses';
import { chooseColor, chosenColors, lookOf } from '../state/colours';
import { useLoad } from '../state/load';
import { href } from '../state/router';
import { Markdown } from '../ui/markdown';
import { Copy, Duration, Failure, IconButton, Loading, Status, Time } from '../ui/parts';
import { byKey, indexOf, isSystemMetric, isSystemTag, userOf } from './columns';
import type { Row } from './rows';
import { Spark, useSparks } from './spark';

interface Props {
  id: string;
  drawn: boolean;
  onTop: boolean;
  version: number;
  onClose: () => void;
  onTopChange: () => void;
  onEye: (row: Pick<Row, 'id' | 'status'>) => void;
  /** Another run is to be shown here. */
  onLook: (id: string) => void;
  /** The table is to show the runs of this condition. */
  onChildren: (clause: string) => void;
}

/** More are on the page of the run. */
const MOST = 100;
/** Of so many metrics the curves are drawn small. */
const CURVES = 24;

export function Peek({ id, ...rest }: Props): JSX.Element {
  const run = useLoad(`peek ${id} ${rest.version}`, signal => runs.get(id, signal));
  const [last, setLast] = useState<Run | undefined>(undefined);
  if (run.data && run.data !== last) setLast(run.data);
  const shown = run.data ?? (last?.info.run_id === id ? last : undefined);
  return (
    <aside class="peek" aria-label={t('peek')} data-testid="peek">
      {shown ? <Body run={shown} {...rest} /> : (
        <div class="peek-head"><span class="peek-name">{run.error !== null ? <Failure error={run.error} retry={run.reload} /> : <Loading />}</span><IconButton icon="close" class="quiet" label={t('close')} onClick={rest.onClose} /></div>
      )}
    </aside>
  );
}

function Body({ run, drawn, onTop, version, onClose, onTopChange, onEye, onLook, onChildren }: Omit<Props, 'id'> & { run: Run }): JSX.Element {
  const { info } = run;
  const [search, setSearch] = useState('');
  const name = info.run_name || info.run_id;
  const wanted = search.toLowerCase();
  const fits = (x: { key: string }) => x.key.toLowerCase().includes(wanted);
  const metrics = byKey((run.data?.metrics ?? []).filter(m => !isSystemMetric(m.key) && fits(m)));
  const curves = metrics.slice(0, CURVES).map(m => ({ id: `metrics.${m.key}@spark`, group: 'metrics' as const, key: m.key, value: 'spark' as const }));
  const sparks = useSparks([info.run_id], curves, version);
  const params = byKey((run.data?.params ?? []).filter(fits));
  const tags = byKey((run.data?.tags ?? []).filter(tag => !isSystemTag(tag.key) && fits(tag)));
  const note = indexOf(run).tags.get('mlflow.note.content') ?? '';
  const status = info.status ?? 'FINISHED';
  const chosen = chosenColors.value.get(info.run_id);
  return (
    <>
      <div class="peek-head">
        <Status status={status} />
        <h2 class="peek-name"><a href={href.run(info.experiment_id, info.run_id)} title={name}>{name}</a></h2>
        <IconButton icon="pin" class="quiet" label={t('peek.top')} pressed={onTop} onClick={onTopChange} />
        <IconButton icon="eye" class="quiet" label={t('eye', { name })} pressed={drawn} onClick={() => onEye({ id: info.run_id, status })} />
        <IconButton icon="close" class="quiet" label={t('close')} onClick={onClose} />
      </div>
      <div class="peek-body">
        <dl class="peek-facts">
          <dt>{t('runs.status')}</dt><dd><Status status={status} text /></dd>
          <dt>{t('runs.start_time')}</dt><dd><Time ms={info.start_time} /></dd>
          <dt>{t('runs.duration')}</dt><dd><Duration start={info.start_time} end={info.end_time} running={status === 'RUNNING'} /></dd>
          <dt>{t('runs.user_id')}</dt><dd>{userOf(run)}</dd>
          <dt>{t('runs.run_id')}</dt><dd><code>{info.run_id}</code><Copy text={info.run_id} label={t('copy.id')} /></dd>
          <Family run={run} version={version} onLook={onLook} onChildren={onChildren} />
          <dt>{t('peek.color')}</dt>
          <dd>
            <input type="color" aria-label={t('peek.color.of', { name })} value={chosen ?? lookOf(info.run_id).color} onChange={e => chooseColor(info.run_id, e.currentTarget.value)} />
            {chosen && <button type="button" class="link" onClick={() => chooseColor(info.run_id, null)}>{t('peek.color.auto')}</button>}
          </dd>
        </dl>
        {note && <Markdown text={note} />}
        <input type="search" class="search" aria-label={t('filter')} placeholder={t('filter')} value={search} onInput={e => setSearch(e.currentTarget.value)} />
        {metrics.length > 0 && (
          <section>
            <h3>{t('metrics')}</h3>
            <table class="peek-table" aria-label={t('metrics')}>
              <tbody>
                {metrics.slice(0, MOST).map((m, i) => <tr key={m.key}><th scope="row" title={m.key}>{m.key}</th><td>{i < CURVES && <Spark values={sparks(info.run_id, m.key)} />}</td><td class="number" title={fullNumber(numberOf(m.value))}>{formatNumber(numberOf(m.value))}</td></tr>)}
              </tbody>
            </table>
          </section>
        )}
        <Pairs title={t('params')} pairs={params} />
        <Pairs title={t('tags')} pairs={tags} />
        {Math.max(metrics.length, params.length, tags.length) > MOST && <p><a href={href.run(info.experiment_id, info.run_id)}>{t('peek.more')}</a></p>}
      </div>
    </>
  );
}

/** The run that it is a part of, and those that are parts of it. */
function Family({ run, version, onLook, onChildren }: { run: Run; version: number; onLook: (id: string) => void; onChildren: (clause: string) => void }): JSX.Element {
  const parent = indexOf(run).tags.get('mlflow.parentRunId');
  const clause = equals('tags', 'mlflow.parentRunId', run.info.run_id);
  const children = useLoad(`children ${run.info.run_id} ${version}`, signal =>
    grid.query({ experimentIds: [run.info.experiment_id], filter: clause, view: 'ACTIVE_ONLY' }, { columns: [], offset: 0, limit: 0, total: true }, signal).then(a => a.total ?? 0));
  const above = useLoad(`parent ${parent ?? ''}`, signal => (parent ? runs.get(parent, signal) : Promise.resolve(undefined)));
  return (
    <>
      {parent && <><dt>{t('run.parent')}</dt><dd><button type="button" class="link" onClick={() => onLook(parent)}>{above.data?.info.run_name || parent}</button></dd></>}
      {(children.data ?? 0) > 0 && <><dt>{t('run.family')}</dt><dd><button type="button" class="link" onClick={() => onChildren(clause)}>{tn('runs.count', children.data!)}</button></dd></>}
    </>
  );
}

function Pairs({ title, pairs }: { title: string; pairs: readonly { key: string; value?: string }[] }): JSX.Element | null {
  if (pairs.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <table class="peek-table" aria-label={title}>
        <tbody>{pairs.slice(0, MOST).map(p => <tr key={p.key}><th scope="row" title={p.key}>{p.key}</th><td class="peek-value" title={p.value}>{p.value}</td></tr>)}</tbody>
      </table>
    </section>
  );
}
