export { heapBase } from './heap';
