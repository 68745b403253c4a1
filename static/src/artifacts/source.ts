// Whose files these are: of a run, or of a logged model. All that the browser of files knows about where they come from.
import { artifacts, artifactUrl, proxyUrl, queryString } from '../api';
import type { FileInfo, RunInfo } from '../api/types';
import { t } from '../i18n';
import { href } from '../state/router';
import { linesInRun, modelFileLines } from '../ui/first-lines';

export interface ArtifactSource {
  /** The same key, the same files. */
  key: string;
  list(path: string, signal?: AbortSignal): Promise<FileInfo[]>;
  /** Where the bytes of a file are. */
  url(path: string): string;
  /** What is said when there are none. */
  empty(): string;
  /** Of Python, that put a file there. */
  lines(): string;
  /** All files when no path is given. */
  archiveUrl(paths: readonly string[], format: 'zip' | 'tar'): string;
  /** The page that shows this file. */
  page(path: string, query?: URLSearchParams): string;
  /** What `mlflow artifacts download` is told. */
  clientArguments(path: string): string[];
  /** Through the artifact proxy, where files can be removed and put; absent where they cannot. */
  editable?: (path: string) => string;
  /** Where to put a file of at most 10 MiB when there is no proxy. */
  uploadUrl?: (path: string) => string;
}

export function runSource(info: RunInfo): ArtifactSource {
  const proxied = proxyUrl(info.artifact_uri, '') !== null;
  const active = info.lifecycle_stage !== 'deleted';
  return {
    key: `run ${info.run_id}`,
    empty: () => t('artifacts.empty'),
    lines: () => linesInRun(info.run_id, 'mlflow.log_text("hello", "notes/hello.txt")'),
    list: (path, signal) => artifacts.list(info.run_id, path, signal),
    url: path => artifactUrl(info, path),
    archiveUrl: (paths, format) => `ajax-api/cairn/1/artifacts/archive?${queryString({ run_id: info.run_id, path: paths, format })}`,
    page: (path, query) => href.artifact(info.experiment_id, info.run_id, path, query),
    clientArguments: path => ['--run-id', info.run_id, ...(path ? ['--artifact-path', path] : [])],
    ...(active && proxied && { editable: (path: string) => artifactUrl(info, path) }),
    ...(active && { uploadUrl: (path: string) => `ajax-api/2.0/mlflow/upload-artifact?${queryString({ run_uuid: info.run_id, path })}` }),
  };
}

/** `page` is the address of the page that has the browser, with this file open. */
export function modelSource(model: { model_id: string; artifact_uri?: string }, page: ArtifactSource['page']): ArtifactSource {
  const base = `logged-models/${encodeURIComponent(model.model_id)}/artifacts`;
  const proxied = proxyUrl(model.artifact_uri, '') !== null;
  return {
    key: `model ${model.model_id}`,
    empty: () => t('artifacts.empty.model'),
    lines: () => modelFileLines(model.model_id),
    list: (path, signal) => artifacts.listOfModel(model.model_id, path, signal),
    url: path => proxyUrl(model.artifact_uri, path) ?? `ajax-api/2.0/mlflow/${base}/files?${queryString({ artifact_file_path: path })}`,
    archiveUrl: (paths, format) => `ajax-api/cairn/1/${base}/archive?${queryString({ path: paths, format })}`,
    page,
    clientArguments: path => ['--artifact-uri', `models:/${model.model_id}${path ? `/${path}` : ''}`],
    ...(proxied && { editable: (path: string) => proxyUrl(model.artifact_uri, path)! }),
  };
}
