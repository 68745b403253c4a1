// Says that only a part of the file is here, and fetches more.
import type { ComponentChildren, JSX } from 'preact';
import { formatBytes } from '../format';
import { t } from '../i18n';
import { Failure } from '../ui/parts';
import type { Growing } from './use-growing';

export function PartNote({ file, children }: { file: Growing; children?: ComponentChildren }): JSX.Element | null {
  if (file.error !== null) return <Failure error={file.error} retry={file.more} />;
  if (file.whole || file.loaded === 0) return null;
  return (
    <p class="preview-note">
      {file.size === undefined ? t('artifacts.head', { n: formatBytes(file.loaded) }) : t('artifacts.head.of', { n: formatBytes(file.loaded), size: formatBytes(file.size) })}{' '}
      <button type="button" class="link" disabled={file.busy} onClick={file.more}>{t('artifacts.head.more')}</button>{children}
    </p>
  );
}
