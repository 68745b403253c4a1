// Text of a search field as a filter: what is one already stays, other words are looked for in names.
import { likeValue } from '../grid/columns';

export function isFilter(text: string): boolean {
  return /[\w.`")]\s*(!=|[<>=]=?)\s*\S|\b(i?like|rlike|regexp)\s+['"]|\bin\s*\(|\bbetween\s+\S+\s+and\b/i.test(text.normalize('NFKC'));
}

/** Words alone, of one who looks for a name: nothing that a clause has. */
export function isWords(text: string): boolean {
  const plain = text.normalize('NFKC').trim();
  return plain !== '' && !isFilter(plain) && !/[<>=!'"`()%]/.test(plain) && !/^\w+\.|\b(and|or|not|in|i?like|rlike|regexp|between|is)$/i.test(plain);
}

export function filterOf(text: string): string {
  const asked = text.normalize('NFKC').trim();
  return isFilter(asked) ? asked : `attributes.run_name ILIKE ${likeValue(text.trim())}`;
}
