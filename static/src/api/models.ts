// Logged models.
import { read } from './client';
import type { Metric, Param, Tag } from './types';

export interface LoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name?: string;
    creation_timestamp_ms?: number;
    last_updated_timestamp_ms?: number;
    artifact_uri?: string;
    status?: 'LOGGED_MODEL_PENDING' | 'LOGGED_MODEL_READY' | 'LOGGED_MODEL_UPLOAD_FAILED' | 'LOGGED_MODEL_STATUS_UNSPECIFIED';
    status_message?: string;
    model_type?: string;
    source_run_id?: string;
    tags?: Tag[];
  };
  data?: { params?: Param[]; metrics?: (Metric & { run_id?: string; dataset_name?: string; dataset_digest?: string })[] };
}

export interface ModelQuery { experimentId: string; filter: string; field: string; ascending: boolean; token?: string }

export const loggedModels = {
  /** A page of them; `next` is '' on the last one. */
  async search(q: ModelQuery, signal?: AbortSignal): Promise<{ models: LoggedModel[]; next: string }> {
    const body = {
      experiment_ids: [q.experimentId], filter: q.filter || undefined, max_results: 50, page_token: q.token || undefined,
      order_by: [{ field_name: q.field, ascending: q.ascending }],
    };
    const page = await read<{ models?: LoggedModel[]; next_page_token?: string }>({ method: 'POST', path: 'logged-models/search', body, signal });
    return { models: page.models ?? [], next: page.next_page_token ?? '' };
  },

  async get(id: string, signal?: AbortSignal): Promise<LoggedModel> {
    return (await read<{ model: LoggedModel }>({ method: 'GET', path: `logged-models/${encodeURIComponent(id)}`, signal })).model;
  },
};
