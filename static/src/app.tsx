// The shell: top bar, rail, the page of the route, messages.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { t } from './i18n';
import { useKeys } from './keys';
import { NotFound } from './pages/not-found';
import { shellCommands } from './shell/commands';
import { Overlays } from './shell/overlays';
import { Rail } from './shell/rail';
import { TopBar } from './shell/topbar';
import { crumbs } from './state/crumbs';
import { retryNow, trouble } from './state/net';
import { dismiss, notices } from './state/notices';
import { placeOf, type Route, route } from './state/router';
import { Icon } from './ui/icons';
import { lazy } from './ui/lazy';
import { Failure, IconButton } from './ui/parts';

const AllRuns = lazy(() => import('./pages/runs').then(m => m.AllRuns));
const ComparePage = lazy(() => import('./pages/compare').then(m => m.ComparePage));
const Experiments = lazy(() => import('./pages/experiments').then(m => m.Experiments));
const Home = lazy(() => import('./pages/home').then(m => m.Home));
const MetricPage = lazy(() => import('./pages/metric').then(m => m.MetricPage));
const ModelPage = lazy(() => import('./pages/model').then(m => m.ModelPage));
const ModelsPage = lazy(() => import('./pages/models').then(m => m.ModelsPage));
const RunPage = lazy(() => import('./pages/run').then(m => m.RunPage));
const Runs = lazy(() => import('./pages/runs').then(m => m.Runs));
const StoragePage = lazy(() => import('./pages/storage').then(m => m.StoragePage));
const TrashPage = lazy(() => import('./pages/trash').then(m => m.TrashPage));

const pages = { 'all-runs': AllRuns, compare: ComparePage, experiments: Experiments, home: Home, metric: MetricPage, model: ModelPage, models: ModelsPage, run: RunPage, runs: Runs, storage: StoragePage, trash: TrashPage };

/** Fetches the page of a route while there is something else to wait for. */
export function fetchPage({ page }: Route): void {
  if (page !== 'not-found') pages[page].fetch();
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
          {n.undo && <button type="button" onClick={() => { dismiss(n.id); n.undo!(); }}>{t('undo')}</button>}
          <IconButton icon="close" label={t('close')} class="quiet" onClick={() => dismiss(n.id)} />
        </div>
      ))}
    </div>
  );
}

function Page(): JSX.Element {
  const r = route.value;
  switch (r.page) {
    case 'home':
      return <Home />;
    case 'experiments':
      return <Experiments />;
    case 'all-runs':
      return <AllRuns />;
    case 'runs':
      return <Runs key={r.experimentId} experimentId={r.experimentId} />;
    case 'trash':
      return <TrashPage />;
    case 'storage':
      return <StoragePage />;
    case 'metric':
      return <MetricPage metrics={r.metrics} runIds={r.runIds} />;
    case 'compare':
      return <ComparePage runIds={r.runIds} />;
    case 'models':
      return <ModelsPage key={r.experimentId} experimentId={r.experimentId} />;
    case 'model':
      return <ModelPage key={r.modelId} experimentId={r.experimentId} modelId={r.modelId} path={r.artifactPath} />;
    case 'run':
      return <RunPage key={r.runId} experimentId={r.experimentId} runId={r.runId} />;
    case 'not-found':
      return <NotFound path={r.path} />;
  }
}

/** What cannot be drawn, for a reason that nobody foresaw, says so; the way to every other page stays. */
function Guarded({ place, children }: { place: string; children: ComponentChildren }): JSX.Element {
  const [error, forget] = useErrorBoundary(e => console.error(e));
  useEffect(forget, [place]);
  if (!error) return <>{children}</>;
  return (
    <div class="page narrow">
      <h1>{t('page.broken')}</h1>
      <Failure error={error} retry={forget} />
    </div>
  );
}

/** Another page begins at its top, and that is where the keyboard goes on. */
function useArrival(): void {
  const place = placeOf(route.value);
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [place]);
}

export function App(): JSX.Element {
  const trail = crumbs.value;
  useEffect(() => {
    document.title = [...trail.map(c => c.text).reverse(), 'Cairn'].join(' · ');
  }, [trail]);
  useArrival();
  useKeys(shellCommands());
  return (
    <>
      <a class="skip" href="#main" onClick={e => { e.preventDefault(); document.getElementById('main')?.focus(); }}>{t('app.skip')}</a>
      <TopBar />
      <TroubleBar />
      <div class="frame">
        <Rail />
        <main id="main" tabIndex={-1} aria-label={trail.at(-1)?.text}>
          <Guarded place={placeOf(route.value)}><Page /></Guarded>
        </main>
      </div>
      <Notices />
      <Overlays />
    </>
  );
}
