// A window onto a list that is longer than anybody would load: pages are fetched when they come into view.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api';

export const PAGE = 100;
/** Pages kept; beyond it those that were seen longest ago go. */
const KEPT = 60;

export interface Window<T> {
  /** How many there are; undefined until the first answer. */
  total: number | undefined;
  at: (i: number) => T | undefined;
  /** Those of the pages at hand, in order. */
  loaded: () => T[];
  error: unknown;
  /** The list is of an earlier question: the answer to this one is on its way. */
  stale: boolean;
  /** Called with what is on the screen. */
  show: (from: number, to: number) => void;
  /** Fetches what is on the screen again; what was shown stays until then. */
  reload: () => void;
  /** Puts other rows in the places of those at hand. */
  amend: (change: (row: T) => T) => void;
}

interface State<T> { key: string; total: number | undefined; pages: Map<number, T[]>; error: unknown }

/** The pages a range of rows lies on. Pure. */
export function pagesOf(from: number, to: number, total: number | undefined): number[] {
  const last = total === undefined ? 0 : Math.max(0, Math.ceil(total / PAGE) - 1);
  const pages: number[] = [];
  for (let p = Math.max(0, Math.floor(from / PAGE)); p <= Math.min(last, Math.floor(Math.max(from, to) / PAGE)); p++) pages.push(p);
  return pages;
}

type Fetcher<T> = (page: number, total: boolean, signal: AbortSignal) => Promise<{ total?: number; rows: T[] }>;

/** The pages of one list. */
export class Pages<T> implements Window<T> {
  private state: State<T> = { key: '', total: undefined, pages: new Map(), error: null };
  private readonly pending = new Map<number, AbortController>();
  private view: [number, number] = [0, 0];
  private key = '';
  private begun: string | undefined;
  private fetcher: Fetcher<T> | undefined;

  constructor(private readonly changed: () => void) {}

  /** What the list is from now on. */
  ask(key: string, fetcher: Fetcher<T>): void {
    this.key = key;
    this.fetcher = fetcher;
  }

  private load(page: number, fresh: boolean): void {
    if (this.pending.has(page)) {
      if (!fresh) return;
      this.pending.get(page)!.abort();
    }
    const stop = new AbortController();
    const asked = this.key;
    this.pending.set(page, stop);
    const over = () => this.pending.get(page) === stop && this.pending.delete(page);
    this.fetcher!(page, fresh || this.state.key !== asked, stop.signal).then(
      answer => {
        over();
        if (stop.signal.aborted || asked !== this.key) return;
        const old = this.state;
        const pages = old.key === asked ? new Map(old.pages) : new Map<number, T[]>();
        pages.delete(page);
        pages.set(page, answer.rows);
        for (const far of pages.keys()) if (pages.size > KEPT) pages.delete(far);
        this.state = { key: asked, total: answer.total ?? (old.key === asked ? old.total : undefined), pages, error: null };
        this.changed();
      },
      (error: unknown) => {
        over();
        if (stop.signal.aborted || isAbort(error) || asked !== this.key) return;
        this.state = { ...this.state, error };
        this.changed();
      },
    );
  }

  /** Asks for the first page of what the list is now, unless it has been asked for. */
  readonly begin = (): void => {
    if (this.begun === this.key) return;
    this.begun = this.key;
    this.stop();
    this.pending.clear();
    this.state = { ...this.state, error: null };
    this.load(0, true);
  };

  readonly show = (from: number, to: number): void => {
    this.view = [from, to];
    if (this.stale) return; // the first page of the new list comes first
    const wanted = pagesOf(from, to, this.state.total);
    for (const [page, stop] of this.pending)
      if (!wanted.includes(page)) {
        stop.abort();
        this.pending.delete(page); // it may be wanted again before its end is heard of
      }
    for (const page of wanted) {
      const rows = this.state.pages.get(page);
      if (!rows) {
        this.load(page, false);
        continue;
      }
      this.state.pages.delete(page); // the last of the map are those that were seen last
      this.state.pages.set(page, rows);
    }
  };

  readonly reload = (): void => {
    const wanted = pagesOf(...this.view, this.state.total);
    // What is out of sight is forgotten: it will be fetched as it is then.
    this.state = { ...this.state, pages: new Map([...this.state.pages].filter(([p]) => wanted.includes(p))) };
    for (const page of wanted.length > 0 ? wanted : [0]) this.load(page, true);
  };

  /** Rows that are known by now as they are, where they stand. */
  readonly amend = (change: (row: T) => T): void => {
    this.state = { ...this.state, pages: new Map([...this.state.pages].map(([page, rows]) => [page, rows.map(change)])) };
    this.changed();
  };

  /** It is known by now how long the list of this key is. */
  resize(key: string, total: number): void {
    if (this.state.key !== key || this.state.total === total) return;
    this.state = { ...this.state, total };
    this.changed();
  }

  readonly stop = (): void => {
    for (const stop of this.pending.values()) stop.abort();
  };

  get total(): number | undefined {
    return this.state.total;
  }

  get error(): unknown {
    return this.state.error;
  }

  get stale(): boolean {
    return this.state.key !== this.key;
  }

  readonly at = (i: number): T | undefined => this.state.pages.get(Math.floor(i / PAGE))?.[i % PAGE];

  /** Those of the pages at hand, in order, each with its place. */
  placed(): (readonly [number, T])[] {
    return [...this.state.pages].sort((a, b) => a[0] - b[0]).flatMap(([page, rows]) => rows.map((row, i) => [page * PAGE + i, row] as const));
  }

  readonly loaded = (): T[] => this.placed().map(([, row]) => row);
}

/** A list that is asked for whenever the key is another. */
export function usePages<T>(key: string, fetcher: Fetcher<T>): Pages<T> {
  const [, redraw] = useState(0);
  const made = useRef<Pages<T> | undefined>(undefined);
  const pages = (made.current ??= new Pages<T>(() => redraw(n => n + 1)));
  pages.ask(key, fetcher);
  useLayoutEffect(pages.begin, [key, pages]); // before this frame is painted, not after
  useEffect(() => pages.stop, [pages]);
  return pages;
}
