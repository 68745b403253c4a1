// Every string of the UI. A language is fetched when it is chosen; the keys of all are the same type.
import { signal } from '@preact/signals';
import { durationParts, exactTime, formatNumber, isDate, relativeParts } from '../format';
import type en from './en.json';
import type ja from './ja.json';

export type Key = keyof typeof en;
export type Dictionary = Record<Key, string>;
export type Language = 'en' | 'ja';
export type LanguageChoice = Language | 'auto';
type Plural<K> = K extends `${infer Base}_other` ? Base : never;

// Either line fails to compile when a key is missing in one of the two.
type Same = [keyof typeof en] extends [keyof typeof ja] ? ([keyof typeof ja] extends [keyof typeof en] ? true : never) : never;
const sameKeys: Same = true;
void sameKeys;

const loaded: Partial<Record<Language, Dictionary>> = {};
const loaders: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import('./en.json')).default,
  ja: async () => (await import('./ja.json')).default,
};

export const language = signal<Language>('en');

export function pickLanguage(choice: LanguageChoice, wanted: readonly string[]): Language {
  if (choice !== 'auto') return choice;
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'ja' || base === 'en') return base;
  }
  return 'en';
}

export async function loadLanguage(choice: LanguageChoice): Promise<void> {
  const next = pickLanguage(choice, choice === 'auto' ? navigator.languages : []);
  loaded[next] ??= await loaders[next]();
  language.value = next;
}

export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export function t(key: Key, values?: Record<string, string | number>): string {
  return fill(loaded[language.value]?.[key] ?? key, values);
}

/** A text with a count; {n} is the count, written in the habits of the language. */
export function tn(base: Plural<Key>, n: number, values?: Record<string, string | number>): string {
  const form = new Intl.PluralRules(language.value).select(n) === 'one' ? 'one' : 'other';
  return t(`${base}_${form}` as Key, { n: count(n), ...values });
}

export function count(n: number): string {
  return new Intl.NumberFormat(language.value).format(n);
}

/** Of a whole that is 1. */
export function percent(share: number): string {
  return new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);
}

export function duration(ms: number): string {
  return durationParts(ms).map(([n, unit]) => `${n} ${t(`unit.${unit}`)}`).join(' ');
}

export function relative(ms: number, now: number): string {
  if (!isDate(ms)) return formatNumber(ms);
  const [n, unit] = relativeParts(ms, now);
  if (unit === 'second' && n > -10) return t('time.now');
  return new Intl.RelativeTimeFormat(language.value, { numeric: 'always', style: 'short' }).format(n, unit);
}

export { exactTime };
