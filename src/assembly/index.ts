export { heapBase } from './heap';
export { inflate, inflateWorkBytes } from './inflate';
