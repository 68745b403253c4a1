// What is on the screen as code: the lines that find the same runs elsewhere. Pure.
import { bodyOf, type Search } from '../api/grid';
import { clausesOf } from '../query/clauses';
import { type Column, orderBy, type Sort } from './columns';
import { specsOf } from './rows';

const attributes = new Set(['run_id', 'run_name', 'status', 'start_time', 'end_time', 'user_id', 'artifact_uri']);

/** Whether a condition is one of MLflow's own filter language, which has AND only, and numbers of metrics only. */
function isPlainCondition(name: string, operator: string, value: string): boolean {
  const of = /^(?:(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(.+)$/.exec(name)!;
  const entity = of[1]?.[0] ?? 'a';
  const key = of[2]!;
  if (/@|\(/.test(name)) return false;
  const number = /^[-+\d.]/.test(value);
  if (entity === 'm') return /^(<=?|>=?|!=|=)$/.test(operator) && number && !/\.(min|max|best|first|count)$/.test(key);
  if (entity === 'p' || entity === 't') return /^(=|!=|LIKE|ILIKE)$/.test(operator) && !number;
  if (!attributes.has(key)) return false;
  if (key.endsWith('_time')) return /^(<=?|>=?|!=|=)$/.test(operator) && /^\d+$/.test(value);
  return (/^(=|!=|LIKE|ILIKE)$/.test(operator) && !number) || (key === 'run_id' && /^(NOT )?IN$/.test(operator));
}

export function isPlainFilter(filter: string): boolean {
  return clausesOf(filter).every(c => c.condition && isPlainCondition(c.condition.name, c.condition.operator, c.condition.value));
}

/** MLflow sorts by what was logged and by some attributes, not by what Cairn works out. */
const isPlainOrder = (order: readonly string[]) => order.every(o => !/^\w+\(|@|^duration /.test(o));

/** A value as Python writes it. */
export function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => `${JSON.stringify(k)}: ${pythonValue(v)}`).join(', ')}}`;
  return JSON.stringify(value);
}

export interface Question { server: string; search: Search; sorts: readonly Sort[]; columns: readonly Column[] }

function requestOf({ search, sorts, columns }: Question): Record<string, unknown> {
  return { ...bodyOf({ ...search, orderBy: orderBy(sorts) }), columns: specsOf(columns) };
}

const route = (server: string) => `${server}/api/cairn/1/runs/query`;

export function asPython(q: Question): string {
  const order = orderBy(q.sorts);
  if (isPlainFilter(q.search.filter) && isPlainOrder(order)) {
    const scope = q.search.experimentIds.length > 0 ? `experiment_ids=${pythonValue(q.search.experimentIds)}` : 'search_all_experiments=True';
    return [
      'import mlflow', '', `mlflow.set_tracking_uri(${pythonValue(q.server)})`, 'runs = mlflow.search_runs(', `    ${scope},`,
      ...(q.search.filter ? [`    filter_string=${pythonValue(q.search.filter)},`] : []),
      ...(q.search.view === 'ACTIVE_ONLY' ? [] : [`    run_view_type=mlflow.entities.ViewType.${q.search.view},`]),
      `    order_by=${pythonValue(order)},`, ')', 'print(runs)', '',
    ].join('\n');
  }
  return [
    'import json', 'import urllib.request', '', `url = ${pythonValue(route(q.server))}`, `query = ${pythonValue(requestOf(q))}`, '', '',
    'def page(offset):', '    body = json.dumps({**query, "offset": offset, "limit": 500, "total": True}).encode()',
    '    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})', '    with urllib.request.urlopen(request) as answer:', '        return json.load(answer)', '', '',
    'runs, total = [], 1', 'while len(runs) < total:', '    answer = page(len(runs))', '    total = answer["total"]', '    if not answer["run_id"]:', '        break',
    '    for i, run_id in enumerate(answer["run_id"]):', '        values = {c["key"]: v[i] for c, v in zip(query["columns"], answer["columns"])}',
    '        runs.append({"run_id": run_id, "run_name": answer["run_name"][i], "status": answer["status"][i], **values})', 'print(len(runs), runs[:3])', '',
  ].join('\n');
}

/** In single quotes for a shell. */
export const shellQuoted = (text: string) => `'${text.replace(/'/g, `'\\''`)}'`;

export function asCurl(q: Question): string {
  return `curl -sS ${shellQuoted(route(q.server))} \\\n  -H 'Content-Type: application/json' \\\n  -d ${shellQuoted(JSON.stringify({ ...requestOf(q), offset: 0, limit: 500, total: true }))}\n`;
}
