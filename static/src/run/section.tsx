// A part of the run page that the section bar leads to.
import type { ComponentChildren, JSX } from 'preact';
import { count } from '../i18n';

export function Section(props: { id: string; title: string; n?: number; arrived?: boolean; controls?: ComponentChildren; children: ComponentChildren }): JSX.Element {
  return (
    <section class={`section ${props.arrived ? 'arrived' : ''}`} id={`section-${props.id}`} tabIndex={-1} aria-labelledby={`title-${props.id}`}>
      <div class="section-head">
        <h2 id={`title-${props.id}`}>{props.title}</h2>
        {props.n !== undefined && props.n > 0 && <span class="muted">{count(props.n)}</span>}
        <div class="section-controls">{props.controls}</div>
      </div>
      {props.children}
    </section>
  );
}
