import type { JSX } from 'preact';
import { type Key, type LanguageChoice, t } from '../i18n';
import { crumbs } from '../state/crumbs';
import { href } from '../state/router';
import { chooseLanguage, chooseTheme, languageChoice, theme, type ThemeChoice } from '../state/settings';
import { Icon, Mark } from '../ui/icons';
import { Menu } from '../ui/menu';
import { LiveDot } from './live-dot';
import { showing } from './overlays';

export const themes: ThemeChoice[] = ['auto', 'light', 'dark'];
const themeIcon = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const languages: [LanguageChoice, string][] = [['en', 'English'], ['ja', '日本語']];

export const nextTheme = (): ThemeChoice => themes[(themes.indexOf(theme.value) + 1) % themes.length]!;

export function TopBar(): JSX.Element {
  const trail = crumbs.value;
  const themeText = t(`app.theme.${theme.value}` as Key);
  return (
    <header class="topbar">
      <a class="brand" href={href.home()} aria-label={t('app.home')}>
        <Mark /><span>Cairn</span>
      </a>
      <nav class="crumbs" aria-label={t('app.breadcrumb')}>
        <ol>
          {trail.map((c, i) => (
            <li key={c.href}>
              <a href={c.href} aria-current={i === trail.length - 1 ? 'page' : undefined} title={c.text}>{c.text}</a>
            </li>
          ))}
        </ol>
      </nav>
      <button type="button" class="find" data-testid="find" aria-haspopup="dialog" aria-label={t('palette.open')} title={t('palette.open')} onClick={() => (showing.value = 'palette')}>
        <Icon name="search" /><span class="find-text">{t('palette.find')}</span><kbd aria-hidden="true">/</kbd>
      </button>
      <div class="topbar-right">
        <LiveDot />
        <label class="language">
          <span class="sr-only">{t('app.language')}</span>
          <select value={languageChoice.value} data-testid="language" onChange={e => void chooseLanguage(e.currentTarget.value as LanguageChoice)}>
            <option value="auto">{t('app.language.auto')}</option>
            {languages.map(([code, name]) => <option key={code} value={code} lang={code}>{name}</option>)}
          </select>
        </label>
        <button type="button" class="icon-button theme" data-testid="theme" aria-label={themeText} title={themeText} onClick={() => chooseTheme(nextTheme())}>
          <Icon name={themeIcon[theme.value]} />
        </button>
        <Menu
          label={t('shell.menu')} class="icon-button" testId="menu"
          items={() => [
            { text: t('keys.title'), hint: '?', act: () => (showing.value = 'keys') },
            { text: t('palette.commands'), hint: 'Ctrl K', act: () => (showing.value = 'palette') },
            ...themes.map((choice, i) => ({ text: t(`app.theme.${choice}` as Key), checked: theme.value === choice, apart: i === 0, act: () => chooseTheme(choice) })),
            { text: t('app.language.system'), checked: languageChoice.value === 'auto', apart: true, act: () => void chooseLanguage('auto') },
            ...languages.map(([code, name]) => ({ text: name, checked: languageChoice.value === code, act: () => void chooseLanguage(code) })),
          ]}
        ><Icon name="more" /></Menu>
      </div>
    </header>
  );
}
