// A page or a part that is fetched when it is first shown. What could not be fetched, because the server is away or has
// been updated, says so and can be tried again.
import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure, Loading } from './parts';

export interface Lazy<P> {
  (props: P): JSX.Element;
  /** Begins before it is shown. Whether that succeeds is seen, and said, when it is. */
  fetch: () => void;
}

/** `load` is an `import()` of a module and the choice of a component in it. Each place that shows it shares one fetch. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): Lazy<P> {
  let loaded: ComponentType<P> | undefined;
  const Shown = (props: P): JSX.Element => {
    const [error, setError] = useState<unknown>(null);
    const [turn, setTurn] = useState(0);
    const [, redraw] = useState(0);
    useEffect(() => {
      if (loaded) return;
      let wanted = true;
      load().then(
        component => {
          loaded = component;
          if (wanted) redraw(n => n + 1);
        },
        (e: unknown) => wanted && setError(e),
      );
      return () => {
        wanted = false;
      };
    }, [turn]);
    if (loaded) {
      const Component = loaded;
      return <Component {...props} />;
    }
    if (error === null) return <Loading />;
    return <Failure error={error} retry={() => { setError(null); setTurn(turn + 1); }} />;
  };
  const fetch = () => {
    if (!loaded) load().then(component => (loaded = component), () => undefined);
  };
  return Object.assign(Shown, { fetch });
}
