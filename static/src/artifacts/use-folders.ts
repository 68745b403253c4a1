// The folders of a source that have been read, each when it is first opened.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';
import type { ArtifactSource } from './source';
import { type Folder, type Folders, readFolder } from './tree';

export interface ReadFolders { folders: Folders; read: (path: string, again?: boolean) => void }

export function useFolders(source: ArtifactSource, wanted: readonly string[]): ReadFolders {
  const [state, setState] = useState<{ key: string; folders: Folders }>({ key: source.key, folders: new Map() });
  const asked = useRef(new Map<string, AbortController>());
  const from = useRef(source);
  from.current = source;

  const read = useCallback((path: string, again = false) => {
    if (asked.current.has(path) && !again) return;
    asked.current.get(path)?.abort();
    const stop = new AbortController();
    asked.current.set(path, stop);
    const key = from.current.key;
    const keep = (folder: Folder) => {
      if (!stop.signal.aborted) setState(s => ({ key, folders: new Map(s.key === key ? s.folders : []).set(path, folder) }));
    };
    from.current.list(path, stop.signal).then(
      list => keep(readFolder(path, list)),
      (error: unknown) => !isAbort(error) && keep({ state: 'failed', error }),
    );
  }, []);

  useEffect(() => () => {
    for (const stop of asked.current.values()) stop.abort();
    asked.current.clear();
  }, [source.key]);
  useEffect(() => {
    for (const path of wanted) read(path);
  }, [source.key, wanted.join('\n')]);
  return { folders: state.key === source.key ? state.folders : none, read };
}

const none: Folders = new Map();
