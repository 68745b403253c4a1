// Nothing large is loaded without being asked for.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatBytes } from '../format';
import { t } from '../i18n';
import { AUTO_LIMIT } from './kinds';

export function Ask({ size, asked, children }: { size: number | undefined; asked?: boolean | undefined; children: ComponentChildren }): JSX.Element {
  const [agreed, setAgreed] = useState(asked ?? false);
  if (agreed || (size !== undefined && size <= AUTO_LIMIT)) return <>{children}</>;
  return (
    <p class="artifact-hint">
      {size === undefined ? t('artifacts.unsized') : t('artifacts.large', { size: formatBytes(size) })} <button type="button" onClick={() => setAgreed(true)}>{t('artifacts.load')}</button>
    </p>
  );
}
