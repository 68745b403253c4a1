// A field with a list of proposals below it, by the combobox pattern: the focus stays in the field, arrows walk the
// list, and a screen reader hears how many proposals there are and which one is marked.
import type { JSX, RefObject } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { count, t, tn } from '../i18n';

export interface Proposal { text: string; label: string; hint?: string; runs?: number }

interface Props<T extends Proposal> {
  value: string;
  label: string;
  options: readonly T[];
  onInput: (text: string, caret: number) => void;
  onPick: (option: T) => void;
  /** Enter with no proposal marked. */
  onSubmit?: () => void;
  onCaret?: (caret: number) => void;
  onFocus?: () => void;
  field?: RefObject<HTMLInputElement | null>;
  placeholder?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
  class?: string;
  required?: boolean;
  name?: string;
  /** The list opens by itself while one writes; else on the down arrow only. */
  eager?: boolean;
}

export function Combobox<T extends Proposal>(props: Props<T>): JSX.Element {
  const own = useRef<HTMLInputElement>(null);
  const field = props.field ?? own;
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const shown = open && props.options.length > 0;
  const at = Math.min(marked, props.options.length - 1);
  useLayoutEffect(() => setMarked(-1), [props.value]); // not after the next key
  useEffect(() => {
    if (shown && at >= 0) list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [shown, at]);

  const pick = (option: T) => {
    setMarked(-1);
    props.onPick(option);
    field.current?.focus();
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.keyCode === 229) return; // the keys are the input method's
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (!shown) {
        setOpen(true);
        setMarked(0);
      } else {
        const n = props.options.length;
        setMarked(e.key === 'ArrowDown' ? (at + 1) % n : at <= 0 ? n - 1 : at - 1);
      }
    } else if (e.key === 'Escape' && shown) {
      e.preventDefault();
      e.stopPropagation();
      setOpen(false);
    } else if (e.key === 'Enter' || (e.key === 'Tab' && shown && at >= 0)) {
      if (shown && at >= 0) {
        e.preventDefault();
        pick(props.options[at]!);
      } else if (e.key === 'Enter' && props.onSubmit) {
        e.preventDefault();
        setOpen(false);
        props.onSubmit();
      }
    }
  };
  return (
    <div class={`combobox ${props.class ?? ''}`}>
      <input
        ref={field} type="text" role="combobox" name={props.name} required={props.required} value={props.value} placeholder={props.placeholder} aria-label={props.label}
        aria-expanded={shown} aria-controls={shown ? `${id}-list` : undefined} aria-autocomplete="list" aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={props.invalid ?? false} aria-describedby={props.describedBy} autocomplete="off" autocapitalize="off" spellcheck={false}
        onInput={e => {
          if (props.eager !== false) setOpen(true);
          props.onInput(e.currentTarget.value, e.currentTarget.selectionStart ?? e.currentTarget.value.length);
        }}
        onKeyDown={key}
        onKeyUp={e => props.onCaret?.(e.currentTarget.selectionStart ?? 0)}
        onClick={e => props.onCaret?.(e.currentTarget.selectionStart ?? 0)}
        onFocus={() => props.onFocus?.()}
        onBlur={() => setOpen(false)}
      />
      {shown && (
        <ul ref={list} id={`${id}-list`} role="listbox" class="proposals" aria-label={t('query.proposals')}>
          {props.options.map((o, i) => (
            <li
              key={o.text + i} id={`${id}-${i}`} role="option" aria-selected={i === at} class={i === at ? 'marked' : ''}
              onMouseDown={e => {
                e.preventDefault(); // the focus stays in the field
                pick(o);
              }}
            >
              <span class="proposal-label">{o.label}</span>
              {o.hint && <span class="muted">{o.hint}</span>}
              {o.runs !== undefined && <span class="muted number">{count(o.runs)}</span>}
            </li>
          ))}
        </ul>
      )}
      <span class="sr-only" role="status">{shown ? tn('query.proposed', props.options.length) : ''}</span>
    </div>
  );
}
