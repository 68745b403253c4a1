// Language and theme: what the reader chose, kept in this browser.
import { effect, signal } from '@preact/signals';
import { type LanguageChoice, language, loadLanguage } from '../i18n';

export type ThemeChoice = 'auto' | 'light' | 'dark';

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Also used for column choices; storage may be forbidden or full, and then the choice lasts for this page only. */
export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    /* nothing is lost that matters */
  }
}

export const readStored = stored;

const asTheme = (v: string | null): ThemeChoice => (v === 'light' || v === 'dark' ? v : 'auto');
const asLanguage = (v: string | null): LanguageChoice => (v === 'en' || v === 'ja' ? v : 'auto');

export const theme = signal<ThemeChoice>('auto');
/** The theme in force: what charts must be drawn in. */
export const effectiveTheme = signal<'light' | 'dark'>('light');
export const languageChoice = signal<LanguageChoice>('auto');

export async function startSettings(): Promise<void> {
  theme.value = asTheme(stored('cairn.theme'));
  languageChoice.value = asLanguage(stored('cairn.language'));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    effectiveTheme.value = theme.value === 'auto' ? (dark.matches ? 'dark' : 'light') : theme.value;
    document.documentElement.dataset.theme = effectiveTheme.value;
  };
  dark.addEventListener('change', apply);
  effect(apply);
  effect(() => {
    document.documentElement.lang = language.value;
  });
  await loadLanguage(languageChoice.value);
}

export function chooseTheme(choice: ThemeChoice): void {
  theme.value = choice;
  store('cairn.theme', choice === 'auto' ? null : choice);
}

export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  languageChoice.value = choice;
  store('cairn.language', choice === 'auto' ? null : choice);
  await loadLanguage(choice);
}
