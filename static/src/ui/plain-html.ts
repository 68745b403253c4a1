// What the policy of the page forbids, taken out of HTML before it is parsed: the browser complains in its console of each
// handler and style that it meets even in a document that is never shown (notebooks of pandas have many). This is for the
// console alone: what may not be shown is the sanitizer's to know.

const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
const ATTRIBUTE = /[\s/]+([^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/g;
const STYLE_SHEET = /<style\b[^>]*>[\s\S]*?(?:<\/style\s*>|$)/gi;

export function withoutCode(html: string): string {
  return html.replace(STYLE_SHEET, '').replace(TAG, tag => tag.replace(ATTRIBUTE, (whole, name: string) => (/^(on|style$)/i.test(name) ? '' : whole)));
}
