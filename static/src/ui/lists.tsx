// What lists have in common: their search field, and the switch between active and deleted things.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { go, withMembers } from '../state/router';

/** Active or deleted things: the same two words on every list. */
export function ViewSwitch({ deleted, active, gone }: { deleted: boolean; active: string; gone: string }): JSX.Element {
  return (
    <div class="segmented" role="group" aria-label={t('view')}>
      <button type="button" aria-pressed={!deleted} onClick={() => go(withMembers({ view: null }))}>{active}</button>
      <button type="button" aria-pressed={deleted} onClick={() => go(withMembers({ view: 'deleted' }))}>{gone}</button>
    </div>
  );
}

/** Searches while one types, but not in the middle of a word that an input method is still composing. */
export function SearchField({ value, label, onChange }: { value: string; label: string; onChange: (text: string) => void }): JSX.Element {
  const [text, setText] = useState(value);
  const composing = useRef(false);
  const sent = useRef(value);
  useLayoutEffect(() => {
    if (value !== sent.current) setText(value); // what was sent comes back while one goes on typing
    sent.current = value;
  }, [value]);
  const send = (typed: string) => {
    sent.current = typed;
    onChange(typed);
  };
  useEffect(() => {
    if (text === value || composing.current) return;
    const timer = setTimeout(() => send(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search" class="search" aria-label={label} placeholder={label} value={text} autocomplete="off" spellcheck={false}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={e => {
        composing.current = false;
        const typed = e.currentTarget.value;
        setText(typed);
        send(typed);
      }}
      onInput={e => setText(e.currentTarget.value)}
    />
  );
}
