// All of them in one file to fetch: they share most of what they are made of.
export { Bar } from './bar';
export { Box } from './box';
export { Contour } from './contour';
export { Gallery } from './gallery';
export { Importance } from './importance';
export { Parallel } from './parallel';
export { Scatter } from './scatter';
