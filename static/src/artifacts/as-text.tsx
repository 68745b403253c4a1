// A file that can be looked at in two ways: dressed, or as the text it is.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { t } from '../i18n';
import { TextView } from './text';

export function AsText({ text, path, controls, children }: { text: string; path: string; /** Of the dressed form. */ controls?: JSX.Element; children: JSX.Element }): JSX.Element {
  const [raw, setRaw] = useState(false);
  const lines = useMemo(() => (raw ? text.split(/\r\n|[\n\r]/) : []), [raw, text]);
  return (
    <div class="preview">
      <div class="image-bar">
        <label class="switch"><input type="checkbox" checked={raw} onChange={e => setRaw(e.currentTarget.checked)} /> {t('artifacts.raw')}</label>
        {!raw && controls}
      </div>
      {raw ? <TextView path={path} lines={lines} version={0} /> : children}
    </div>
  );
}
