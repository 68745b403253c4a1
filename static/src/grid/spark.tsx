// Small curves in the cells of a column: fetched for the rows on the screen, all of them in one request.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { numberOf } from '../api';
import { type Curve, grid } from '../api/grid';
import { t } from '../i18n';
import type { Column } from './columns';

/** The server gives so many curves in one answer. */
const AT_ONCE = 200;
const BUCKETS = 40;
/** Curves that are kept. */
const KEPT = 5000;

export type Sparks = (runId: string, key: string) => readonly number[] | undefined;

const nameOf = (runId: string, key: string) => `${runId} ${key}`;

/** The values that a small curve goes through: of each bucket the extreme ones, so that no spike is lost. */
export function sparkValues(curve: Curve): number[] {
  if (!curve.min || !curve.max) return curve.last.map(numberOf);
  return curve.last.flatMap((_, i) => {
    const [low, high] = [numberOf(curve.min![i]), numberOf(curve.max![i])];
    return low === high ? [low] : [low, high];
  });
}

/** version goes up when the runs have moved on: what is shown is fetched again, and stays until then. */
export function useSparks(runIds: readonly string[], columns: readonly Column[], version: number): Sparks {
  const [, redraw] = useState(0);
  const kept = useRef(new Map<string, { values: readonly number[]; version: number }>());
  const keys = columns.filter(c => c.value === 'spark').map(c => c.key);
  const wanted = keys.length > 0 ? runIds.filter(id => keys.some(k => kept.current.get(nameOf(id, k))?.version !== version)) : [];
  const question = `${version} ${keys.join(',')} ${wanted.join(',')}`;
  useEffect(() => {
    if (wanted.length === 0) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const runs = wanted.slice(0, Math.floor(AT_ONCE / keys.length));
      void grid.series(runs, keys, { buckets: BUCKETS }, stop.signal).then(curves => {
        for (const id of runs) for (const k of keys) kept.current.set(nameOf(id, k), { values: [], version });
        for (const c of curves) kept.current.set(nameOf(c.run_id, c.key), { values: sparkValues(c), version });
        for (const name of kept.current.keys()) {
          if (kept.current.size <= KEPT) break;
          kept.current.delete(name);
        }
        redraw(n => n + 1);
      }, () => undefined);
    }, 60); // while one scrolls fast, nothing is asked for
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question]);
  return (id, key) => kept.current.get(nameOf(id, key))?.values;
}

const WIDTH = 100;
const HEIGHT = 20;

/** A path through the values; a gap where a value is no number. */
export function sparkPath(values: readonly number[]): string {
  const finite = values.filter(v => Number.isFinite(v) && Math.abs(v) < 1e300);
  if (finite.length === 0) return '';
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  let path = '';
  let pen = false;
  values.forEach((v, i) => {
    if (!Number.isFinite(v) || Math.abs(v) >= 1e300) {
      pen = false;
      return;
    }
    const x = values.length > 1 ? (i / (values.length - 1)) * (WIDTH - 4) + 2 : WIDTH / 2;
    const y = span > 0 ? HEIGHT - 3 - ((v - low) / span) * (HEIGHT - 6) : HEIGHT / 2;
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return path;
}

export function Spark({ values }: { values: readonly number[] | undefined }): JSX.Element {
  if (!values) return <span class="spark" />;
  const path = sparkPath(values);
  if (!path) return <span class="muted">–</span>;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={t('spark.label')}>
      <path d={values.length === 1 ? `${path}h.01` : path} class={values.length === 1 ? 'dot' : ''} />
    </svg>
  );
}
