// Sound and film, played from where they are: the browser asks for the parts that it needs.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import type { PreviewProps } from './preview-props';

export function AudioPreview({ url, path }: PreviewProps): JSX.Element {
  const [broken, setBroken] = useState(false);
  if (broken) return <p class="muted artifact-hint" role="status">{t('artifacts.unplayable')}</p>;
  return <audio class="media" src={url} controls preload="metadata" aria-label={path} onError={() => setBroken(true)} />;
}

export function VideoPreview({ url, path }: PreviewProps): JSX.Element {
  const [broken, setBroken] = useState(false);
  if (broken) return <p class="muted artifact-hint" role="status">{t('artifacts.unplayable')}</p>;
  return <video class="media" src={url} controls preload="metadata" playsInline aria-label={path} onError={() => setBroken(true)} />;
}
