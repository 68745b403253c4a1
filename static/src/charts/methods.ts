/** Ways to smooth a curve. */
export const METHODS = ['ema', 'gauss', 'median'] as const;
export type Method = (typeof METHODS)[number];
