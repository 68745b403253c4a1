// Looks into a file: which previewer, by its name. Each is fetched when the first file of its kind is shown.
import type { ComponentType, JSX } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { t } from '../i18n';
import { lazy } from '../ui/lazy';
import { Failure } from '../ui/parts';
import { type Kind, kindOf } from './kinds';
import type { PreviewProps } from './preview-props';

const previewers: Record<Kind, ComponentType<PreviewProps>> = {
  image: lazy(() => import('./image').then(m => m.ImagePreview)),
  value: lazy(() => import('./value-tree').then(m => m.ValuePreview)),
  geojson: lazy(() => import('./geojson-view').then(m => m.GeoPreview)),
  notebook: lazy(() => import('./notebook-view').then(m => m.NotebookPreview)),
  table: lazy(() => import('./table').then(m => m.TablePreview)),
  parquet: lazy(() => import('./parquet').then(m => m.ParquetPreview)),
  arrays: lazy(() => import('./arrays-view').then(m => m.ArraysPreview)),
  markdown: lazy(() => import('./markdown').then(m => m.MarkdownPreview)),
  html: lazy(() => import('./html').then(m => m.HtmlPreview)),
  pdf: lazy(() => import('./pdf').then(m => m.PdfPreview)),
  audio: lazy(() => import('./media').then(m => m.AudioPreview)),
  video: lazy(() => import('./media').then(m => m.VideoPreview)),
  mlmodel: lazy(() => import('./mlmodel-view').then(m => m.ModelPreview)),
  bytes: lazy(() => import('./hex').then(m => m.HexPreview)),
  text: lazy(() => import('./text').then(m => m.TextPreview)),
};

/** What a previewer cannot cope with is its own failure, not the page's. */
export function Preview(props: PreviewProps): JSX.Element {
  const [error, forget] = useErrorBoundary();
  if (error !== undefined && error !== null) return <Failure error={error} retry={forget} />;
  if (props.size === 0) return <p class="muted artifact-hint">{t('artifacts.zero')}</p>;
  const Previewer = previewers[kindOf(props.path)];
  return <Previewer {...props} />;
}
