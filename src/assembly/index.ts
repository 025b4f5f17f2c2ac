export { deflate, deflateBound, deflateWorkBytes } from './deflate';
export { heapBase } from './heap';
