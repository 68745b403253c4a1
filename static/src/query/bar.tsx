// The query bar: one line of text in colours, completed while one writes, and the same thing as chips below.
import type { JSX, RefObject } from 'preact';
import { useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Keys, Search } from '../api/grid';
import { t } from '../i18n';
import { Combobox } from '../ui/combobox';
import { Icon } from '../ui/icons';
import { IconButton, Reason } from '../ui/parts';
import { Chips } from './chips';
import { faultOf, withQuotedNames } from './clauses';
import { complete, placeOf } from './complete';
import { filterOf, isWords } from './free';
import { normalized, tokens } from './lexer';
import { useAllKeys, useOptions } from './proposals';

interface Props {
  value: string;
  /** Where the names and values come from: the runs without this filter. */
  scope: Search;
  keys: Keys | undefined;
  /** What the server says of the filter; null if it is well. */
  error: Error | null;
  onSubmit: (text: string) => void;
  /** For others who put text into the bar. */
  handle?: RefObject<{ write: (text: string) => void } | null>;
}

export function QueryBar({ value, scope, keys, error, onSubmit, handle }: Props): JSX.Element {
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [active, setActive] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const paint = useRef<HTMLDivElement>(null);
  const wantedCaret = useRef(-1);
  useLayoutEffect(() => setText(value), [value]); // not over what is typed next
  useImperativeHandle(handle ?? null, () => ({
    write(next) {
      wantedCaret.current = next.length;
      setText(next);
      setCaret(next.length);
      setActive(true);
      field.current?.focus();
    },
  }), []);

  const place = placeOf(text, caret);
  const names = useAllKeys(keys, scope, value !== '', active);
  const options = useOptions(place, scope, names, active);
  const fault = error && text === value ? faultOf(text, error.message) : null;

  useLayoutEffect(() => {
    const input = field.current;
    if (!input) return;
    if (wantedCaret.current >= 0) {
      input.setSelectionRange(wantedCaret.current, wantedCaret.current);
      wantedCaret.current = -1;
    }
    if (paint.current) paint.current.scrollLeft = input.scrollLeft;
  });

  const submit = () => {
    const plain = isWords(text) ? filterOf(text) : withQuotedNames(normalized(text).trim());
    setText(plain);
    onSubmit(plain);
  };
  return (
    <div class="query" role="search">
      <div class={`filter query-line ${text ? 'coloured' : ''}`}>
        <Icon name="filter" />
        <Combobox
          field={field} value={text} label={t('runs.filter')} placeholder={t('runs.filter.hint')} options={active ? options : []} invalid={error !== null} describedBy={error ? 'filter-error' : undefined}
          onInput={(next, at) => {
            setText(next);
            setCaret(at);
            setActive(true);
          }}
          onPick={option => {
            const done = complete(text, place, option);
            wantedCaret.current = done.caret;
            setText(done.text);
            setCaret(done.caret);
          }}
          onCaret={setCaret} onFocus={() => setActive(true)} onSubmit={submit}
        />
        <div class="query-paint" ref={paint} aria-hidden="true"><Painted text={text} fault={fault} /></div>
        {text !== '' && <IconButton icon="close" class="quiet query-clear" label={t('query.clear')} onClick={() => { setText(''); onSubmit(''); field.current?.focus(); }} />}
      </div>
      {error && <p class="field-error" id="filter-error" role="alert"><Reason error={error} heading={t('error.filter')} /></p>}
      <Chips value={value} scope={scope} keys={names} onChange={onSubmit} onActive={() => setActive(true)} />
    </div>
  );
}

/** The text again, in colours, exactly behind the letters of the field. */
function Painted({ text, fault }: { text: string; fault: { from: number; to: number } | null }): JSX.Element {
  const pieces: JSX.Element[] = [];
  const add = (from: number, to: number, kind: string) => {
    if (from >= to) return;
    const cuts = fault ? [from, Math.max(from, Math.min(to, fault.from)), Math.max(from, Math.min(to, fault.to)), to] : [from, to];
    for (let i = 1; i < cuts.length; i++) {
      const [a, b] = [cuts[i - 1]!, cuts[i]!];
      if (a < b) pieces.push(<span key={a} class={`q-${kind} ${fault && a >= fault.from && b <= fault.to ? 'q-fault' : ''}`}>{text.slice(a, b)}</span>);
    }
  };
  let at = 0;
  for (const token of tokens(text)) {
    add(at, token.from, 'space');
    add(token.from, token.to, token.kind);
    at = token.to;
  }
  add(at, text.length, 'space');
  return <>{pieces}</>;
}
