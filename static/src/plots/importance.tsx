// What a metric depends on: the params (and other metrics) of the runs, by how closely they go with it.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { COLUMNS_MOST } from '../api/columns';
import type { Search } from '../api/grid';
import type { ViewProps } from '../grid/view-props';
import { formatNumber } from '../format';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { replace, withMembers } from '../state/router';
import { Icon } from '../ui/icons';
import { Empty, Failure, Loading } from '../ui/parts';
import { choicesFor, choose, chosenField, FieldSelect, keysOf, mainMetric, member, titleOf } from './choices';
import { saveCsv } from './export';
import { metricsByInterest, paramsByInterest } from './fields';
import { loadFrame } from './frame';
import { correlationRatio, spearman } from './statistics';
import { useTexts } from './texts';

/** Columns that are compared, in a few requests. */
const KEYS_MOST = 36;
const KEYS_EACH = COLUMNS_MOST - 4; // beside the metric and who the runs are
/** Runs that are ranked: of more, an even part is. */
const RUNS_MOST = 10_000;
/** With fewer runs than that, a relation is chance. */
const RUNS_LEAST = 10;

interface Row { id: string; ordered: boolean; value: number; n: number }

async function relationsOf(search: Search, of: string, ids: readonly string[], signal: AbortSignal): Promise<{ rows: Row[]; runs: number; every: number }> {
  const rows: Row[] = [];
  let runs = 0;
  let every = 1;
  for (let from = 0; from < ids.length; from += KEYS_EACH) {
    const some = ids.slice(from, from + KEYS_EACH);
    const frame = await loadFrame(search, [of, ...some], undefined, signal);
    runs = frame.rows;
    every = Math.max(1, Math.ceil(frame.rows / RUNS_MOST));
    const part = (values: Float64Array) => values.filter((_, i) => i % every === 0);
    const target = part(frame.fields.get(of)!.values);
    for (const id of some) {
      const field = frame.fields.get(id)!;
      const ordered = field.kind !== 'category';
      const values = part(field.values);
      rows.push({ id, ordered, ...(ordered ? spearman(values, target) : correlationRatio(values, target)) });
    }
  }
  return { rows: rows.filter(r => !Number.isNaN(r.value)).sort((a, b) => Math.abs(b.value) - Math.abs(a.value)), runs, every };
}

export function Importance(p: ViewProps): JSX.Element {
  const texts = useTexts(p);
  return texts ? <Listed {...p} texts={texts} /> : <Loading />;
}

function Listed({ texts, ...p }: ViewProps & { texts: ReadonlySet<string> }): JSX.Element {
  const keys = keysOf(p);
  const of = chosenField('py', mainMetric(p));
  const metricsToo = member('with') === 'metrics';
  const all = useMemo(() => [...paramsByInterest(keys, texts), ...(metricsToo ? metricsByInterest(keys, '') : [])].filter(id => id !== of), [p.keys, metricsToo, of, texts]);
  const ids = all.slice(0, KEYS_MOST);
  const found = useLoad(`relations ${p.found} ${of} ${ids.join(',')}`, signal => relationsOf(p.search, of, ids, signal));
  if (found.error !== null) return <Failure error={found.error} retry={found.reload} />;
  if (!found.data) return <Loading />;
  const { rows, runs, every } = found.data;
  const status = [t('importance.keys', { n: count(ids.length), total: count(all.length) }), every > 1 ? t('importance.part', { every: count(every), total: count(runs) }) : tn('plot.of', runs)].join(' · ');
  const scatter = (id: string) => replace(withMembers({ show: 'scatter', px: id, py: of }));
  const kind = (r: Row) => t(r.ordered ? 'importance.spearman' : 'importance.eta');
  return (
    <section class="plot-view importance" aria-label={t('importance')} data-testid="importance">
      <h2 class="sr-only">{t('importance')}</h2>
      <div class="plot-bar">
        <FieldSelect label={t('importance.of')} value={of} choices={choicesFor(p).filter(c => c.group === 'metrics' || c.id === 'info.duration')} onChange={id => choose({ py: id })} />
        <label class="switch"><input type="checkbox" checked={metricsToo} onChange={e => choose({ with: e.currentTarget.checked ? 'metrics' : null })} /> {t('importance.metrics')}</label>
        <span class="plot-status count" role="status">{status}</span>
        {rows.length > 0 && (
          <button type="button" onClick={() => saveCsv([t('importance.name'), t('importance.kind'), t('importance.value'), t('runs.title')], rows.map(r => [r.id, kind(r), r.value, r.n]), 'importance')}><Icon name="download" /> CSV</button>
        )}
      </div>
      {rows.length === 0 ? <Empty title={t('importance.empty', { of: titleOf(of) })} /> : (
        <div class="table-box" tabIndex={0} role="region" aria-label={t('importance.label', { of: titleOf(of) })}>
          <table class="list">
            <caption class="sr-only">{t('importance.label', { of: titleOf(of) })}</caption>
            <thead><tr><th scope="col">{t('importance.name')}</th><th scope="col" class="number">{t('importance.value')}</th><th scope="col"><span class="sr-only">{t('importance.bar')}</span></th><th scope="col">{t('importance.kind')}</th><th scope="col" class="number">{t('runs.title')}</th></tr></thead>
            <tbody>
              {rows.map(r => (
                <tr key={r.id} class={r.n < RUNS_LEAST ? 'muted' : ''}>
                  <th scope="row" class="name"><button type="button" class="link" title={t('importance.scatter')} onClick={() => scatter(r.id)}>{titleOf(r.id)}</button></th>
                  <td class="number">{r.ordered && r.value > 0 ? '+' : ''}{formatNumber(Number(r.value.toFixed(3)))}</td>
                  <td><Bar row={r} /></td>
                  <td>{kind(r)}</td>
                  <td class="number">{count(r.n)}{r.n < RUNS_LEAST ? ` ${t('importance.few')}` : ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted plot-hint">{t('importance.hint')}</p>
    </section>
  );
}

/** From the middle: to the right what goes up together, to the left what goes against it. */
function Bar({ row }: { row: Row }): JSX.Element {
  const size = Math.abs(row.value) * 50;
  const left = row.ordered && row.value < 0 ? 50 - size : 50;
  return <span class="relation" aria-hidden="true"><span class={row.value < 0 ? 'against' : ''} style={{ left: `${left}%`, width: `${size}%` }} /></span>;
}
