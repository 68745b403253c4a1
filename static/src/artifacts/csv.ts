// Comma- or tab-separated values after RFC 4180, forgiving. Pure.

export interface Table { rows: string[][]; more: boolean }

/** At most `limit` rows. `cut` says that the text ends somewhere in the middle: its last row is then left out. */
export function parseCsv(text: string, separator: string, limit: number, cut: boolean): Table {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let i = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let started = false;

  const endField = () => {
    row.push(field);
    field = '';
  };
  for (; i < text.length; i++) {
    const c = text[i]!;
    started = true;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && field === '') quoted = true;
    else if (c === separator) endField();
    else if (c === '\n' || c === '\r') {
      if (c === '\r' && text[i + 1] === '\n') i++;
      endField();
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
      started = false;
      if (rows.length >= limit) return { rows, more: cut || i + 1 < text.length };
    } else field += c;
  }
  if (started && !cut) {
    endField();
    rows.push(row);
  }
  return { rows, more: cut };
}
