// The files of a run: a tree that is read folder by folder, and a preview of the chosen one.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FileInfo } from '../api/types';
import { formatBytes } from '../format';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { replace, route } from '../state/router';
import { Icon } from '../ui/icons';
import { Copy, Empty, Failure, Loading } from '../ui/parts';
import { Preview } from './preview';
import type { ArtifactSource } from './source';

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

interface FolderProps { source: ArtifactSource; path: string; selected: string; onSelect: (file: FileInfo) => void; onFound: (file: FileInfo) => void; onRoot: (files: FileInfo[]) => void; top?: boolean }

function Folder(props: FolderProps): JSX.Element {
  const { source, path, selected } = props;
  const list = useLoad(`artifacts ${source.key} ${path}`, signal => source.list(path, signal));
  useEffect(() => {
    if (props.top && list.data) props.onRoot(list.data);
    const found = list.data?.find(f => f.path === selected);
    if (found) props.onFound(found);
  }, [list.data, selected]);
  if (list.error !== null) return <Failure error={list.error} retry={list.reload} />;
  if (!list.data) return <Loading />;
  if (list.data.length === 0) return <p class="muted tree-empty">{t('artifacts.folder.empty')}</p>;
  const sorted = [...list.data].sort((a, b) => Number(b.is_dir ?? false) - Number(a.is_dir ?? false));
  return (
    <ul class="tree" aria-label={props.top ? t('artifacts') : undefined}>
      {sorted.map(f => <li key={f.path}>{f.is_dir ? <Directory {...props} path={f.path} /> : <Leaf file={f} selected={selected === f.path} onSelect={props.onSelect} />}</li>)}
    </ul>
  );
}

function Directory(props: FolderProps): JSX.Element {
  const inside = props.selected === props.path || props.selected.startsWith(`${props.path}/`);
  const [open, setOpen] = useState(inside);
  useEffect(() => {
    if (inside) setOpen(true);
  }, [inside]);
  return (
    <>
      <button type="button" class="tree-item" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="right" class={open ? 'turned' : ''} /><Icon name="folder" /><span class="tree-name">{baseName(props.path)}</span>
      </button>
      {open && <Folder {...props} top={false} />}
    </>
  );
}

function Leaf({ file, selected, onSelect }: { file: FileInfo; selected: boolean; onSelect: (file: FileInfo) => void }): JSX.Element {
  return (
    <button type="button" class={`tree-item leaf ${selected ? 'selected' : ''}`} aria-current={selected ? 'true' : undefined} title={file.path} onClick={() => onSelect(file)}>
      <Icon name="file" /><span class="tree-name">{baseName(file.path)}</span>
      {file.file_size !== undefined && <span class="muted size">{formatBytes(file.file_size)}</span>}
    </button>
  );
}

function NoFiles(): JSX.Element {
  return <Empty title={t('artifacts.empty')} code={`mlflow.log_text("hello", "notes/hello.txt")\nmlflow.log_artifact("model.bin")`} />;
}

export function ArtifactBrowser({ source, path }: { source: ArtifactSource; path: string }): JSX.Element {
  const [file, setFile] = useState<FileInfo | null>(null);
  const [empty, setEmpty] = useState(false);
  if (empty) return <NoFiles />;
  const known = file?.path === path ? file : null;
  return (
    <div class="artifacts">
      <div class="artifact-tree">
        <Folder
          top source={source} path="" selected={path} onFound={setFile} onRoot={files => setEmpty(files.length === 0)}
          onSelect={f => {
            setFile(f);
            replace(source.page(f.path, route.value.query));
          }}
        />
      </div>
      <div class="artifact-view">
        {path === '' ? <p class="muted artifact-hint">{t('artifacts.choose')}</p> : <Chosen key={path} source={source} path={path} file={known} />}
      </div>
    </div>
  );
}

function Chosen({ source, path, file }: { source: ArtifactSource; path: string; file: FileInfo | null }): JSX.Element {
  const url = source.url(path);
  return (
    <section aria-label={baseName(path)}>
      <header class="artifact-head">
        <h3 title={path}>{path}</h3>
        <Copy text={path} label={t('artifacts.copy')} />
        {file?.file_size !== undefined && <span class="muted">{formatBytes(file.file_size)}</span>}
        <a class="button" href={url} download={baseName(path)}><Icon name="download" /> {t('artifacts.download')}</a>
      </header>
      {file && <Preview url={url} path={path} size={file.file_size} />}
    </section>
  );
}
