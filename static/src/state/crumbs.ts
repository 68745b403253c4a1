// Where the reader is: set by the page, shown by the top bar and in the title.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export interface Crumb { text: string; href: string }

export const crumbs = signal<Crumb[]>([]);

export function useCrumbs(trail: Crumb[]): void {
  useEffect(() => {
    crumbs.value = trail;
  }, [JSON.stringify(trail)]);
}
