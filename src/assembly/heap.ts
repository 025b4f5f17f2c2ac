/** Where the memory begins that no table of this module lies in. */
export function heapBase(): usize {
  return __heap_base;
}
