// A PDF in the browser's own viewer. It is shown from memory and can be nothing but a PDF, whatever its bytes are.
import type { JSX } from 'preact';
import { artifacts } from '../api';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { Ask } from './ask';
import { useObjectUrl } from './object-url';
import type { PreviewProps } from './preview-props';

export function PdfPreview(props: PreviewProps): JSX.Element {
  if (!navigator.pdfViewerEnabled) return <p class="muted artifact-hint" role="status">{t('artifacts.pdf.none')}</p>;
  return <Ask size={props.size}><Document {...props} /></Ask>;
}

function Document({ url, path }: PreviewProps): JSX.Element {
  const blob = useLoad(`pdf ${url}`, signal => artifacts.blob(url, 'application/pdf', signal));
  const source = useObjectUrl(blob.data);
  if (blob.error !== null) return <Failure error={blob.error} retry={blob.reload} />;
  if (!source) return <Loading />;
  return <iframe class="document" src={source} title={path} />;
}
