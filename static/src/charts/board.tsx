// Charts in sections: those that are pinned, then by prefix. Cards that are not near the window draw nothing.
import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { count, t } from '../i18n';
import { useKeys } from '../keys';
import { replace, route, withMembers } from '../state/router';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { Card } from './card';
import { sectionsOf } from './sections';
import { type Axis, type DrawnRun, matcher, namesOf, namesText, type Settings, settingsOf } from './settings';

const FullChart = lazy(() => import('./full').then(m => m.FullChart));

/** Cards that are made at once; the rest is a click away. */
const FIRST = 300;

/** The settings of the address, the same object while they are the same. */
export function useSettings(prefix: string, fallback: Axis): Settings {
  const { query } = route.value;
  const own = ['x', 'xlog', 'ylog', 'smooth', 'method', 'clip', 'band', 'zoom', 'at', 'minus'].map(name => query.get(prefix + name) ?? '').join('\n');
  return useMemo(() => settingsOf(query, prefix, fallback), [own, prefix, fallback]);
}

interface Props {
  runs: readonly DrawnRun[];
  metrics: readonly string[];
  versionOf: (metric: string) => string;
  prefix: string;
  fallback: Axis;
  alone?: boolean;
  /** Without sections, pins and search: few charts, or the page has its own. */
  plain?: boolean;
  height?: number;
}

export function Board({ runs, metrics, versionOf, prefix, fallback, alone, plain, height }: Props): JSX.Element {
  const { query } = route.value;
  const settings = useSettings(prefix, fallback);
  const [shown, setShown] = useState(FIRST);
  const hovered = useRef('');
  const find = plain ? '' : (query.get('find') ?? '');
  const found = useMemo(() => metrics.filter(matcher(find)), [metrics, find]);
  const pins = namesOf(query.get(`${prefix}top`)).filter(key => found.includes(key));
  const folded = namesOf(query.get(`${prefix}fold`));
  const set = (name: string, names: readonly string[]) => replace(withMembers({ [prefix + name]: namesText(names) }));
  const full = query.get(`${prefix}full`);
  const setFull = (metric: string | null) => replace(withMembers({ [`${prefix}full`]: metric }));
  const rest = found.slice(0, shown).filter(key => !pins.includes(key));
  const sections: [string, string[], boolean][] = [
    ...(pins.length > 0 ? [[t('charts.pinned'), pins, false] as [string, string[], boolean]] : []),
    ...(plain ? [['', rest] as [string, string[]]] : sectionsOf(rest)).map(([name, keys]) => [name, keys, name !== ''] as [string, string[], boolean]),
  ];
  const order = sections.flatMap(([, keys]) => keys);
  const card = (metric: string) => ({ runs, metric, version: versionOf(metric), settings, prefix, ...(alone && { alone }), ...(height && { height }) });

  useKeys([
    { keys: 'f', text: t('charts.full'), group: 'charts', act: () => (order.includes(hovered.current) ? setFull(hovered.current) : prefix === '' && order.length > 0 ? setFull(order[0]!) : false) },
    { keys: 'l', text: t('chart.logy'), group: 'charts', act: () => (prefix === '' ? replace(withMembers({ ylog: settings.logY ? null : '1' })) : false) },
  ]);

  return (
    <>
      {found.length === 0 && <p class="muted">{t('charts.none')}</p>}
      {sections.map(([name, keys, folds]) => {
        const open = !folds || !folded.includes(name);
        return (
          <div key={`${folds} ${name}`} class="chart-section">
            {name && (folds ? (
              <h3 class="compare-section">
                <button type="button" class="plain" aria-expanded={open} onClick={() => set('fold', open ? [...folded, name] : folded.filter(f => f !== name))}>
                  <Icon name="right" class={open ? 'turned' : ''} /> {name} <span class="muted">{count(keys.length)}</span>
                </button>
              </h3>
            ) : <h3 class="compare-section">{name}</h3>)}
            {open && (
              <div class="chart-grid">
                {keys.map(key => (
                  <Card
                    key={key} {...card(key)} pinned={pins.includes(key)} onFull={() => setFull(key)} onHover={() => (hovered.current = key)}
                    onPin={plain ? undefined : () => set('top', pins.includes(key) ? pins.filter(k => k !== key) : [...pins, key])}
                  />
                ))}
              </div>
            )}
          </div>
        );
      })}
      {found.length > shown && <p class="more"><button type="button" onClick={() => setShown(shown + FIRST)}>{t('chart.more', { n: found.length - shown })}</button></p>}
      {full !== null && metrics.includes(full) && <FullChart keys={order.includes(full) ? order : [full]} {...card(full)} onChange={setFull} />}
    </>
  );
}
