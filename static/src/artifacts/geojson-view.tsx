// A map without a map: shapes on a grid of degrees, drawn here, since no other server is asked for tiles.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, t, tn } from '../i18n';
import { effectiveTheme } from '../state/settings';
import { IconButton } from '../ui/parts';
import { AsText } from './as-text';
import { type Drawing, fitted, gridStep, readGeoJson } from './geojson';
import type { PreviewProps } from './preview-props';
import { TextView } from './text';
import { WholeText } from './whole';

const HEIGHT = 420;

export function GeoPreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <Map text={text} path={props.path} />}</WholeText>;
}

function Map({ text, path }: { text: string; path: string }): JSX.Element {
  const drawing = useMemo((): Drawing | null => {
    try {
      return readGeoJson(text);
    } catch {
      return null;
    }
  }, [text]);
  if (!drawing?.box) return <TextView path={path} lines={text.split('\n')} version={0} />;
  return <AsText text={text} path={path}><Picture drawing={drawing} path={path} /></AsText>;
}

function Picture({ drawing, path }: { drawing: Drawing; path: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [zoom, setZoom] = useState(1);
  const [moved, setMoved] = useState<readonly [number, number]>([0, 0]);
  const [width, setWidth] = useState(0);
  const theme = effectiveTheme.value;
  useEffect(() => {
    const watch = new ResizeObserver(() => setWidth(canvas.current?.clientWidth ?? 0));
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (width > 0) draw(canvas.current!, drawing, width, zoom, moved);
  }, [drawing, width, zoom, moved, theme]);
  const drag = (down: PointerEvent) => {
    const element = down.currentTarget as HTMLElement;
    element.setPointerCapture(down.pointerId);
    const move = (e: PointerEvent) => setMoved([moved[0] + e.clientX - down.clientX, moved[1] + e.clientY - down.clientY]);
    const end = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', end);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', end);
  };
  const scale = (by: number) => {
    setZoom(zoom * by);
    setMoved([moved[0] * by, moved[1] * by]);
  };
  const names = drawing.shapes.filter(s => s.name).map(s => s.name);
  return (
    <figure>
      <figcaption class="image-bar">
        <span class="muted">{tn('artifacts.shapes', drawing.shapes.length, { points: count(drawing.points) })} · {drawing.box!.map(v => v.toFixed(3)).join(', ')}</span>
        <span>
          <IconButton icon="plus" class="quiet" label={t('artifacts.zoom.in')} onClick={() => scale(1.6)} />
          <IconButton icon="minus" class="quiet" label={t('artifacts.zoom.out')} onClick={() => scale(1 / 1.6)} />
          <IconButton
            icon="refresh" class="quiet" label={t('artifacts.zoom.fit')}
            onClick={() => {
              setZoom(1);
              setMoved([0, 0]);
            }}
          />
        </span>
      </figcaption>
      <canvas ref={canvas} class="geo" role="img" aria-label={`${path}: ${names.slice(0, 20).join(', ')}`} data-testid="geo" onPointerDown={drag} />
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement, drawing: Drawing, width: number, zoom: number, moved: readonly [number, number]): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const c = canvas.getContext('2d')!;
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const view = fitted(drawing.box!, width, HEIGHT, 40);
  const scale = view.scale * zoom;
  const x = (lon: number) => width / 2 + moved[0] + (lon - view.x) * scale * view.narrow;
  const y = (lat: number) => HEIGHT / 2 + moved[1] - (lat - view.y) * scale;
  c.scale(ratio, ratio);

  c.strokeStyle = color('--grid');
  c.fillStyle = color('--muted');
  c.font = '11px system-ui';
  const [west, east] = [view.x - (width / 2 + moved[0]) / scale / view.narrow, view.x + (width / 2 - moved[0]) / scale / view.narrow];
  const [south, north] = [view.y - (HEIGHT / 2 - moved[1]) / scale, view.y + (HEIGHT / 2 + moved[1]) / scale];
  const step = gridStep(80 / scale / view.narrow);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  c.beginPath();
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
    c.moveTo(x(lon), 0);
    c.lineTo(x(lon), HEIGHT);
    c.fillText(`${lon.toFixed(digits)}°`, x(lon) + 3, HEIGHT - 4);
  }
  for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
    c.moveTo(0, y(lat));
    c.lineTo(width, y(lat));
    c.fillText(`${lat.toFixed(digits)}°`, 3, y(lat) - 3);
  }
  c.stroke();

  c.lineWidth = 1.5;
  c.strokeStyle = c.fillStyle = color('--accent');
  for (const shape of drawing.shapes) {
    c.beginPath();
    for (const part of shape.parts)
      for (const [i, [lon, lat]] of part.entries()) {
        if (shape.kind === 'point') {
          c.moveTo(x(lon) + 4, y(lat));
          c.arc(x(lon), y(lat), 4, 0, 2 * Math.PI);
        } else if (i === 0) c.moveTo(x(lon), y(lat));
        else c.lineTo(x(lon), y(lat));
      }
    c.globalAlpha = shape.kind === 'area' ? 0.2 : 1;
    if (shape.kind !== 'line') c.fill('evenodd');
    c.globalAlpha = 1;
    if (shape.kind !== 'point') c.stroke();
  }
  c.fillStyle = color('--text');
  for (const shape of drawing.shapes.slice(0, 200)) if (shape.name && shape.kind === 'point') c.fillText(shape.name.slice(0, 60), x(shape.parts[0]![0]![0]) + 7, y(shape.parts[0]![0]![1]) + 4);
}
