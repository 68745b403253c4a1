// A button that opens a menu: arrows walk it, letters find, Escape and a click elsewhere close it. It is drawn in the
// top layer, so that no table cuts it off.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  text: string;
  hint?: string;
  /** Of a choice: whether it is the one. */
  checked?: boolean;
  disabled?: boolean;
  danger?: boolean;
  /** A line above it. */
  apart?: boolean;
  act: () => void;
}

interface Props {
  label: string;
  items: () => (MenuItem | false | null | undefined)[];
  children: ComponentChildren;
  class?: string;
  testId?: string;
  /** Says aloud what the button is for, when its text does not. */
  named?: boolean;
}

export function Menu({ label, items, children, class: className, testId, named }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (focus: boolean) => {
    setOpen(false);
    if (focus) button.current?.focus();
  };
  return (
    <>
      <button
        ref={button} type="button" class={className} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} aria-label={named ? undefined : label} title={named ? undefined : label} data-testid={testId}
        onClick={() => setOpen(!open)}
        onKeyDown={e => {
          if (e.key !== 'ArrowDown') return;
          e.preventDefault();
          e.stopPropagation();
          setOpen(true);
        }}
      >{children}</button>
      {open && <List id={id} label={label} items={items().filter((i): i is MenuItem => Boolean(i))} anchor={button.current!} onClose={close} />}
    </>
  );
}

function List({ id, label, items, anchor, onClose }: { id: string; label: string; items: MenuItem[]; anchor: HTMLElement; onClose: (focus: boolean) => void }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const buttons = () => [...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])];
  useLayoutEffect(() => list.current!.showPopover?.(), []);
  // Again when it has other items, for they may come while it is open.
  useLayoutEffect(() => {
    const element = list.current!;
    const at = anchor.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    element.style.left = `${Math.max(6, Math.min(at.left, innerWidth - box.width - 6))}px`;
    element.style.top = `${at.bottom + box.height + 6 > innerHeight ? Math.max(6, at.top - box.height - 2) : at.bottom + 2}px`;
  }, [items.map(i => i.text).join('\n')]);
  useLayoutEffect(() => buttons()[0]?.focus(), []);
  useEffect(() => {
    const outside = (e: Event) => e.target instanceof Node && !list.current?.contains(e.target) && !anchor.contains(e.target) && onClose(false);
    const at = anchor.getBoundingClientRect();
    // What grows above is scrolled over by the browser, and the button stays where it is.
    const scrolled = (e: Event) => {
      const now = anchor.getBoundingClientRect();
      if (Math.abs(now.top - at.top) + Math.abs(now.left - at.left) > 1) outside(e);
    };
    addEventListener('pointerdown', outside, true);
    addEventListener('scroll', scrolled, true);
    return () => {
      removeEventListener('pointerdown', outside, true);
      removeEventListener('scroll', scrolled, true);
    };
  }, []);
  const key = (e: KeyboardEvent) => {
    const all = buttons();
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    e.stopPropagation();
    if (e.key === 'Escape' || e.key === 'Tab') onClose(true);
    else if (e.key === 'ArrowDown') all[(now + 1) % all.length]?.focus();
    else if (e.key === 'ArrowUp') all[(now - 1 + all.length) % all.length]?.focus();
    else if (e.key === 'Home') all[0]?.focus();
    else if (e.key === 'End') all[all.length - 1]?.focus();
    else if (e.key.length === 1 && e.key !== ' ' && !e.ctrlKey && !e.metaKey) [...all.slice(now + 1), ...all.slice(0, now + 1)].find(b => b.textContent?.toLowerCase().startsWith(e.key.toLowerCase()))?.focus();
    else return;
    e.preventDefault();
  };
  return (
    <div ref={list} id={id} class="menu" role="menu" aria-label={label} popover="manual" onKeyDown={key} onDblClick={e => e.stopPropagation()}>
      {items.map((item, i) => (
        <button
          key={`${i} ${item.text}`} type="button" role={item.checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={item.checked} tabIndex={-1} disabled={item.disabled}
          class={`${item.apart ? 'apart' : ''} ${item.danger ? 'danger-plain' : ''}`}
          onClick={() => {
            onClose(true);
            item.act();
          }}
        >
          <span>{item.text}</span>{item.hint && <span class="muted">{item.hint}</span>}
        </button>
      ))}
    </div>
  );
}
