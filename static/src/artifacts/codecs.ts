// How the pages of a Parquet file were packed. What unpacks them is fetched for the files that need it, and without
// WebAssembly, which the policy of our pages forbids.
import type { CompressionCodec, Compressors, FileMetaData } from 'hyparquet';
import { gunzip } from './inflate';

type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

const lz4 = () => import('hyparquet-compressors/src/lz4.js');
const unpackers: Partial<Record<CompressionCodec, () => Promise<Unpack>>> = {
  GZIP: async () => gunzip,
  BROTLI: async () => (await import('hyparquet-compressors/src/brotli.js')).decompressBrotli,
  LZ4: async () => (await lz4()).decompressLz4,
  LZ4_RAW: async () => (await lz4()).decompressLz4Raw,
  ZSTD: async () => {
    const { decompress } = await import('fzstd');
    return (packed, length) => decompress(packed, new Uint8Array(length));
  },
};
/** Those that the reader of Parquet has itself. */
const own = new Set<CompressionCodec>(['UNCOMPRESSED', 'SNAPPY']);

function codecsOf(metadata: FileMetaData): Set<CompressionCodec> {
  return new Set(metadata.row_groups.flatMap(group => group.columns.flatMap(c => c.meta_data?.codec ?? [])));
}

/** The codec that stands in the way, if one does. */
export function unreadable(metadata: FileMetaData): CompressionCodec | null {
  return [...codecsOf(metadata)].find(codec => !own.has(codec) && !unpackers[codec]) ?? null;
}

/** A page says how long it is; more than this at once is no preview. */
const MOST = 256 * 1024 * 1024;

export async function compressorsFor(metadata: FileMetaData): Promise<Compressors> {
  const wanted = [...codecsOf(metadata)].flatMap(codec => (unpackers[codec] ? [{ codec, load: unpackers[codec] }] : []));
  const loaded = await Promise.all(wanted.map(async ({ codec, load }) => [codec, bounded(await load())] as const));
  return Object.fromEntries(loaded);
}

function bounded(unpack: Unpack): Unpack {
  return (packed, length) => {
    if (length > MOST) throw new RangeError(`parquet: a page of ${length} bytes`);
    return unpack(packed, length);
  };
}
