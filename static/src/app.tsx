// The shell: top bar, the page of the route, messages.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Key, type LanguageChoice, t } from './i18n';
import { Experiments } from './pages/experiments';
import { NotFound } from './pages/not-found';
import { AllRuns, Runs } from './pages/runs';
import { crumbs } from './state/crumbs';
import { retryNow, trouble } from './state/net';
import { dismiss, notices } from './state/notices';
import { href, route } from './state/router';
import { chooseLanguage, chooseTheme, languageChoice, theme, type ThemeChoice } from './state/settings';
import { Icon, Mark } from './ui/icons';
import { lazy } from './ui/lazy';
import { IconButton } from './ui/parts';

const RunPage = lazy(() => import('./pages/run').then(m => m.RunPage));

const themes: ThemeChoice[] = ['auto', 'light', 'dark'];
const themeIcon = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function TopBar(): JSX.Element {
  const trail = crumbs.value;
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  return (
    <header class="topbar">
      <a class="brand" href={href.experiments()} aria-label={t('app.home')}>
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
      <a class="button plain topbar-link" href={href.allRuns()} aria-current={route.value.page === 'all-runs' ? 'page' : undefined}>{t('runs.all')}</a>
      <div class="topbar-right">
        <label class="language">
          <span class="sr-only">{t('app.language')}</span>
          <select value={languageChoice.value} data-testid="language" onChange={e => void chooseLanguage(e.currentTarget.value as LanguageChoice)}>
            <option value="auto">{t('app.language.auto')}</option>
            <option value="en" lang="en">English</option>
            <option value="ja" lang="ja">日本語</option>
          </select>
        </label>
        <button type="button" class="icon-button" data-testid="theme" aria-label={t(`app.theme.${theme.value}` as Key)} title={t(`app.theme.${theme.value}` as Key)} onClick={() => chooseTheme(next)}>
          <Icon name={themeIcon[theme.value]} />
        </button>
      </div>
    </header>
  );
}

function TroubleBar(): JSX.Element | null {
  const t0 = trouble.value;
  if (!t0) return null;
  return (
    <div class="trouble" role="alert">
      <Icon name="warn" />
      <span>{t('net.down')}{t0.message && ` ${t0.message}`}</span>
      <button type="button" onClick={retryNow}>{t('net.retry')}</button>
    </div>
  );
}

function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(n => (
        <div key={n.id} class={`notice notice-${n.kind}`}>
          <Icon name={n.kind === 'done' ? 'check' : 'warn'} />
          <span>{n.text}</span>
          <IconButton icon="close" label={t('close')} class="quiet" onClick={() => dismiss(n.id)} />
        </div>
      ))}
    </div>
  );
}

function Page(): JSX.Element {
  const r = route.value;
  switch (r.page) {
    case 'experiments':
      return <Experiments />;
    case 'all-runs':
      return <AllRuns />;
    case 'runs':
      return <Runs key={r.experimentId} experimentId={r.experimentId} />;
    case 'run':
      return <RunPage key={r.runId} experimentId={r.experimentId} runId={r.runId} />;
    case 'not-found':
      return <NotFound path={r.path} />;
  }
}

export function App(): JSX.Element {
  const trail = crumbs.value;
  useEffect(() => {
    document.title = [...trail.map(c => c.text).reverse(), 'Cairn'].join(' · ');
  }, [trail]);
  return (
    <>
      <a class="skip" href="#main" onClick={e => { e.preventDefault(); document.getElementById('main')?.focus(); }}>{t('app.skip')}</a>
      <TopBar />
      <TroubleBar />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <Notices />
    </>
  );
}
