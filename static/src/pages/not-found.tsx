import type { JSX } from 'preact';
import { t } from '../i18n';
import { useCrumbs } from '../state/crumbs';
import { href } from '../state/router';

export function NotFound({ path }: { path: string }): JSX.Element {
  useCrumbs([{ text: t('notfound.title'), href: location.hash }]);
  return (
    <div class="page narrow">
      <h1>{t('notfound.title')}</h1>
      <p>{t('notfound.text', { path })}</p>
      <p><a href={href.experiments()}>{t('notfound.back')}</a></p>
    </div>
  );
}
