// What an MLmodel file says. Pure.
import { parseYaml } from './yaml';
import type { Value } from './value-rows';

export interface Field { name: string; type: string; required: boolean }
export interface ModelCard {
  flavors: { name: string; facts: [string, string][] }[];
  inputs: Field[];
  outputs: Field[];
  params: Field[];
  facts: [string, string][];
  runId: string | null;
  modelId: string | null;
  hasPyfunc: boolean;
}

type Nest = { readonly [key: string]: Value };
const isNest = (v: Value | undefined): v is Nest => typeof v === 'object' && v !== null && !Array.isArray(v);
const plain = (v: Value | undefined): string => (v === null || v === undefined ? '' : typeof v === 'object' ? JSON.stringify(v) : String(v));

function typeOf(v: Nest): string {
  const spec = v['tensor-spec'];
  if (isNest(spec)) return `${plain(spec.dtype)} (${Array.isArray(spec.shape) ? spec.shape.map(plain).join(', ') : ''})`;
  if (v.type === 'array' && isNest(v.items)) return `array<${typeOf(v.items)}>`;
  if (v.type === 'object' && isNest(v.properties)) return `object<${Object.keys(v.properties).join(', ')}>`;
  const shape = Array.isArray(v.shape) ? `[${v.shape.map(plain).join(', ')}]` : '';
  return `${plain(v.type ?? v.dtype)}${shape}`;
}

/** Columns of a signature: a text of JSON in the YAML. */
function fieldsOf(v: Value | undefined): Field[] {
  if (typeof v !== 'string') return [];
  let all: unknown;
  try {
    all = JSON.parse(v);
  } catch {
    return [];
  }
  return (Array.isArray(all) ? (all as Value[]) : []).filter(isNest).map((f, i) => ({ name: plain(f.name) || String(i), type: typeOf(f), required: f.required !== false && f.optional !== true && f.default === undefined }));
}

const FACTS = ['mlflow_version', 'utc_time_created', 'model_size_bytes', 'artifact_path', 'type_hint_from_example'];

/** Null when it is none. */
export function readModel(text: string): ModelCard | null {
  let root: Value;
  try {
    root = parseYaml(text);
  } catch {
    return null;
  }
  if (!isNest(root) || !isNest(root.flavors)) return null;
  const model = root;
  const flavors = Object.entries(root.flavors).map(([name, v]) => ({
    name,
    facts: isNest(v) ? Object.entries(v).filter(([, x]) => x !== null && x !== '').map(([k, x]): [string, string] => [k, plain(x)]) : [],
  }));
  const signature = isNest(root.signature) ? root.signature : {};
  const id = (v: Value | undefined, shape: RegExp) => (typeof v === 'string' && shape.test(v) ? v : null);
  return {
    flavors,
    inputs: fieldsOf(signature.inputs),
    outputs: fieldsOf(signature.outputs),
    params: fieldsOf(signature.params),
    facts: FACTS.flatMap((k): [string, string][] => (plain(model[k]) && model[k] !== false ? [[k, plain(model[k])]] : [])),
    runId: id(root.run_id, /^[\w-]{1,64}$/),
    modelId: id(root.model_id, /^m-[\w-]{1,64}$/),
    hasPyfunc: flavors.some(f => f.name === 'python_function'),
  };
}

/** The lines that load it. `folder` is where the file is among the artifacts of its run. */
export function loadLines(card: ModelCard, server: string, folder: string): string {
  const uri = card.modelId ? `models:/${card.modelId}` : `runs:/${card.runId ?? '<run_id>'}${folder ? `/${folder}` : ''}`;
  const flavor = card.hasPyfunc ? 'pyfunc' : (card.flavors.map(f => f.name).find(n => /^[a-z_]+$/.test(n)) ?? 'pyfunc');
  return `import mlflow\n\nmlflow.set_tracking_uri(${JSON.stringify(server)})\nmodel = mlflow.${flavor}.load_model(${JSON.stringify(uri)})`;
}
