// A file that is of use only when it is complete: text of at most a megabyte is read at once, more when asked.
import type { JSX } from 'preact';
import { artifacts } from '../api';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { Ask } from './ask';
import type { PreviewProps } from './preview-props';

/** No page is asked to hold more of it than this. */
export const MOST = 64 * 1024 * 1024;

function Reader({ url, children }: { url: string; children: (text: string) => JSX.Element }): JSX.Element {
  const file = useLoad(`whole ${url}`, async signal => {
    const { bytes, whole } = await artifacts.head(url, MOST, signal);
    return whole ? new TextDecoder().decode(bytes) : null;
  });
  if (file.error !== null) return <Failure error={file.error} retry={file.reload} />;
  if (file.data === undefined) return <Loading />;
  return file.data === null ? <p class="muted artifact-hint">{t('artifacts.toolarge')}</p> : children(file.data);
}

export function WholeText({ url, size, children }: PreviewProps & { children: (text: string) => JSX.Element }): JSX.Element {
  return <Ask size={size}><Reader url={url}>{children}</Reader></Ask>;
}
