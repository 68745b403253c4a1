// A value of a column as the text of a cell. Pure.

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString().replace('T', ' ').replace(/(?:\.000)?Z$/, '');
  if (ArrayBuffer.isView(value) && value instanceof Uint8Array) return `0x${[...value.subarray(0, 64)].map(b => b.toString(16).padStart(2, '0')).join('')}${value.length > 64 ? '…' : ''}`;
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? (Number.isSafeInteger(Number(v)) ? Number(v) : String(v)) : ArrayBuffer.isView(v) ? cellText(v) : v));
}
