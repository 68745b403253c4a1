// All keys that are understood now, in groups.
import type { JSX } from 'preact';
import { type Key, t } from '../i18n';
import { IconButton } from '../ui/parts';
import { type Command, commands, type Group, keysOf, setSingleKeys, singleKeys } from '.';

const groups: Group[] = ['go', 'page', 'table', 'charts', 'run'];
const signs: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** "Mod+k" as its keys: one <kbd> each. */
export function Keys({ keys }: { keys: string }): JSX.Element {
  return (
    <>
      {keys.split(' ').flatMap(chord => chord.split(/\+(?=.)/)).map((k, i) => <kbd key={i}>{signs[k] ?? (k === 'Mod' ? (mac ? '⌘' : 'Ctrl') : k)}</kbd>)}
    </>
  );
}

export function KeySheet({ close }: { close: () => void }): JSX.Element {
  const all = commands().filter(c => keysOf(c).length > 0);
  return (
    <div class="key-sheet">
      <div class="overlay-head">
        <h2 id="keys-title">{t('keys.title')}</h2>
        <IconButton icon="close" label={t('close')} onClick={close} />
      </div>
      <div class="key-groups">
        {groups.map(g => ({ g, of: all.filter(c => c.group === g) })).filter(({ of }) => of.length > 0).map(({ g, of }) => (
          <section key={g} aria-labelledby={`keys-${g}`}>
            <h3 id={`keys-${g}`}>{t(`keys.${g}` as Key)}</h3>
            <dl>{unique(of).map(c => <div key={c.text}><dt>{c.text}</dt><dd>{keysOf(c).map((k, i) => <span key={k}>{i > 0 && <span class="muted"> / </span>}<Keys keys={k} /></span>)}</dd></div>)}</dl>
          </section>
        ))}
      </div>
      <label class="switch"><input type="checkbox" checked={singleKeys.value} onChange={e => setSingleKeys(e.currentTarget.checked)} /> {t('keys.single')}</label>
    </div>
  );
}

/** A page may give a key of the shell a meaning of its own: what it says is shown. */
function unique(list: readonly Command[]): Command[] {
  const seen = new Set<string>();
  return list.filter(c => {
    const mine = keysOf(c).join();
    return !seen.has(mine) && seen.add(mine);
  });
}
