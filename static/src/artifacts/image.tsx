// A picture. The server sends artifacts as downloads, so the bytes are fetched and shown from memory: as a picture nothing
// in it runs, SVG neither.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { artifacts } from '../api';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Failure, Loading } from '../ui/parts';
import { Ask } from './ask';
import { imageType } from './kinds';
import { useObjectUrl } from './object-url';

const ZOOMS = [0.25, 0.5, 1, 2, 4, 8, 16];

interface Props { url: string; path: string; size: number | undefined; asked?: boolean }

export function ImagePreview(props: Props): JSX.Element {
  return <Ask size={props.size} asked={props.asked}><Picture {...props} /></Ask>;
}

function Picture({ url, path }: Props): JSX.Element {
  const blob = useLoad(`image ${url}`, signal => artifacts.blob(url, imageType(path), signal));
  const source = useObjectUrl(blob.data);
  const [broken, setBroken] = useState(false);
  const [size, setSize] = useState<[number, number] | null>(null);
  const [zoom, setZoom] = useState<number | null>(null);
  const [sharp, setSharp] = useState(false);
  if (blob.error !== null) return <Failure error={blob.error} retry={blob.reload} />;
  if (!source) return <Loading />;
  if (broken) return <p class="muted artifact-hint">{t('artifacts.broken')}</p>;
  return (
    <figure class="image">
      <figcaption class="image-bar">
        <span class="muted">{size && `${size[0]} × ${size[1]}`}</span>
        <label class="switch">{t('artifacts.zoom')}
          <select value={zoom ?? ''} onChange={e => setZoom(Number(e.currentTarget.value) || null)}>
            <option value="">{t('artifacts.zoom.fit')}</option>
            {ZOOMS.map(z => <option key={z} value={z}>{z * 100}%</option>)}
          </select>
        </label>
        <label class="switch"><input type="checkbox" checked={sharp} onChange={e => setSharp(e.currentTarget.checked)} /> {t('artifacts.pixels')}</label>
      </figcaption>
      <div class="image-box" tabIndex={0} role="region" aria-label={t('artifacts.content')}>
        <img
          src={source} alt={path} class={`${zoom === null ? 'fit' : ''} ${sharp ? 'pixelated' : ''}`} style={zoom !== null && size ? { width: `${size[0] * zoom}px` } : {}}
          onError={() => setBroken(true)} onLoad={e => setSize([e.currentTarget.naturalWidth, e.currentTarget.naturalHeight])}
        />
      </div>
    </figure>
  );
}
