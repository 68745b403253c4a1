// What to read of a Parquet file, by its metadata. Pure.
import type { ColumnChunk, FileMetaData, SchemaElement } from 'hyparquet';

export interface ParquetColumn { name: string; element: SchemaElement; /** As it is stored, in all row groups. */ bytes: number }

/** The columns of a row: the children of the root. */
export function columnsOf(metadata: FileMetaData): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let n = metadata.schema[at]?.num_children ?? 0; n > 0 && next < metadata.schema.length; n--) next = skip(next);
    return next;
  };
  const sizes = new Map<string, number>();
  for (const group of metadata.row_groups)
    for (const chunk of group.columns) {
      const name = chunk.meta_data?.path_in_schema[0] ?? '';
      sizes.set(name, (sizes.get(name) ?? 0) + stored(chunk));
    }
  for (let at = 1; at < metadata.schema.length; at = skip(at)) {
    const element = metadata.schema[at]!;
    columns.push({ name: element.name, element, bytes: sizes.get(element.name) ?? 0 });
  }
  return columns;
}

const stored = (chunk: ColumnChunk) => Number(chunk.meta_data?.total_compressed_size ?? 0);

const MOST_ROWS = 5000;

/** The rows after those that were read: of one row group, and not too many. `bytes` of that group, unless it has been read. */
export function nextSlice(metadata: FileMetaData, read: number): { from: number; to: number; bytes: number } | null {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    if (read < end) {
      const bytes = read > start ? 0 : group.columns.reduce((sum, c) => sum + stored(c), 0);
      return { from: read, to: Math.min(end, read + MOST_ROWS), bytes };
    }
    start = end;
  }
  return null;
}

export function typeOf(element: SchemaElement): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  const physical = element.num_children === undefined ? (element.type ?? '') : 'STRUCT';
  const base = logical ? `${logical}${element.type && logical !== 'STRING' ? ` (${element.type})` : ''}` : physical;
  return element.repetition_type === 'REQUIRED' ? base : `${base}?`;
}
