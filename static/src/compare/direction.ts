// Whether a metric is better when it is small. The rules of the server (fcgi/search/direction.h), for values at hand. Pure.
import type { Tag } from '../api/types';

/** The rules by name, as fcgi/search/directions.def has them; a test compares the two. */
export const PARTS = ['loss', 'error', 'perplexity', 'latency', 'deviance', 'divergence', 'regret', 'penalty', 'duration', 'runtime', 'negative_log_likelihood'] as const;
export const WORDS = ['err', 'mae', 'mse', 'rmse', 'nrmse', 'msle', 'rmsle', 'mape', 'smape', 'wape', 'medae', 'wer', 'cer', 'eer', 'ece', 'fid', 'fpr', 'fnr', 'nll', 'ppl', 'bpc', 'bpb', 'brier', 'crps', 'cost', 'false'] as const;
export const INVERSES = ['neg'] as const;

export function nameIsMinimized(key: string): boolean {
  const words = `_${key.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+/g, '_').replace(/[A-Z]/g, c => c.toLowerCase())}_`;
  const minimized = PARTS.some(p => words.includes(p)) || WORDS.some(w => words.includes(`_${w}_`));
  return minimized !== INVERSES.some(w => words.includes(`_${w}_`));
}

/** What the tags of an experiment say goes before the name. */
export function isMinimized(key: string, tags: readonly Tag[] = []): boolean {
  const tag = (name: string) => tags.find(t => t.key === name)?.value?.toLowerCase();
  const said = tag(`cairn.metric.direction.${key}`);
  if (said === 'minimize' || said === 'min') return true;
  if (said === 'maximize' || said === 'max') return false;
  if (tag('mlflow.experiment.primaryMetric.name') === key.toLowerCase()) {
    const greater = tag('mlflow.experiment.primaryMetric.greaterIsBetter');
    if (greater !== undefined) return greater === 'false';
  }
  return nameIsMinimized(key);
}
