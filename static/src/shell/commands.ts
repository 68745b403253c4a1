// What can be done on every page.
import { t } from '../i18n';
import type { Command } from '../keys';
import { live, toggleLive } from '../state/live';
import { go } from '../state/router';
import { chooseTheme } from '../state/settings';
import { showing } from './overlays';
import { places } from './places';
import { toggleRail } from './rail';
import { nextTheme } from './topbar';

export function shellCommands(): Command[] {
  return [
    ...places.map((p): Command => ({ keys: `g ${p.key}`, text: t(p.text), group: 'go', act: () => go(p.to) })),
    { keys: '/', text: t('palette.open'), group: 'page', keysOnly: true, act: () => void (showing.value = 'palette') },
    { keys: 'Mod+k', text: t('palette.commands'), group: 'page', keysOnly: true, inFields: true, act: () => void (showing.value = 'palette') },
    { keys: '?', text: t('keys.title'), group: 'page', act: () => void (showing.value = 'keys') },
    { keys: '.', text: t(live.value ? 'live.hint.off' : 'live.hint.on'), group: 'page', act: toggleLive },
    { text: t('shell.theme'), group: 'page', act: () => chooseTheme(nextTheme()) },
    { text: t('shell.rail.toggle'), group: 'page', act: toggleRail },
  ];
}
