// A picture. The server sends artifacts as downloads, so the bytes are fetched and shown from memory.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { artifacts } from '../api';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { imageType } from './kinds';

export function ImagePreview({ url, path }: { url: string; path: string }): JSX.Element {
  const blob = useLoad(`image ${url}`, signal => artifacts.blob(url, imageType(path), signal));
  const [source, setSource] = useState('');
  const [broken, setBroken] = useState(false);
  const [size, setSize] = useState('');
  useEffect(() => {
    if (!blob.data) return;
    const made = URL.createObjectURL(blob.data);
    setSource(made);
    return () => URL.revokeObjectURL(made);
  }, [blob.data]);
  if (blob.error !== null) return <Failure error={blob.error} retry={blob.reload} />;
  if (!source) return <Loading />;
  if (broken) return <p class="muted artifact-hint">{t('artifacts.broken')}</p>;
  return (
    <figure class="image">
      <img src={source} alt={path} onError={() => setBroken(true)} onLoad={e => setSize(`${e.currentTarget.naturalWidth} × ${e.currentTarget.naturalHeight}`)} />
      <figcaption class="muted">{size}</figcaption>
    </figure>
  );
}
