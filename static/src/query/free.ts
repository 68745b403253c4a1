// Text of a search field as a filter: what is one already stays, other words are looked for in names.
import { likeValue } from '../grid/columns';

export function isFilter(text: string): boolean {
  return /[\w.`")]\s*(!=|[<>=]=?)\s*\S|\b(i?like|rlike|regexp)\s+['"]|\bin\s*\(|\bbetween\s+\S+\s+and\b/i.test(text.normalize('NFKC'));
}

export function filterOf(text: string): string {
  const asked = text.normalize('NFKC').trim();
  return isFilter(asked) ? asked : `attributes.run_name ILIKE ${likeValue(text.trim())}`;
}
