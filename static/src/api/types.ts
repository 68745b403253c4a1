// The messages of the tracking API as they come over the wire. A member that was never set is absent.

/** NaN has no JSON number; it comes as a string. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export interface Tag { key: string; value?: string }
export interface Param { key: string; value?: string }
export interface Metric { key: string; value?: WireNumber; timestamp?: number; step?: number }
export interface MetricPoint { key: string; value?: WireNumber; timestamp?: number; step?: number; run_id?: string }

export interface Experiment {
  experiment_id: string;
  name: string;
  artifact_location?: string;
  lifecycle_stage?: 'active' | 'deleted';
  last_update_time?: number;
  creation_time?: number;
  tags?: Tag[];
}

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface RunInfo {
  run_id: string;
  experiment_id: string;
  run_name?: string;
  user_id?: string;
  status?: RunStatus;
  start_time?: number;
  end_time?: number;
  artifact_uri?: string;
  lifecycle_stage?: 'active' | 'deleted';
}

export interface Dataset { name?: string; digest?: string; source_type?: string; source?: string; schema?: string; profile?: string }
export interface DatasetInput { tags?: Tag[]; dataset?: Dataset }

export interface Run {
  info: RunInfo;
  data?: { metrics?: Metric[]; params?: Param[]; tags?: Tag[] };
  inputs?: { dataset_inputs?: DatasetInput[]; model_inputs?: { model_id?: string }[] };
  outputs?: { model_outputs?: { model_id?: string; step?: number }[] };
}

export interface FileInfo { path: string; is_dir?: boolean; file_size?: number }

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface Page<T> { items: T[]; next: string }
