import { useEffect, useMemo } from 'preact/hooks';

/**
 * An address for bytes in memory, for as long as they are shown. It is of the bytes given, never of those before them; and it is
 * taken back only when what showed it has another one or is gone, or a reader that had not begun yet would find nothing there.
 */
export function useObjectUrl(blob: Blob | undefined): string {
  const address = useMemo(() => (blob ? URL.createObjectURL(blob) : ''), [blob]);
  useEffect(() => () => {
    if (address) setTimeout(() => URL.revokeObjectURL(address)); // of a page that is left the elements go right after this
  }, [address]);
  return address;
}
