// The chosen file or folder: its head, and a look into it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatBytes } from '../format';
import { t, tn } from '../i18n';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Menu } from '../ui/menu';
import { Copy, serverUrl } from '../ui/parts';
import { absolute, archiveItems, copyLine } from './actions';
import { FolderView } from './folder';
import { Preview } from './preview';
import { clientLine, curlLine } from './shell-words';
import type { ArtifactSource } from './source';
import { baseName, type Folders, type Found, parentOf, totalOf } from './tree';

const RemoveDialog = lazy(() => import('./remove').then(m => m.RemoveDialog));
const ImageSteps = lazy(() => import('./image-steps').then(m => m.ImageSteps));

interface Props { source: ArtifactSource; path: string; found: Found; folders: Folders; onShow: (path: string) => void; onRemoved: (paths: readonly string[]) => void }

export function Chosen({ source, path, found, folders, onShow, onRemoved }: Props): JSX.Element {
  const [removing, setRemoving] = useState(false);
  const isFolder = found.kind === 'folder';
  const url = source.url(path);
  const name = baseName(path);
  const size = found.kind === 'file' || found.kind === 'images' ? found.size : undefined;
  const step = found.kind === 'images' ? found.set.steps[found.step] : undefined;
  const doomed = step ? [step.full, step.small].flatMap(f => (f ? [{ path: f.path, folder: false, size: f.file_size }] : [])) : [{ path, folder: isFolder, size }];
  const items = () => [
    ...(isFolder ? archiveItems(source, [path], name) : [
      { text: t('artifacts.copy.curl'), act: () => copyLine(curlLine(absolute(url), name)) },
      { text: t('artifacts.copy.client'), act: () => copyLine(clientLine(serverUrl(), source.clientArguments(path))) },
    ]),
    source.editable && { text: t('artifacts.remove'), danger: true, apart: true, act: () => setRemoving(true) },
  ];
  const total = totalOf(folders, path);
  return (
    <section aria-label={found.kind === 'images' ? found.set.key : name} data-testid="chosen">
      <header class="artifact-head">
        <h3 title={path}>{found.kind === 'images' ? found.set.key : path}</h3>
        <Copy text={path} label={t('artifacts.copy')} />
        {size !== undefined && <span class="muted">{formatBytes(size)}</span>}
        {isFolder && folders.get(path)?.state === 'read' && <span class="muted">{tn(total.whole ? 'artifacts.total' : 'artifacts.total.least', total.files, { size: formatBytes(total.bytes) })}</span>}
        <span class="artifact-buttons">
          {!isFolder && <a class="button" href={url} download={name}><Icon name="download" /> {t('artifacts.download')}</a>}
          {isFolder && <a class="button" href={source.archiveUrl([path], 'zip')} download={`${name}.zip`}><Icon name="download" /> {t('artifacts.archive.zip')}</a>}
          <Menu label={t('artifacts.more')} items={items} class="icon-button" testId="more"><Icon name="more" /></Menu>
        </span>
      </header>
      {found.kind === 'images' ? <ImageSteps source={source} set={found.set} at={found.step} path={path} onShow={onShow} />
        : isFolder ? <FolderView source={source} folder={folders.get(path)} onShow={onShow} />
        : <Preview source={source} url={url} path={path} size={size} folder={folders.get(parentOf(path))} />}
      {removing && <RemoveDialog source={source} items={doomed} onClose={() => setRemoving(false)} onDone={onRemoved} />}
    </section>
  );
}
