// The map of what is stored. The table beneath says the same in words and numbers; the map is one stop of the tab key, and
// arrows walk over it.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Size } from '../api/shelf';
import { formatBytes } from '../format';
import { percent, t, tn } from '../i18n';
import { Icon } from '../ui/icons';
import type { Row } from './rows';
import { type Box, neighbour, shortened, shownOf, squarify, type Way } from './treemap';

/** Something that has a size and no page of its own. */
export interface Rest extends Size { name: string }

interface Tile { name: string; size: string; share: number; /** All there is to say of it. */ text: string; bytes: number; row: Row | null }

const ways: Record<string, Way> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** From these sizes on, in pixels, there is room for a name, for a size below it, and for larger letters. */
const NAMED = { w: 40, h: 20 };
const SIZED = { w: 52, h: 38 };
const LARGE = { w: 180, h: 90 };
const WITH_ICON = 90;
const holds = (box: Box, least: { w: number; h: number }) => box.w >= least.w && box.h >= least.h;

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;

/** In the letters of a name, at 13 px. */
function letterWidth(letter: string): number {
  let width = widths.get(letter);
  if (width === undefined) {
    if (!pen) {
      pen = document.createElement('canvas').getContext('2d')!;
      pen.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
    }
    widths.set(letter, (width = pen.measureText(letter).width));
  }
  return width;
}

const sizeText = (size: Size) => `${size.partial ? '≥ ' : ''}${formatBytes(size.bytes)}`;

function stateOf(row: Row | null): string[] {
  if (row?.gone) return [t('storage.isgone')];
  return row?.deleted ? [t('storage.map.deleted', { size: formatBytes(row.deleted) })] : [];
}

/** Those that lead somewhere come first. */
function tilesOf(rows: readonly Row[], rest: Rest | null): Tile[] {
  const { shown, others } = shownOf(rows);
  const parts: (readonly [string, Size, Row | null])[] = shown.map(row => [row.name, row, row]);
  if (rest && rest.bytes > 0) parts.push([rest.name, rest, null]);
  if (others) parts.push([tn('storage.map.others', others.count), others, null]);
  const whole = parts.reduce((sum, [, size]) => sum + size.bytes, 0);
  return parts.map(([name, size, row]) => {
    const share = size.bytes / whole;
    const text = [name, sizeText(size), percent(share), tn('storage.nfiles', size.files), ...stateOf(row)].join(' · ');
    return { name, size: sizeText(size), share, text, bytes: size.bytes, row };
  });
}

export function StorageMap({ label, rows, rest = null, link, icon }: { label: string; rows: readonly Row[]; rest?: Rest | null; link: (row: Row) => string; icon?: (row: Row) => 'folder' | 'file' }): JSX.Element | null {
  const place = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ w: 0, h: 0 });
  const [current, setCurrent] = useState<string | null>(null);
  const tiles = tilesOf(rows, rest);
  const isWorth = tiles.length > 1;
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => setSize({ w: element.clientWidth, h: element.clientHeight });
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    measure();
    return () => watch.disconnect();
  }, [isWorth]);
  if (!isWorth) return null;

  const boxes = size.w > 0 ? squarify(tiles.map(tile => tile.bytes), size.w, size.h) : [];
  const links = tiles.filter(tile => tile.row !== null).length;
  const stop = Math.max(0, tiles.findIndex(tile => tile.row !== null && tile.row.id === current));
  const walk = (e: KeyboardEvent) => {
    const way = ways[e.key];
    if (!way || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    e.stopPropagation();
    (place.current!.children[neighbour(boxes.slice(0, links), stop, way)] as HTMLElement).focus();
  };
  return (
    <>
      <div class="treemap" role="group" aria-label={label} ref={place} onKeyDown={walk}>
        {boxes.map((box, i) => {
          const tile = tiles[i]!;
          const { row } = tile;
          const about = { class: `tile${holds(box, LARGE) ? ' large' : ''}${row ? '' : ' rest'}${row?.gone ? ' gone' : ''}`, style: styleOf(box, tile.bytes / tiles[0]!.bytes), title: tile.text };
          const inside = <Inside tile={tile} box={box} icon={row && icon ? icon(row) : null} />;
          return row
            ? <a key={row.id} {...about} href={link(row)} tabIndex={i === stop ? 0 : -1} onFocus={() => setCurrent(row.id)}>{inside}</a>
            : <div key={`rest ${i}`} {...about}>{inside}</div>;
        })}
      </div>
      {tiles.some(tile => tile.row?.deleted) && <p class="muted treemap-legend"><span class="hatch" aria-hidden="true" /> {t('storage.map.legend')}</p>}
    </>
  );
}

/** What is larger is stronger in colour, too. */
const styleOf = (box: Box, part: number) => ({ left: `${box.x}px`, top: `${box.y}px`, width: `${box.w}px`, height: `${box.h}px`, '--part': `${Math.round(100 * Math.sqrt(Math.min(1, part)))}%` });

function Name({ name, box, icon }: { name: string; box: Box; icon: 'folder' | 'file' | null }): JSX.Element {
  const large = holds(box, LARGE);
  const lines = Math.max(1, Math.floor((box.h - (large ? 14 : 4) - (holds(box, SIZED) ? 16 : 0)) / (large ? 22 : 16)));
  const scale = large ? 15 / 13 : 1;
  const width = (box.w - (large ? 22 : 14)) / scale;
  const room = lines * width - (lines - 1) * letterWidth('m'); // so much is lost where a line ends
  return <span class="tile-name" style={{ '--lines': lines }}>{icon && box.w >= WITH_ICON && <Icon name={icon} />}{shortened(name, room - (icon && box.w >= WITH_ICON ? 20 : 0), letterWidth)}</span>;
}

function Inside({ tile, box, icon }: { tile: Tile; box: Box; icon: 'folder' | 'file' | null }): JSX.Element {
  const deleted = tile.row && !tile.row.gone ? (tile.row.deleted ?? 0) : 0;
  return (
    <>
      <span class="sr-only">{tile.text}</span>
      <span class="tile-seen" aria-hidden="true">
        {deleted > 0 && <span class="tile-deleted" style={{ height: `${(100 * deleted) / tile.bytes}%` }} />}
        {holds(box, NAMED) && <Name name={tile.name} box={box} icon={icon} />}
        {holds(box, SIZED) && <span class="tile-size">{tile.size}{holds(box, LARGE) && ` · ${percent(tile.share)}`}</span>}
      </span>
    </>
  );
}
