// The filter over a long list of a section.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';

const FILTER_FROM = 12;
const ROWS = 200;

/** A list of keys and values that stays usable when it is long. */
export function useFilter<T>(items: readonly T[], text: (item: T) => string): { found: T[]; shown: T[]; hidden: number; filtered: boolean; field: JSX.Element | null } {
  const [search, setSearch] = useState('');
  const found = search ? items.filter(i => text(i).toLowerCase().includes(search.toLowerCase())) : [...items];
  const field = items.length < FILTER_FROM ? null : (
    <input type="search" class="search small" aria-label={t('filter')} placeholder={t('filter')} value={search} onInput={e => setSearch(e.currentTarget.value)} />
  );
  return { found, shown: found.slice(0, ROWS), hidden: Math.max(0, found.length - ROWS), filtered: search !== '', field };
}
