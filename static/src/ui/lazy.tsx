// A page or a part that is fetched when it is first shown. What could not be fetched, because the server is away or has
// been updated, says so and can be tried again.
import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Failure, Loading } from './parts';

const RETRY_EVERY = 3000; // ms

export interface Lazy<P> {
  (props: P): JSX.Element;
  /** Begins before it is shown. Whether that succeeds is seen, and said, when it is. */
  fetch: () => void;
}

/** `load` is an `import()` of a module and the choice of a component in it. Each place that shows it shares one fetch. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): Lazy<P> {
  let loaded: ComponentType<P> | undefined;
  const Shown = (props: P): JSX.Element => {
    const [failed, setFailed] = useState(false);
    const [turn, setTurn] = useState(0);
    const [, redraw] = useState(0);
    const shown = loaded !== undefined;
    useEffect(() => {
      if (shown) return;
      let wanted = true;
      load().then( // it may have come since this was drawn
        component => {
          loaded = component;
          if (wanted) redraw(n => n + 1);
        },
        () => wanted && setFailed(true),
      );
      return () => {
        wanted = false;
      };
    }, [turn]);
    const again = () => {
      setFailed(false);
      setTurn(n => n + 1);
    };
    useEffect(() => { // by itself, too: with the network, or a server, that comes back; what is shown stays until then
      if (!failed) return;
      const quietly = () => setTurn(n => n + 1);
      const timer = setInterval(quietly, RETRY_EVERY);
      addEventListener('online', quietly);
      return () => {
        clearInterval(timer);
        removeEventListener('online', quietly);
      };
    }, [failed]);
    if (loaded) {
      const Component = loaded;
      return <Component {...props} />;
    }
    if (!failed) return <Loading />;
    // What the browser says is an address, and in English.
    return (
      <Failure error={new Error(t('lazy.failed'))} retry={again}>
        <button type="button" class="plain" onClick={() => location.reload()}>{t('lazy.reload')}</button>
      </Failure>
    );
  };
  const fetch = () => {
    if (!loaded) load().then(component => (loaded = component), () => undefined);
  };
  return Object.assign(Shown, { fetch });
}
