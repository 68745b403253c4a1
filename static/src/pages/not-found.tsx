// An address that leads nowhere, or to what is gone: what it was, and ways on.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { places } from '../shell/places';
import { showing } from '../shell/overlays';
import { useCrumbs } from '../state/crumbs';
import { href } from '../state/router';
import { Icon } from '../ui/icons';
import { Failure } from '../ui/parts';

/** What an address names could not be had: why, and a way back. */
export function Unknown({ title, of, back, text }: { title: string; of: { error: unknown; reload: () => void }; back: string; text: string }): JSX.Element {
  return (
    <div class="page narrow">
      <h1>{title}</h1>
      <Failure error={of.error} retry={of.reload} />
      <p><a href={back}>{text}</a></p>
    </div>
  );
}

/** Pages that MLflow has and Cairn has not yet, by the beginnings of their addresses. */
const foreign = /^\/?(models|compare-model-versions|prompts|traces|gateway|settings|account|admin|login|review-queue)\b/;

export function NotFound({ path }: { path: string }): JSX.Element {
  const known = foreign.test(path);
  const title = t(known ? 'notfound.foreign.title' : 'notfound.title');
  useCrumbs([{ text: title, href: location.hash }]);
  return (
    <div class="page narrow">
      <h1>{title}</h1>
      <p class="not-found-path">{t(known ? 'notfound.foreign' : 'notfound.text', { path })}</p>
      <ul class="not-found-places">
        {places.map(p => <li key={p.to}><a class="button" href={p.to}><Icon name={p.icon} /> {t(p.text)}</a></li>)}
        <li><button type="button" onClick={() => (showing.value = 'palette')}><Icon name="search" /> {t('palette.open')}</button></li>
      </ul>
      <p><a href={href.experiments()}>{t('notfound.back')}</a></p>
    </div>
  );
}
