// JSON and YAML as a tree; as text when wanted, or when it is neither.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count, t, tn } from '../i18n';
import { Icon } from '../ui/icons';
import { AsText } from './as-text';
import { extension } from './kinds';
import type { PreviewProps } from './preview-props';
import { TextView } from './text';
import { isNest, type Value, valueRows, written } from './value-rows';
import { WholeText } from './whole';
import { useWindowed } from './windowed';
import { parseYaml } from './yaml';

const ROW = 22;
const LONGEST = 500;

function parsed(text: string, path: string): { value: Value } | null {
  try {
    return { value: extension(path) === 'json' || extension(path) === 'geojson' ? (JSON.parse(text) as Value) : parseYaml(text) };
  } catch {
    return null;
  }
}

export function ValuePreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <Tree key={props.path} text={text} path={props.path} />}</WholeText>;
}

function Tree({ text, path }: { text: string; path: string }): JSX.Element {
  const root = useMemo(() => parsed(text, path), [text, path]);
  const lines = useMemo(() => (root ? [] : text.split(/\r\n|[\n\r]/)), [text, root]);
  if (!root || !isNest(root.value)) return <div class="preview"><TextView path={path} lines={lines.length > 0 ? lines : [text]} version={0} /></div>;
  return <AsText text={text} path={path}><ValueTree value={root.value} /></AsText>;
}

export function ValueTree({ value }: { value: Value }): JSX.Element {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => valueRows(value, toggled), [value, toggled]);
  const { box, from, to } = useWindowed<HTMLDivElement>(rows.length, ROW);
  const toggle = (id: string) => setToggled(now => {
    const next = new Set(now);
    if (!next.delete(id)) next.add(id);
    return next;
  });
  return (
    <div class="text-box" ref={box} tabIndex={0} role="region" aria-label={t('artifacts.content')} data-testid="value">
      <div class="text-lines" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <div key={row.id} class="value-row" style={{ top: `${(from + i) * ROW}px`, paddingInlineStart: `${row.depth * 16 + 8}px` }} title={row.id}>
            {row.inside ? (
              <button type="button" class="plain value-key" aria-expanded={row.open} onClick={() => toggle(row.id)}>
                <Icon name="right" class={row.open ? 'turned' : ''} /><span>{row.name}</span>
                <span class="muted">{Array.isArray(row.value) ? `[${count(row.inside)}]` : `{${count(row.inside)}}`}</span>
              </button>
            ) : (
              <>
                <span class="value-key leaf">{row.name}</span>
                <span class={`value ${row.inside === 0 ? 'muted' : row.value === null ? 'null' : typeof row.value}`}>{row.inside === 0 ? (Array.isArray(row.value) ? '[]' : '{}') : short(written(row.value))}</span>
              </>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${tn('artifacts.letters', text.length)})` : text);
