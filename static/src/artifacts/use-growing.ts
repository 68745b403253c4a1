// A file that is read from its beginning, further when asked.
import { useEffect, useRef, useState } from 'preact/hooks';
import { artifacts, isAbort } from '../api';

export interface Growing {
  /** Counts what has been read: parts are handed to `take` and not kept. */
  loaded: number;
  whole: boolean;
  /** As the server told, when the list did not. */
  size: number | undefined;
  error: unknown;
  busy: boolean;
  more: () => void;
}

export function useGrowing(url: string, size: number | undefined, first: number, take: (bytes: Uint8Array<ArrayBuffer>, last: boolean) => void): Growing {
  const [state, setState] = useState({ loaded: 0, whole: false, size, error: null as unknown, busy: true });
  const at = useRef(0);
  const stop = useRef(new AbortController());
  const give = useRef(take);
  give.current = take;

  const read = async (length: number) => {
    setState(s => ({ ...s, busy: true, error: null }));
    try {
      const part = await artifacts.range(url, at.current, at.current + length, stop.current.signal);
      at.current += part.bytes.length;
      const whole = part.whole || part.bytes.length === 0;
      give.current(part.bytes, whole);
      setState(s => ({ loaded: at.current, whole, size: part.size ?? s.size, error: null, busy: false }));
    } catch (error) {
      if (!isAbort(error)) setState(s => ({ ...s, error, busy: false }));
    }
  };
  useEffect(() => {
    const mine = new AbortController();
    stop.current = mine;
    void read(first);
    return () => mine.abort();
  }, []);
  return { ...state, more: () => void read(Math.max(first, Math.min(at.current * 3, 16 * 1024 * 1024))) };
}
