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

export const loggedModels = {
  async get(id: string, signal?: AbortSignal): Promise<LoggedModel> {
    return (await read<{ model: LoggedModel }>({ method: 'GET', path: `logged-models/${encodeURIComponent(id)}`, signal })).model;
  },
};
