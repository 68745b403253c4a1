// What a list of logged models shows of them. Pure.
import { numberOf } from '../api';
import type { LoggedModel } from '../api/models';

type ModelMetric = NonNullable<NonNullable<LoggedModel['data']>['metrics']>[number];

/** The metrics that most models have, by name. */
export function metricColumns(models: readonly LoggedModel[], most: number): string[] {
  const having = new Map<string, number>();
  for (const m of models) for (const key of new Set(m.data?.metrics?.map(x => x.key))) having.set(key, (having.get(key) ?? 0) + 1);
  return [...having].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, most).map(([key]) => key).sort((a, b) => a.localeCompare(b));
}

/** Of several measurements, the last one; on several data sets there are others, which the page of the model shows. */
export function lastOf(model: LoggedModel, key: string): { value: number; of: number } | null {
  const all = model.data?.metrics?.filter(m => m.key === key) ?? [];
  const last = all.reduce<ModelMetric | undefined>((a, b) => (a && (a.timestamp ?? 0) > (b.timestamp ?? 0) ? a : b), undefined);
  return last ? { value: numberOf(last.value), of: all.length } : null;
}

export interface ModelOrder { field: string; ascending: boolean }

/** As the address has it: `metrics.val/acc:desc`. The newest first unless it says otherwise. */
export function orderOf(text: string | null): ModelOrder {
  const found = /^(name|creation_timestamp|metrics\..+):(asc|desc)$/s.exec(text ?? '');
  return found ? { field: found[1]!, ascending: found[2] === 'asc' } : { field: 'creation_timestamp', ascending: false };
}

/** The order after a click on a head: the other way round, or that column, the greatest and newest first. */
export function nextOrder(order: ModelOrder, field: string): string | null {
  const ascending = order.field === field ? !order.ascending : field === 'name';
  return field === 'creation_timestamp' && !ascending ? null : `${field}:${ascending ? 'asc' : 'desc'}`;
}
