// A group of curves under one set of controls.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Metric, RunInfo } from '../api/types';
import { t } from '../i18n';
import { replace, route, withMembers } from '../state/router';
import { MetricCard } from './metric-card';
import type { XAxis } from './series';

const axes: XAxis[] = ['step', 'relative', 'wall'];
const FIRST = 48;

/** The choice is in the address, so that a link shows what its sender saw. */
export function ChartControls({ member, fallback }: { member: 'x' | 'sx'; fallback: XAxis }): JSX.Element {
  const axis = axisOf(member, fallback);
  const log = isLog(member);
  return (
    <div class="chart-controls">
      <div class="segmented" role="group" aria-label={t('chart.axis')}>
        {axes.map(a => (
          <button key={a} type="button" aria-pressed={a === axis} onClick={() => replace(withMembers({ [member]: a === fallback ? null : a }))}>{t(`chart.axis.${a}`)}</button>
        ))}
      </div>
      <label class="switch">
        <input type="checkbox" checked={log} onChange={e => replace(withMembers({ [`${member}log`]: e.currentTarget.checked ? '1' : null }))} /> {t('chart.log')}
      </label>
    </div>
  );
}

export function axisOf(member: string, fallback: XAxis): XAxis {
  const given = route.value.query.get(member);
  return axes.find(a => a === given) ?? fallback;
}

export const isLog = (member: string) => route.value.query.get(`${member}log`) === '1';

export function MetricCharts({ info, metrics, member, fallback }: { info: RunInfo; metrics: readonly Metric[]; member: 'x' | 'sx'; fallback: XAxis }): JSX.Element {
  const [shown, setShown] = useState(FIRST);
  const axis = axisOf(member, fallback);
  const log = isLog(member);
  return (
    <>
      <div class="chart-grid">
        {metrics.slice(0, shown).map(m => (
          <MetricCard key={m.key} runId={info.run_id} metric={m.key} version={`${m.step} ${m.timestamp} ${m.value}`} start={info.start_time ?? 0} axis={axis} logY={log} />
        ))}
      </div>
      {metrics.length > shown && <p class="more"><button type="button" onClick={() => setShown(shown + FIRST)}>{t('chart.more', { n: metrics.length - shown })}</button></p>}
    </>
  );
}
