// Go anywhere, do anything by its name: commands, experiments, runs. The focus stays in the field, arrows walk the list.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { experiments, isAbort } from '../api';
import { grid } from '../api/grid';
import { likeValue } from '../grid/columns';
import { t, tn } from '../i18n';
import { filterOf, isFilter } from '../query/free';
import { go, href } from '../state/router';
import { Icon, type IconName } from '../ui/icons';
import { Failure, Status } from '../ui/parts';
import type { RunStatus } from '../api/types';
import { commands, keysOf } from '.';
import { fits } from './match';
import { Keys } from './sheet';

interface Item { id: string; icon: IconName; text: string; hint?: string; keys?: string; status?: RunStatus; act: () => void }
interface Found { text: string; items: Item[]; error: unknown }

const EACH = 7;
const TYPING = 150;

async function search(text: string, signal: AbortSignal): Promise<Item[]> {
  const like = likeValue(text);
  const id = /^[0-9a-f]{6,32}$/i.test(text) ? ` OR attributes.run_id LIKE '${text.toLowerCase()}%'` : '';
  const [found, runs] = await Promise.all([
    experiments.search({ filter: `name ILIKE ${like}`, orderBy: ['last_update_time DESC'], max: EACH, signal }),
    grid.query({ experimentIds: [], filter: `attributes.run_name ILIKE ${like}${id}`, view: 'ACTIVE_ONLY', orderBy: ['attributes.start_time DESC'] }, { columns: [], offset: 0, limit: EACH }, signal),
  ]);
  return [
    ...found.items.map((e): Item => ({ id: `e${e.experiment_id}`, icon: 'flask', text: e.name, hint: t('palette.experiment'), act: () => go(href.runs(e.experiment_id)) })),
    ...runs.run_id.map((run, i): Item => ({
      id: `r${run}`, icon: 'runs', text: runs.run_name[i] || run, hint: run.slice(0, 8), status: runs.status[i] ?? 'FINISHED', act: () => go(href.run(runs.experiment_id[i]!, run)),
    })),
  ];
}

function commandItems(text: string): Item[] {
  return commands().filter(c => c.act && !c.keysOnly && fits(c.text, text)).map((c, i): Item => {
    const keys = keysOf(c)[0];
    return { id: `c${i}`, icon: c.group === 'go' ? 'right' : 'check', text: c.text, ...(keys && { keys }), act: () => void c.act!() };
  });
}

export function Palette({ close }: { close: () => void }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [composing, setComposing] = useState(false);
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const [found, setFound] = useState<Found>({ text: '', items: [], error: null });
  const wanted = text.trim();

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setMarked(0);
    if (!wanted || composing) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      search(wanted, stop.signal).then(
        items => setFound({ text: wanted, items, error: null }),
        (error: unknown) => !isAbort(error) && setFound({ text: wanted, items: [], error }),
      );
    }, TYPING);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, composing]);

  const items: Item[] = [
    ...commandItems(wanted),
    ...(found.text && wanted.startsWith(found.text) ? found.items : []),
    ...(wanted ? [{ id: 'all', icon: 'filter', text: t(isFilter(wanted) ? 'palette.filter' : 'palette.all', { text: wanted }), act: () => go(href.allRuns(new URLSearchParams({ filter: filterOf(wanted) }))) } as Item] : []),
  ];
  const at = Math.min(marked, items.length - 1);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);

  const pick = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.act();
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.keyCode === 229) return;
    if (e.key === 'ArrowDown') setMarked((at + 1) % items.length);
    else if (e.key === 'ArrowUp') setMarked((at - 1 + items.length) % items.length);
    else if (e.key === 'Enter') pick(items[at]);
    else return;
    e.preventDefault();
  };
  return (
    <div class="palette">
      <h2 id="palette-title" class="sr-only">{t('palette.title')}</h2>
      <div class="palette-field">
        <Icon name="search" />
        <input
          ref={field} role="combobox" aria-label={t('palette.hint')} placeholder={t('palette.hint')} aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
          aria-activedescendant={items[at] && `palette-${items[at].id}`} autocomplete="off" spellcheck={false} value={text} onKeyDown={key}
          onCompositionStart={() => setComposing(true)} onCompositionEnd={() => setComposing(false)} onInput={e => setText(e.currentTarget.value)}
        />
      </div>
      <ul id="palette-list" ref={list} role="listbox" aria-label={t('palette.title')}>
        {items.map((item, i) => (
          <li key={item.id} id={`palette-${item.id}`} role="option" aria-selected={i === at} onPointerMove={() => setMarked(i)} onClick={() => pick(item)}>
            {item.status ? <Status status={item.status} /> : <Icon name={item.icon} />}
            <span class="palette-text">{item.text}</span>
            {item.keys ? <span class="palette-keys"><Keys keys={item.keys} /></span> : item.hint && <span class="muted">{item.hint}</span>}
          </li>
        ))}
      </ul>
      {found.error !== null && wanted === found.text && <Failure error={found.error} />}
      <p class="sr-only" role="status">{tn('palette.found', items.length)}</p>
    </div>
  );
}
