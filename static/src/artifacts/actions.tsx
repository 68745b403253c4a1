// What can be done with all files, or with the chosen ones: archives, lines to copy, upload.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { t, tn } from '../i18n';
import { notify } from '../state/notices';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { IconButton, serverUrl, toClipboard } from '../ui/parts';
import { clientLine, curlLine } from './shell-words';
import type { ArtifactSource } from './source';
import { baseName } from './tree';

/** Longer addresses are refused by the server. */
const LONGEST_URL = 30_000;
const MOST_PATHS = 1000;

interface Props { source: ArtifactSource; picked: readonly string[]; folder: string; onFiles: (files: File[]) => void; onClear: () => void; /** Absent where nothing can be removed. */ onRemove?: (() => void) | undefined; bare?: boolean }

export function copyLine(line: string): void {
  void toClipboard(line).then(done => notify(done ? 'done' : 'error', done ? t('artifacts.copied') : line));
}

export const absolute = (url: string) => new URL(url, document.baseURI).href;

/** Lets the browser save what is at this address. */
export function save(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}

export function archiveItems(source: ArtifactSource, paths: readonly string[], name: string) {
  const tooMany = paths.length > MOST_PATHS || source.archiveUrl(paths, 'zip').length > LONGEST_URL;
  const take = (format: 'zip' | 'tar') => {
    if (tooMany) notify('error', t('artifacts.archive.many'));
    else save(source.archiveUrl(paths, format));
  };
  return [
    { text: t('artifacts.archive.zip'), act: () => take('zip') },
    { text: t('artifacts.archive.tar'), act: () => take('tar') },
    !tooMany && { text: t('artifacts.copy.curl'), apart: true, act: () => copyLine(curlLine(absolute(source.archiveUrl(paths, 'zip')), `${name}.zip`)) },
    paths.length < 2 && { text: t('artifacts.copy.client'), act: () => copyLine(clientLine(serverUrl(), source.clientArguments(paths[0] ?? ''))) },
  ];
}

export function Actions({ source, picked, folder, onFiles, onClear, onRemove, bare }: Props): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const some = picked.length > 0;
  const name = picked.length === 1 ? baseName(picked[0]!) : 'artifacts';
  return (
    <div class="artifact-actions">
      {!bare && (
        <Menu label={some ? t('artifacts.archive.some') : t('artifacts.archive.all')} items={() => archiveItems(source, picked, name)} class={some ? 'primary' : 'icon-button'} testId="archive">
          <Icon name="download" />{some && <span>{tn('artifacts.picked', picked.length)}</span>}
        </Menu>
      )}
      {some && onRemove && <IconButton icon="trash" label={t('artifacts.remove.some')} onClick={onRemove} />}
      {some && <IconButton icon="close" label={t('artifacts.pick.none')} onClick={onClear} />}
      {(source.editable ?? source.uploadUrl) && (
        <>
          <IconButton icon="upload" label={t('artifacts.upload.to', { folder: `${folder}/` })} onClick={() => input.current?.click()} />
          <input
            ref={input} type="file" multiple hidden data-testid="upload"
            onChange={e => {
              const files = [...(e.currentTarget.files ?? [])];
              e.currentTarget.value = '';
              if (files.length > 0) onFiles(files);
            }}
          />
        </>
      )}
    </div>
  );
}
