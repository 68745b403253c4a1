// The only place that talks to the network, and the only one that knows what its errors look like.
import { answered, settled, unreachable, untilRetry } from '../state/net';

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
    this.name = 'ApiError';
  }
  /** The server may answer the same request well in a moment. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export type Query = Record<string, string | number | readonly string[] | undefined>;

export interface Call {
  method: 'GET' | 'POST';
  /** Of the tracking API when absent. */
  base?: string;
  path: string;
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

// Relative to the page, so that the UI works under any path.
const tracking = 'ajax-api/2.0/mlflow/';

export function queryString(query: Query): string {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const v of value) q.append(name, v);
    else q.append(name, String(value));
  }
  return q.toString();
}

export function errorOf(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { error_code?: unknown; message?: unknown; detail?: unknown };
    if (typeof body.message === 'string') return new ApiError(status, String(body.error_code ?? ''), body.message);
    if (typeof body.detail === 'string') return new ApiError(status, '', body.detail);
  } catch {
    /* not JSON: an answer of something in between */
  }
  return new ApiError(status, '', `HTTP ${status}`);
}

export async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...init });
  } catch (e) {
    if (init.signal?.aborted) throw e;
    throw new ApiError(0, 'NETWORK', e instanceof Error ? e.message : String(e));
  }
}

async function answerTo(call: Call): Promise<Response> {
  const query = call.query ? queryString(call.query) : '';
  const init: RequestInit = { method: call.method, signal: call.signal ?? null };
  if (call.method === 'POST') {
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(call.body ?? {});
  }
  return send((call.base ?? tracking) + call.path + (query ? `?${query}` : ''), init);
}

async function once<T>(call: Call): Promise<T> {
  const response = await answerTo(call);
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  return JSON.parse(text || '{}') as T;
}

/** Reads wait for the server to come back: the page stays as it is, and a bar says so. */
export async function persist<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
  let waited = false;
  try {
    for (let tries = 0; ; tries++) {
      try {
        const result = await attempt();
        answered();
        return result;
      } catch (e) {
        if (!(e instanceof ApiError) || !e.temporary) throw e;
        unreachable(!waited, e.status === 0 ? '' : e.message);
        waited = true;
        await untilRetry(tries, signal);
      }
    }
  } finally {
    if (waited) settled();
  }
}

export function read<T>(call: Call): Promise<T> {
  return persist(call.signal, () => once<T>(call));
}

/** What is answered in bytes. */
export function readBytes(call: Call): Promise<ArrayBuffer> {
  return persist(call.signal, async () => {
    const response = await answerTo(call);
    if (!response.ok) throw errorOf(response.status, await response.text());
    return response.arrayBuffer();
  });
}

/** Writes are tried once: whoever asked is told, and decides. */
export function write<T>(path: string, body: unknown, base = tracking): Promise<T> {
  return once<T>({ method: 'POST', base, path, body });
}

export function isAbort(e: unknown): boolean {
  return e instanceof DOMException && e.name === 'AbortError';
}
