// The question before something goes for good: how much it is, as the server counts it, and a number to type.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type Purge, trash, type Which } from '../api/shelf';
import { formatBytes } from '../format';
import { count, t, tn } from '../i18n';
import { useLoad } from '../state/load';
import { notify } from '../state/notices';
import { Dialog } from '../ui/dialog';
import { Reason } from '../ui/parts';
import { purgeAll, sumOf, thingsOf } from './which';

const sizeText = (p: Purge) => `${p.partial ? '≥ ' : ''}${formatBytes(p.bytes)}`;

export function PurgeDialog({ parts, onDone, onClose }: { parts: readonly Which[]; onDone: () => void; onClose: () => void }): JSX.Element {
  const dry = useLoad('purge', async () => sumOf(await Promise.all(parts.map(trash.wouldPurge))));
  const [gone, setGone] = useState<Purge | null>(null);
  const [typed, setTyped] = useState('');
  const stop = useRef(false);
  const would = dry.data;
  const things = would ? thingsOf(would) : 0;

  const submit = async () => {
    if (!would || things === 0) return;
    if (typed.normalize('NFKC').trim() !== String(things)) throw new Error(t('trash.confirm.wrong', { n: things }));
    stop.current = false;
    setGone(sumOf([]));
    try {
      const done = await purgeAll(parts, trash.purge, setGone, () => stop.current);
      notify('done', t('trash.purged', { things: tn('trash.things', thingsOf(done)), size: formatBytes(done.bytes) }));
    } finally {
      onDone();
    }
  };
  return (
    <Dialog title={t('trash.purge.title')} action={t('trash.purge')} danger onClose={() => { stop.current = true; onClose(); }} submit={submit}>
      {dry.error !== null && <p class="field-error" role="alert"><Reason error={dry.error} /></p>}
      {!would && dry.error === null && <p class="muted" role="status">{t('trash.counting')}</p>}
      {would && (
        <>
          <dl class="purge-facts" data-testid="purge-facts">
            {would.experiments > 0 && <div><dt>{t('experiments.title')}</dt><dd>{count(would.experiments)}</dd></div>}
            {would.runs > 0 && <div><dt>{t('trash.runs')}</dt><dd>{count(would.runs)}</dd></div>}
            {would.logged_models > 0 && <div><dt>{t('trash.models')}</dt><dd>{count(would.logged_models)}</dd></div>}
            <div><dt>{t('storage.files')}</dt><dd>{would.partial && '≥ '}{count(would.files)}</dd></div>
            <div><dt>{t('storage.size')}</dt><dd>{sizeText(would)}</dd></div>
          </dl>
          {would.partial && <p class="muted">{t('trash.partial')}</p>}
          {would.elsewhere && <p class="muted">{t('trash.elsewhere')}</p>}
          {would.staying_experiments > 0 && <p>{tn('trash.staying', would.staying_experiments)}</p>}
          {things > 0 ? (
            <>
              <p class="purge-warning">{t('trash.purge.text')}</p>
              <label class="field">{t('trash.confirm', { n: things })}
                <input value={typed} inputMode="numeric" autocomplete="off" autofocus required disabled={gone !== null} onInput={e => setTyped(e.currentTarget.value)} />
              </label>
            </>
          ) : (
            <p>{t('trash.purge.nothing')}</p>
          )}
          {gone && <label class="field">{t('trash.progress', { done: count(thingsOf(gone)), total: count(things) })}<progress max={things} value={Math.min(things, thingsOf(gone))} /></label>}
        </>
      )}
    </Dialog>
  );
}
