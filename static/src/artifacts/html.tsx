// A page that somebody logged. It is shown in a page that the server sends with a policy of its own (frame.html): of another
// origin, without network; scripts run there only when the reader says so.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { AsText } from './as-text';
import { readBeside } from './beside';
import type { PreviewProps } from './preview-props';
import { WholeText } from './whole';

export function HtmlPreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <Page {...props} text={text} />}</WholeText>;
}

function Page(props: PreviewProps & { text: string }): JSX.Element {
  const [scripts, setScripts] = useState(false);
  const choice = (
    <>
      <label class="switch" title={t('artifacts.scripts.hint')}><input type="checkbox" checked={scripts} onChange={e => setScripts(e.currentTarget.checked)} /> {t('artifacts.scripts')}</label>
      <span class="muted">{t(scripts ? 'artifacts.scripts.on' : 'artifacts.scripts.off')}</span>
    </>
  );
  return <AsText text={props.text} path={props.path} controls={choice}><Frame key={String(scripts)} {...props} scripts={scripts} /></AsText>;
}

function Frame({ source, path, text, scripts }: PreviewProps & { text: string; scripts: boolean }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  useLayoutEffect(() => { // before the frame can say that it is ready: it says so once
    const stop = new AbortController();
    const say = (message: unknown) => frame.current?.contentWindow?.postMessage(message, '*'); // its origin has no name
    const heard = (e: MessageEvent<unknown>) => {
      if (e.source !== frame.current?.contentWindow) return;
      if (e.data === 'ready') say({ html: text, scripts, title: path });
      const wanted = (e.data as { wanted?: unknown } | null)?.wanted;
      if (Array.isArray(wanted)) readBeside(source, path, wanted, scripts, stop.signal).then(files => say({ files }), () => undefined);
    };
    addEventListener('message', heard);
    return () => {
      removeEventListener('message', heard);
      stop.abort();
    };
  }, []);
  return <iframe ref={frame} class="document" src="frame.html" sandbox="allow-scripts" title={path} />;
}
