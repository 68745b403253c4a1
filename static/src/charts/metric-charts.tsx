// The curves of one run.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Metric, RunInfo } from '../api/types';
import { href } from '../state/router';
import { Board } from './board';
import type { Axis } from './settings';

export { ChartControls } from './controls';

export function MetricCharts({ info, metrics, prefix, fallback }: { info: RunInfo; metrics: readonly Metric[]; prefix: '' | 's'; fallback: Axis }): JSX.Element {
  const runs = useMemo(() => [{ id: info.run_id, name: info.run_name ?? info.run_id, start: info.start_time ?? 0, href: href.run(info.experiment_id, info.run_id) }], [info.run_id, info.run_name]);
  const versions = new Map(metrics.map(m => [m.key, `${m.step} ${m.timestamp} ${m.value}`]));
  const keys = metrics.map(m => m.key);
  return <Board runs={runs} metrics={useMemo(() => keys, [keys.join('\n')])} versionOf={key => versions.get(key) ?? ''} prefix={prefix} fallback={fallback} alone plain />;
}
