// The one modal: for what cannot be taken back at once, and for making something new.
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Reason } from './parts';

export function Dialog(props: { title: string; action: string; danger?: boolean; /** Not before it is: what there is to know is on its way. */ ready?: boolean; onClose: () => void; submit: (form: FormData) => Promise<void>; children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useLayoutEffect(() => { // what is typed next is for it
    const opener = document.activeElement;
    element.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const submit = async (e: SubmitEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await props.submit(new FormData(e.currentTarget as HTMLFormElement));
      props.onClose();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <dialog
      ref={element} aria-labelledby={titleId} onClose={props.onClose} onKeyDown={e => e.stopPropagation()}
      onCancel={e => busy && e.preventDefault()} onClick={e => e.target === element.current && !busy && props.onClose()}
    >
      <form onSubmit={submit}>
        <h2 id={titleId}>{props.title}</h2>
        {props.children}
        {error !== null && <p class="field-error" role="alert"><Reason error={error} /></p>}
        <div class="dialog-buttons">
          <button type="button" class="plain" disabled={busy} onClick={props.onClose}>{t('cancel')}</button>
          <button type="submit" class={props.danger ? 'danger' : 'primary'} disabled={busy || props.ready === false}>{props.action}</button>
        </div>
      </form>
    </dialog>
  );
}
