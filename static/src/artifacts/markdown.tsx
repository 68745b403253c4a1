import type { JSX } from 'preact';
import { Markdown } from '../ui/markdown';
import { AsText } from './as-text';
import type { PreviewProps } from './preview-props';
import { WholeText } from './whole';

export function MarkdownPreview(props: PreviewProps): JSX.Element {
  return <WholeText {...props}>{text => <AsText text={text} path={props.path}><Markdown text={text} /></AsText>}</WholeText>;
}
