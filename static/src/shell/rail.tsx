// Where one can go: a rail beside the page, a bar below it on a phone.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { t } from '../i18n';
import { route } from '../state/router';
import { readStored, store } from '../state/settings';
import { Icon } from '../ui/icons';
import { places } from './places';

const WIDE = 1200;
const narrow = signal(readStored('cairn.rail') !== null ? readStored('cairn.rail') === 'narrow' : typeof innerWidth === 'number' && innerWidth < WIDE);

export function toggleRail(): void {
  narrow.value = !narrow.value;
  store('cairn.rail', narrow.value ? 'narrow' : 'wide');
}

export function Rail(): JSX.Element {
  const page = route.value.page;
  return (
    <nav class={`rail ${narrow.value ? 'rail-narrow' : ''}`} aria-label={t('shell.nav')}>
      <ul>
        {places.map(p => (
          <li key={p.to}>
            <a href={p.to} aria-current={p.pages.includes(page) ? 'page' : undefined} title={narrow.value ? t(p.text) : undefined}>
              <Icon name={p.icon} /><span class="rail-text">{t(p.text)}</span>
            </a>
          </li>
        ))}
      </ul>
      <button type="button" class="rail-toggle" aria-expanded={!narrow.value} aria-label={t(narrow.value ? 'shell.rail.open' : 'shell.rail.close')} title={t(narrow.value ? 'shell.rail.open' : 'shell.rail.close')} onClick={toggleRail}>
        <Icon name="rail" />
      </button>
    </nav>
  );
}
