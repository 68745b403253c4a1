// Files and folders are removed from the store, after it has been said how much they are.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, artifacts, isAbort } from '../api';
import { tellingOf } from '../api/errors';
import { formatBytes } from '../format';
import { count, t, tn } from '../i18n';
import { notify } from '../state/notices';
import { Dialog } from '../ui/dialog';
import { Failure } from '../ui/parts';
import type { ArtifactSource } from './source';
import { type Item, type Weight, weigh } from './weigh';

/** Names that are shown. */
const NAMED = 8;

interface Props { source: ArtifactSource; items: readonly Item[]; onClose: () => void; onDone: (gone: readonly string[]) => void }

export function RemoveDialog({ source, items, onClose, onDone }: Props): JSX.Element {
  const [weight, setWeight] = useState<Weight | null>(null);
  const [counted, setCounted] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const [gone, setGone] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    weigh(items, path => source.list(path, stop.signal), so => !stop.signal.aborted && setWeight(so)).then(
      all => {
        if (stop.signal.aborted) return;
        setWeight(all);
        setCounted(true);
      },
      (e: unknown) => !isAbort(e) && setError(e),
    );
    return () => stop.abort();
  }, [turn]);

  const submit = async () => {
    const done: string[] = [];
    for (const { path } of items) {
      try {
        await artifacts.remove(source.editable!(path));
      } catch (e) {
        const gone = e instanceof ApiError && e.status === 404; // somebody else was quicker
        const text = t('artifacts.remove.failed', { path, message: tellingOf(e).detail });
        if (!gone && done.length === 0) throw new Error(text);
        if (!gone) {
          notify('error', text);
          return onDone(done);
        }
      }
      done.push(path);
      setGone(done.length);
    }
    notify('done', items.length === 1 ? t('artifacts.removed', { path: items[0]!.path }) : tn('artifacts.removed.some', items.length));
    onDone(done);
  };
  return (
    <Dialog title={t('artifacts.remove')} action={t('delete')} danger ready={counted} onClose={onClose} submit={submit}>
      <p>{t('artifacts.remove.text')}</p>
      <p class="doomed-sum" role="status" data-testid="doomed">
        {weight && <b>{tn(counted && weight.whole ? 'artifacts.total' : 'artifacts.total.least', weight.files, { size: formatBytes(weight.bytes) })}</b>}
        {!counted && error === null && <span class="muted"> {t('artifacts.remove.counting')}</span>}
        {gone > 0 && <span class="muted"> {t('artifacts.remove.progress', { n: count(gone), all: count(items.length) })}</span>}
      </p>
      {error !== null && <Failure error={error} retry={() => { setError(null); setTurn(turn + 1); }} />}
      <ul class="doomed">
        {items.slice(0, NAMED).map(i => <li key={i.path}><code>{i.path}{i.folder && '/'}</code> {i.size !== undefined && <span class="muted">{formatBytes(i.size)}</span>}</li>)}
        {items.length > NAMED && <li class="muted">{t('artifacts.remove.more', { n: count(items.length - NAMED) })}</li>}
      </ul>
    </Dialog>
  );
}
