// One function an operation of the tracking API.
import { ApiError, errorOf, persist, queryString, read, send, write } from './client';
import type { LoggedModel } from './models';
import type { Experiment, FileInfo, Page, Run, RunInfo, RunStatus, ViewType, WireNumber } from './types';

export { ApiError, isAbort, queryString } from './client';
export { messageOf } from './errors';
export type * from './types';

export function numberOf(v: WireNumber | undefined): number {
  return v === undefined ? 0 : typeof v === 'number' ? v : Number(v);
}

export const experiments = {
  async search(q: { filter?: string; orderBy?: string[]; view?: ViewType; pageToken?: string; max?: number; signal?: AbortSignal }): Promise<Page<Experiment>> {
    const r = await read<{ experiments?: Experiment[]; next_page_token?: string }>({
      method: 'POST',
      path: 'experiments/search',
      signal: q.signal,
      body: { max_results: q.max ?? 100, view_type: q.view ?? 'ACTIVE_ONLY', filter: q.filter || undefined, order_by: q.orderBy, page_token: q.pageToken || undefined },
    });
    return { items: r.experiments ?? [], next: r.next_page_token ?? '' };
  },
  async get(id: string, signal?: AbortSignal): Promise<Experiment> {
    const r = await read<{ experiment: Experiment }>({ method: 'GET', path: 'experiments/get', query: { experiment_id: id }, signal });
    return r.experiment;
  },
  /** Of all of them, the deleted ones too: by id. */
  async names(signal?: AbortSignal): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (let token = ''; ;) {
      const page = await this.search({ view: 'ALL', max: 5000, pageToken: token, ...(signal && { signal }) });
      for (const e of page.items) names.set(e.experiment_id, e.name);
      token = page.next;
      if (!token) return names;
    }
  },
  async create(name: string, artifactLocation?: string): Promise<string> {
    const r = await write<{ experiment_id: string }>('experiments/create', { name, artifact_location: artifactLocation || undefined });
    return r.experiment_id;
  },
  rename: (id: string, name: string) => write<unknown>('experiments/update', { experiment_id: id, new_name: name }),
  remove: (id: string) => write<unknown>('experiments/delete', { experiment_id: id }),
  restore: (id: string) => write<unknown>('experiments/restore', { experiment_id: id }),
  setTag: (id: string, key: string, value: string) => write<unknown>('experiments/set-experiment-tag', { experiment_id: id, key, value }),
  deleteTag: (id: string, key: string) => write<unknown>('experiments/delete-experiment-tag', { experiment_id: id, key }),
};

/** parents: from the outermost run that this one is a part of; models: those that it made or was given, and that are still there. */
export interface Around { run: Run; experiment: Experiment; parents: RunInfo[]; has_children: boolean; models: LoggedModel[] }

export const runs = {
  async search(q: { experimentIds: string[]; filter?: string; orderBy?: string[]; view?: ViewType; pageToken?: string; max?: number; signal?: AbortSignal }): Promise<Page<Run>> {
    const r = await read<{ runs?: Run[]; next_page_token?: string }>({
      method: 'POST',
      path: 'runs/search',
      signal: q.signal,
      body: {
        experiment_ids: q.experimentIds,
        filter: q.filter || undefined,
        run_view_type: q.view ?? 'ACTIVE_ONLY',
        max_results: q.max ?? 100,
        order_by: q.orderBy,
        page_token: q.pageToken || undefined,
      },
    });
    return { items: r.runs ?? [], next: r.next_page_token ?? '' };
  },
  async get(id: string, signal?: AbortSignal): Promise<Run> {
    const r = await read<{ run: Run }>({ method: 'GET', path: 'runs/get', query: { run_id: id }, signal });
    return r.run;
  },
  /** The run, and what its page shows beside it. */
  around: (id: string, signal?: AbortSignal) => read<Around>({ method: 'GET', base: 'ajax-api/cairn/1/', path: 'runs/around', query: { run_id: id }, signal }),
  async update(id: string, change: { name?: string; status?: RunStatus; endTime?: number }): Promise<RunInfo> {
    const r = await write<{ run_info: RunInfo }>('runs/update', { run_id: id, run_uuid: id, run_name: change.name, status: change.status, end_time: change.endTime });
    return r.run_info;
  },
  remove: (id: string) => write<unknown>('runs/delete', { run_id: id }),
  restore: (id: string) => write<unknown>('runs/restore', { run_id: id }),
  setTag: (id: string, key: string, value: string) => write<unknown>('runs/set-tag', { run_id: id, run_uuid: id, key, value }),
  deleteTag: (id: string, key: string) => write<unknown>('runs/delete-tag', { run_id: id, key }),
};

/** Where the artifact proxy has a file below this root; null when the root is of another store. */
export function proxyUrl(root: string | undefined, path: string): string | null {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/.exec(root ?? '');
  if (!proxied) return null;
  const full = `${(proxied[1] ?? '').replace(/\/+$/, '')}/${path}`;
  return `ajax-api/2.0/mlflow-artifacts/artifacts/${full.split('/').map(encodeURIComponent).join('/')}`;
}

/** Where the bytes of an artifact are: through the artifact proxy, or through the run when its root is another store. */
export function artifactUrl(info: RunInfo, path: string): string {
  return proxyUrl(info.artifact_uri, path) ?? `get-artifact?${queryString({ run_uuid: info.run_id, path })}`;
}

export const artifacts = {
  async list(runId: string, path: string, signal?: AbortSignal): Promise<FileInfo[]> {
    const r = await read<{ files?: FileInfo[] }>({ method: 'GET', path: 'artifacts/list', query: { run_id: runId, path: path || undefined }, signal });
    return r.files ?? [];
  },

  async listOfModel(modelId: string, path: string, signal?: AbortSignal): Promise<FileInfo[]> {
    const query = { artifact_directory_path: path || undefined };
    const r = await read<{ files?: FileInfo[] }>({ method: 'GET', path: `logged-models/${encodeURIComponent(modelId)}/artifacts/directories`, query, signal });
    return r.files ?? [];
  },

  /** Some bytes of a file, `to` not included. Never reads past them, whether or not the server knows ranges. */
  range(url: string, from: number, to: number, signal?: AbortSignal): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean; size: number | undefined }> {
    return persist(signal, async () => {
      const response = await send(url, { headers: { Range: `bytes=${from}-${to - 1}` }, signal: signal ?? null });
      if (response.status === 416) return { bytes: new Uint8Array(), whole: true, size: undefined }; // nothing begins there
      if (!response.ok) throw errorOf(response.status, await response.text());
      const skip = response.status === 206 ? 0 : from;
      const limit = to - from;
      const reader = response.body?.getReader();
      const parts: Uint8Array[] = [];
      let length = -skip;
      let ended = false;
      while (reader && length < limit) {
        const { done, value } = await reader.read();
        if (done) {
          ended = true;
          break;
        }
        if (length + value.length > 0) parts.push(length < 0 ? value.subarray(-length) : value);
        length += value.length;
      }
      void reader?.cancel().catch(() => undefined);
      const told = Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? NaN);
      const size = response.status === 206 && told ? told : ended ? length + skip : undefined;
      const bytes = new Uint8Array(Math.max(0, Math.min(length, limit)));
      let at = 0;
      for (const part of parts) {
        const piece = part.subarray(0, bytes.length - at);
        bytes.set(piece, at);
        at += piece.length;
      }
      return { bytes, whole: size !== undefined && from + bytes.length >= size, size };
    });
  },

  /** The first bytes of a file. */
  head(url: string, limit: number, signal?: AbortSignal): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean; size: number | undefined }> {
    return this.range(url, 0, limit, signal);
  },

  blob(url: string, type: string, signal?: AbortSignal): Promise<Blob> {
    return persist(signal, async () => {
      const response = await send(url, { signal: signal ?? null });
      if (!response.ok) throw errorOf(response.status, await response.text());
      return new Blob([await response.arrayBuffer()], { type });
    });
  },

  /** A file, or a folder and what is in it, from the artifact proxy. */
  async remove(url: string): Promise<void> {
    const response = await send(url, { method: 'DELETE' });
    if (!response.ok) throw errorOf(response.status, await response.text());
  },

  /** `fetch` does not say how much has been sent. */
  upload(method: 'PUT' | 'POST', url: string, file: Blob, progress: (sent: number) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.upload.onprogress = e => progress(e.loaded);
      request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(errorOf(request.status, request.responseText)));
      request.onerror = () => reject(new ApiError(0, 'NETWORK', ''));
      request.onabort = () => reject(new DOMException('', 'AbortError'));
      signal.addEventListener('abort', () => request.abort());
      request.send(file);
    });
  },
};
