import { useEffect, useState } from 'preact/hooks';

/** An address for bytes in memory, for as long as they are shown. */
export function useObjectUrl(blob: Blob | undefined): string {
  const [address, setAddress] = useState('');
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => {
      setAddress('');
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return address;
}
