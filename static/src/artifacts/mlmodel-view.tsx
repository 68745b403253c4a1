// The card of a model: flavors, signature, environment, and how to load it.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { route } from '../state/router';
import { Copy, serverUrl } from '../ui/parts';
import { AsText } from './as-text';
import { type Field, loadLines, type ModelCard, readModel } from './mlmodel';
import type { PreviewProps } from './preview-props';
import { TextView } from './text';
import { baseName, parentOf } from './tree';
import { WholeText } from './whole';

const ENVIRONMENT = new Set(['requirements.txt', 'conda.yaml', 'python_env.yaml', 'input_example.json', 'serving_input_example.json', 'registered_model_meta']);

export function ModelPreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <Card {...props} text={text} />}</WholeText>;
}

function Card({ source, path, text, folder }: PreviewProps & { text: string }): JSX.Element {
  const card = useMemo(() => readModel(text), [text]);
  if (!card) return <TextView path={path} lines={text.split('\n')} version={0} />;
  return <AsText text={text} path={path}><Facts card={card} source={source} path={path} folder={folder} /></AsText>;
}

function Facts({ card, source, path, folder: known }: Pick<PreviewProps, 'source' | 'path' | 'folder'> & { card: ModelCard }): JSX.Element {
  const folder = parentOf(path);
  const beside = useLoad(`beside ${source.key} ${folder}`, signal => (known?.state === 'read' ? Promise.resolve(known.files) : source.list(folder, signal)));
  const lines = loadLines(card, serverUrl(), folder);
  const files = (beside.data ?? []).filter(f => ENVIRONMENT.has(baseName(f.path)));
  return (
    <div class="model-card" data-testid="model">
      <h4>{t('artifacts.model.load')}</h4>
      <div class="code-box"><pre tabIndex={0} role="region" aria-label={t('artifacts.model.load')}><code>{lines}</code></pre><Copy text={lines} label={t('copy.code')} /></div>
      {([['artifacts.model.inputs', card.inputs], ['artifacts.model.outputs', card.outputs], ['artifacts.model.params', card.params]] as const).map(([title, fields]) => fields.length > 0 && <Signature key={title} title={t(title)} fields={fields} />)}
      <h4>{t('artifacts.model.flavors')}</h4>
      {card.flavors.map(f => (
        <details key={f.name} open={card.flavors.length < 3}>
          <summary><code>{f.name}</code></summary>
          <List facts={f.facts} />
        </details>
      ))}
      {files.length > 0 && (
        <>
          <h4>{t('artifacts.model.environment')}</h4>
          <ul class="beside">{files.map(f => <li key={f.path}><a href={source.page(f.path, route.value.query)}>{baseName(f.path)}</a></li>)}</ul>
        </>
      )}
      <List facts={card.facts} />
    </div>
  );
}

function Signature({ title, fields }: { title: string; fields: Field[] }): JSX.Element {
  return (
    <>
      <h4>{title}</h4>
      <table class="list" aria-label={title}>
        <thead><tr><th scope="col">{t('artifacts.name')}</th><th scope="col">{t('artifacts.type')}</th></tr></thead>
        <tbody>{fields.slice(0, 500).map((f, i) => <tr key={i}><th scope="row"><code>{f.name}</code></th><td>{f.type}{!f.required && <span class="muted"> · {t('artifacts.model.optional')}</span>}</td></tr>)}</tbody>
      </table>
    </>
  );
}

function List({ facts }: { facts: [string, string][] }): JSX.Element {
  return <dl class="card">{facts.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>;
}
