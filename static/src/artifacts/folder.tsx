// What a folder holds, at a glance: its pictures, the card of its model, its README.
import type { JSX } from 'preact';
import { tn } from '../i18n';
import { lazy } from '../ui/lazy';
import { shownOf } from './images';
import { AUTO_LIMIT, kindOf } from './kinds';
import type { ArtifactSource } from './source';
import { baseName, type Folder } from './tree';

const ModelPreview = lazy(() => import('./mlmodel-view').then(m => m.ModelPreview));
const MarkdownPreview = lazy(() => import('./markdown').then(m => m.MarkdownPreview));

interface Thumb { path: string; name: string; note: string; size: number }

/** As many as are small enough together. */
function thumbsOf(folder: Extract<Folder, { state: 'read' }>): Thumb[] {
  const all: Thumb[] = [
    ...folder.sets.map(set => {
      const last = shownOf(set.steps[set.steps.length - 1]!);
      return { path: last.path, name: set.key, note: tn('artifacts.steps', set.steps.length), size: last.file_size ?? 0 };
    }),
    ...folder.files.filter(f => kindOf(f.path) === 'image').map(f => ({ path: f.path, name: baseName(f.path), note: '', size: f.file_size ?? 0 })),
  ];
  let sum = 0;
  return all.filter(thumb => (sum += thumb.size) <= AUTO_LIMIT);
}

export function FolderView({ source, folder, onShow }: { source: ArtifactSource; folder: Folder | undefined; onShow: (path: string) => void }): JSX.Element | null {
  if (folder?.state !== 'read') return null;
  const thumbs = thumbsOf(folder);
  const model = folder.files.find(f => kindOf(f.path) === 'mlmodel');
  const readme = folder.files.find(f => /^readme\.(?:md|markdown)$/i.test(baseName(f.path)));
  return (
    <>
      {thumbs.length > 0 && (
        <ul class="thumbs">
          {thumbs.map(thumb => (
            <li key={thumb.path}>
              <button type="button" class="plain" title={thumb.path} onClick={() => onShow(thumb.path)}>
                <img src={source.url(thumb.path)} alt="" loading="lazy" />
                <span class="tree-name">{thumb.name}</span><span class="muted size">{thumb.note}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {model && <h3 class="sr-only">{model.path}</h3>}
      {model && <ModelPreview source={source} url={source.url(model.path)} path={model.path} size={model.file_size} folder={folder} />}
      {readme && !model && <MarkdownPreview source={source} url={source.url(readme.path)} path={readme.path} size={readme.file_size} />}
    </>
  );
}

/** Whether there is anything to show of it beyond its names. */
export const hasLook = (folder: Folder | undefined) =>
  folder?.state === 'read' && (folder.sets.length > 0 || folder.files.some(f => ['image', 'mlmodel'].includes(kindOf(f.path)) || /^readme\.(?:md|markdown)$/i.test(baseName(f.path))));
