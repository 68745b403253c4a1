// The hash is the address. MLflow's routes are ours, because the Python client prints them; parts we do not know are ignored.
import { signal } from '@preact/signals';

export type Section = 'overview' | 'metrics' | 'system' | 'artifacts';

export type Route =
  | { page: 'home'; query: URLSearchParams }
  | { page: 'experiments'; query: URLSearchParams }
  | { page: 'all-runs'; query: URLSearchParams }
  | { page: 'runs'; experimentId: string; query: URLSearchParams }
  | { page: 'trash'; query: URLSearchParams }
  | { page: 'storage'; query: URLSearchParams }
  | { page: 'compare'; runIds: string[]; query: URLSearchParams }
  | { page: 'metric'; metrics: string[]; runIds: string[]; query: URLSearchParams }
  | { page: 'models'; experimentId: string; query: URLSearchParams }
  | { page: 'model'; experimentId: string; modelId: string; artifactPath: string; query: URLSearchParams }
  | { page: 'run'; experimentId: string; runId: string; section: Section; artifactPath: string; query: URLSearchParams }
  | { page: 'not-found'; path: string; query: URLSearchParams };

const tabs: Record<string, Section> = {
  'model-metrics': 'metrics',
  'system-metrics': 'system',
  artifacts: 'artifacts',
};

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parseHash(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1));
  const [first, id, second, runId, tab, ...rest] = path.split('/').filter(Boolean).map(decode);

  if (first === undefined) return { page: 'home', query };
  if (first === 'runs' && id === undefined) return { page: 'all-runs', query };
  if (first === 'trash' || first === 'storage') return { page: first, query };
  if (first === 'compare-runs') return { page: 'compare', runIds: idsIn(query.get('runs')), query };
  if (first === 'compare-experiments') return { page: 'all-runs', query: comparedExperiments(query) };
  if (first === 'metric') return chartOfMlflow(path, query);
  if (first !== 'experiments') return { page: 'not-found', path: path, query };
  if (id === undefined) return { page: 'experiments', query };
  if (!/^\d+$/.test(id)) return { page: 'not-found', path: path, query };
  if (second === 'models' && runId !== undefined) return { page: 'model', experimentId: id, modelId: runId, artifactPath: tab === 'artifacts' ? rest.join('/') : '', query };
  if (second === 'models') return { page: 'models', experimentId: id, query };
  if (second !== 'runs' || runId === undefined) return { page: 'runs', experimentId: id, query: runsOfMlflow(query) };
  const section = tabs[tab ?? ''] ?? 'overview';
  return { page: 'run', experimentId: id, runId, section, artifactPath: section === 'artifacts' ? rest.join('/') : '', query };
}

/** A member that was encoded once more on its way, by a chat or a mail; as it stands elsewhere. */
function plain(text: string | null): string {
  let t = text ?? '';
  for (let more = 3; more > 0 && /^%(25)*(5B|22)/i.test(t); more--) t = decode(t);
  return t;
}

/** Of MLflow's ?runs=["a","b"], each of them once. */
function idsIn(text: string | null): string[] {
  return [...new Set(plain(text).match(/[\w-]+/g) ?? [])];
}

/** A JSON text, or a list of them, that MLflow has in a member; as it stands if it is none. */
function textsIn(text: string | null): string[] {
  const json = plain(text);
  if (!json) return [];
  try {
    const value: unknown = JSON.parse(json);
    return (Array.isArray(value) ? value : [value]).map(String);
  } catch {
    return [json];
  }
}

/** MLflow's #/metric/<key>?runs=["a"] and #/metric?runs=["a"]&metric="key", with the choices of its page as ours. */
function chartOfMlflow(path: string, query: URLSearchParams): Route {
  const named = decode(path.split('/').filter(Boolean).slice(1).join('/'));
  const keys = new Set([...textsIn(query.get('plot_metric_keys')), ...(named ? [named] : textsIn(query.get('metric')))]);
  const ours = new URLSearchParams(query);
  const set = (name: string, value: string | null) => value && !ours.has(name) && ours.set(name, value);
  set('x', query.get('x_axis'));
  set('ylog', query.get('y_axis_scale') === 'log' ? '1' : null);
  const smooth = Number(query.get('line_smoothness') ?? 1);
  set('smooth', smooth > 1 && smooth <= 100 ? String(smooth / 100) : null);
  return { page: 'metric', metrics: [...keys], runIds: idsIn(query.get('runs')), query: ours };
}

const since: Record<string, string> = { LAST_HOUR: '1h', LAST_24_HOURS: '1d', LAST_7_DAYS: '7d', LAST_30_DAYS: '30d', LAST_YEAR: '365d' };

/** What MLflow's list keeps beside its filter: the time of the start, and whether deleted runs are shown. */
function runsOfMlflow(query: URLSearchParams): URLSearchParams {
  const age = since[query.get('startTime') ?? ''];
  const deleted = query.get('lifecycleFilter') === 'Deleted';
  if (!age && !deleted) return query;
  const ours = new URLSearchParams(query);
  const filter = query.get('filter') ?? query.get('searchFilter') ?? '';
  for (const name of ['startTime', 'lifecycleFilter', 'searchFilter']) ours.delete(name);
  if (age || filter) ours.set('filter', [filter, age && `age < ${age}`].filter(Boolean).join(' AND '));
  if (deleted) ours.set('view', 'deleted');
  return ours;
}

/** MLflow's #/compare-experiments/s?experiments=["1","2"]. */
function comparedExperiments(query: URLSearchParams): URLSearchParams {
  const ours = new URLSearchParams(query);
  const ids = plain(query.get('experiments')).match(/\d+/g) ?? [];
  ours.delete('experiments');
  if (ids.length > 0) ours.set('exp', ids.join(','));
  return ours;
}

/** What of an address makes it another page, and not the same page in another state. */
export function placeOf(r: Route): string {
  switch (r.page) {
    case 'runs':
      return `runs ${r.experimentId}`;
    case 'run':
      return `run ${r.runId}`;
    case 'storage':
      return `storage ${r.query.get('exp') ?? ''} ${r.query.get('run') ?? ''} ${r.query.get('path') ?? ''}`;
    case 'models':
      return `models ${r.experimentId}`;
    case 'model':
      return `model ${r.modelId}`;
    case 'not-found':
      return `not-found ${r.path}`;
    default:
      return r.page;
  }
}

function withQuery(path: string, query?: URLSearchParams): string {
  const text = query?.toString();
  return text ? `${path}?${text}` : path;
}

export const href = {
  home: () => '#/',
  experiments: (query?: URLSearchParams) => withQuery('#/experiments', query),
  allRuns: (query?: URLSearchParams) => withQuery('#/runs', query),
  trash: (query?: URLSearchParams) => withQuery('#/trash', query),
  storage: (query?: URLSearchParams) => withQuery('#/storage', query),
  runs: (experimentId: string, query?: URLSearchParams) => withQuery(`#/experiments/${encodeURIComponent(experimentId)}/runs`, query),
  run: (experimentId: string, runId: string, query?: URLSearchParams) =>
    withQuery(`#/experiments/${encodeURIComponent(experimentId)}/runs/${encodeURIComponent(runId)}`, query),
  models: (experimentId: string) => `#/experiments/${encodeURIComponent(experimentId)}/models`,
  model: (experimentId: string, modelId: string, path = '', query?: URLSearchParams) =>
    withQuery(`#/experiments/${encodeURIComponent(experimentId)}/models/${encodeURIComponent(modelId)}${path && `/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`}`, query),
  /** MLflow's form; more than the runs is a choice of the page. */
  compare: (runIds: readonly string[], query?: URLSearchParams) => {
    const members = new URLSearchParams({ runs: JSON.stringify(runIds) });
    for (const [name, value] of query ?? []) if (name !== 'runs' && name !== 'experiments') members.append(name, value);
    return withQuery('#/compare-runs', members);
  },
  artifact: (experimentId: string, runId: string, path: string, query?: URLSearchParams) =>
    withQuery(`${href.run(experimentId, runId)}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`, query),
};

export const route = signal<Route>(parseHash(typeof location === 'undefined' ? '' : location.hash));

/** Counts the times the reader came to an address, in contrast to a page noting its own state there. */
export const arrivals = signal(0);

export function startRouter(): void {
  addEventListener('hashchange', () => {
    arrivals.value++;
    route.value = parseHash(location.hash);
  });
}

export function go(to: string): void {
  location.hash = to;
}

/** Changes the address without a new step in the history of the browser. */
export function replace(to: string): void {
  history.replaceState(null, '', to);
  route.value = parseHash(to);
}

/** The present address with some query members changed; an empty value removes the member. The route may not have heard of it yet. */
export function withMembers(changes: Record<string, string | null>): string {
  const { query } = parseHash(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const path = location.hash.replace(/^#/, '').split('?')[0] || '/';
  return withQuery(`#${path}`, query);
}
