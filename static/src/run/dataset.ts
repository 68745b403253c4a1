// The schema and the profile of a data set, as MLflow's client writes them into JSON. Pure.

export interface Field { name: string; type: string; required?: boolean }

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return null;
  }
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const textOf = (v: unknown): string => (typeof v === 'string' ? v : JSON.stringify(v) ?? '');

function typeOf(field: Record<string, unknown>): string {
  const spec = isObject(field['tensor-spec']) ? field['tensor-spec'] : null;
  if (spec) return `${textOf(spec.dtype)}${Array.isArray(spec.shape) ? `(${spec.shape.join(', ')})` : ''}`;
  return textOf(field.type);
}

/** Columns of a table ("mlflow_colspec"), tensors ("mlflow_tensorspec"), or whatever lists are under other names. */
export function schemaOf(text: string | undefined): Field[] {
  const schema = parse(text);
  if (!isObject(schema)) return [];
  const lists: [string, unknown][] = 'mlflow_colspec' in schema ? [['', schema.mlflow_colspec]] : Object.entries(isObject(schema.mlflow_tensorspec) ? schema.mlflow_tensorspec : schema);
  return lists.flatMap(([group, list]) => {
    const fields: unknown[] = typeof list === 'string' ? ([parse(list)].flat() as unknown[]) : Array.isArray(list) ? (list as unknown[]) : [list];
    return fields.filter(isObject).map((f): Field => {
      const name = [group, f.name === undefined ? '' : textOf(f.name)].filter(Boolean).join('.') || '–';
      return typeof f.required === 'boolean' ? { name, type: typeOf(f), required: f.required } : { name, type: typeOf(f) };
    });
  });
}

export function profileOf(text: string | undefined): [string, string][] {
  const profile = parse(text);
  return isObject(profile) ? Object.entries(profile).filter(([, v]) => v !== null).map(([k, v]) => [k, textOf(v)]) : [];
}

/** Where it came from: most sources are JSON with one address in it. */
export function sourceOf(text: string | undefined): string {
  const source = parse(text);
  if (!isObject(source)) return text ?? '';
  for (const name of ['uri', 'url', 'path', 'table_name']) if (typeof source[name] === 'string') return source[name];
  const tags = isObject(source.tags) ? source.tags : {};
  return typeof tags['mlflow.source.name'] === 'string' ? tags['mlflow.source.name'] : (text ?? '');
}
