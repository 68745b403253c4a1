// Where one can go from anywhere.
import type { Key } from '../i18n';
import { href, type Route } from '../state/router';
import type { IconName } from '../ui/icons';

interface Place { icon: IconName; text: Key; to: string; pages: readonly Route['page'][]; key: string }

/** Also what `g` and a letter lead to, and what the palette begins with. */
export const places: readonly Place[] = [
  { icon: 'home', text: 'shell.home', to: href.home(), pages: ['home'], key: 'h' },
  { icon: 'runs', text: 'shell.runs', to: href.allRuns(), pages: ['all-runs', 'compare'], key: 'r' },
  { icon: 'flask', text: 'experiments.title', to: href.experiments(), pages: ['experiments', 'runs', 'run', 'models', 'model'], key: 'e' },
  { icon: 'trash', text: 'trash.title', to: href.trash(), pages: ['trash'], key: 't' },
  { icon: 'disk', text: 'storage.title', to: href.storage(), pages: ['storage'], key: 's' },
];
