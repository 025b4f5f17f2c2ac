/** Sets `length` bytes to zero. V8 fills arrays of a shared memory one element after the other. */
export function clear(at: usize, length: usize): void {
  memory.fill(at, 0, length);
}

/** Copies `length` bytes, which may overlap. V8 copies arrays of a shared memory word by word. */
export function copy(from: usize, to: usize, length: usize): void {
  memory.copy(to, from, length);
}
