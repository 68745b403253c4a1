// Markdown to a fragment that can do no harm: no scripts, no styles, no forms, nothing fetched from another origin.
import createPurifier from 'dompurify';
import { Marked } from 'marked';
import { withoutCode } from './plain-html';

const marked = new Marked({ gfm: true, breaks: false });
// The page has its own first and second headings; those of a note go below them.
marked.use({ walkTokens: token => void (token.type === 'heading' && (token.depth = Math.min(6, token.depth + 2))) });
const purifier = createPurifier(window);

purifier.addHook('afterSanitizeAttributes', node => {
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    node.setAttribute('rel', 'noopener noreferrer');
    if (!node.getAttribute('href')?.startsWith('#')) node.setAttribute('target', '_blank');
  }
  // A picture elsewhere would tell that place who reads the note; it becomes a link.
  if (node.tagName === 'IMG' && !/^data:image\//i.test(node.getAttribute('src') ?? '')) {
    const link = document.createElement('a');
    const source = node.getAttribute('src') ?? '';
    if (/^https?:/i.test(source)) {
      link.href = source;
      link.rel = 'noopener noreferrer';
      link.target = '_blank';
    }
    link.textContent = node.getAttribute('alt') || source;
    node.replaceWith(link);
  }
});

export function render(text: string): DocumentFragment {
  return clean(marked.parse(text, { async: false }));
}

/** HTML of somebody else, as far as it is text, tables and pictures that are in it. */
export function clean(html: string): DocumentFragment {
  return purifier.sanitize(withoutCode(html), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'video', 'audio', 'source', 'picture', 'track', 'dialog', 'map', 'area'],
    FORBID_ATTR: ['style', 'class', 'id', 'name', 'srcset', 'background', 'poster'],
    ALLOW_DATA_ATTR: false,
  });
}
