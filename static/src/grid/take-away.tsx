// The runs as a file or in the clipboard, and the lines that find them elsewhere: of all that is found, or of the selection.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { isAbort, messageOf } from '../api';
import type { Keys, Search, Selection } from '../api/grid';
import { count, t, tn } from '../i18n';
import { notify } from '../state/notices';
import { download } from '../ui/download';
import { Icon } from '../ui/icons';
import { Menu, type MenuItem } from '../ui/menu';
import { serverUrl, toClipboard } from '../ui/parts';
import { type Column, orderBy, type Sort } from './columns';
import type { Format } from './export';
import { searchOf } from './select';

interface Props {
  search: Search;
  sorts: readonly Sort[];
  columns: readonly Column[];
  keys: Keys | undefined;
  /** What to take: a selection, or all that is found. */
  selection: Selection;
  total: number;
  name: string;
}

const MOST_COPIED = 1000;

const code = () => Promise.all([import('./copy-as'), import('./copy-rows')]);

async function copy(text: string | Promise<string>): Promise<void> {
  try {
    const done = await toClipboard(await text);
    notify(done ? 'done' : 'error', t(done ? 'copy.done' : 'copy.failed'));
  } catch (e) {
    notify('error', messageOf(e));
  }
}

export function TakeAway({ search, sorts, columns, keys, selection, total, name }: Props): JSX.Element {
  const [done, setDone] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  const within: Search = { ...search, orderBy: orderBy(sorts) };

  const save = async (format: Format, all: boolean) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setDone(0);
    try {
      const files = await import('./export');
      const blob = await files.exportRuns(selection, within, all && keys ? files.allColumns(keys) : columns, format, setDone, mine.signal);
      download(blob, `${name}.${format}`);
      notify('done', tn('export.done', total, { name: `${name}.${format}` }));
    } catch (e) {
      if (!isAbort(e)) notify('error', messageOf(e));
    }
    if (stop.current === mine) setDone(null);
  };
  const question = () => ({ server: serverUrl(), search: searchOf(selection, search), sorts, columns });
  const rows = (format: 'csv' | 'markdown') => code().then(([, m]) => m.rowsAs(format, selection, within, columns, MOST_COPIED));
  const exports: MenuItem[] = (['csv', 'tsv', 'json'] as const).flatMap((format, i) => [{ text: t('export.shown', { format: format.toUpperCase() }), apart: i > 0, act: () => void save(format, false) }, { text: t('export.all', { format: format.toUpperCase() }), act: () => void save(format, true) }]);
  const copies: MenuItem[] = [
    { text: 'Python', act: () => void copy(code().then(([m]) => m.asPython(question()))) },
    { text: 'curl', act: () => void copy(code().then(([m]) => m.asCurl(question()))) },
    { text: t('copyas.query'), act: () => void copy(question().search.filter) },
    { text: t('copyas.link'), act: () => void copy(location.href) },
    { text: 'Markdown', hint: total > MOST_COPIED ? t('copyas.first', { n: count(MOST_COPIED) }) : '', apart: true, act: () => void copy(rows('markdown')) },
    { text: 'CSV', hint: total > MOST_COPIED ? t('copyas.first', { n: count(MOST_COPIED) }) : '', act: () => void copy(rows('csv')) },
  ];
  return (
    <>
      <Menu label={t('export')} items={() => exports} testId="export"><Icon name="download" /> <span class="tool spare">{t('export')}</span></Menu>
      <Menu label={t('copyas')} items={() => copies} testId="copy-as"><Icon name="copy" /> <span class="tool spare">{t('copyas')}</span></Menu>
      {done !== null && (
        <span class="export-progress">
          <progress max={total} value={done} aria-label={t('export')} />
          <span role="status">{t('export.progress', { n: count(done), total: count(total) })}</span>
          <button type="button" class="link" onClick={() => stop.current?.abort()}>{t('cancel')}</button>
        </span>
      )}
    </>
  );
}
