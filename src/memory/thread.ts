import { Arena, type ArrayType } from './arena.ts';
import { collectGarbage } from './garbage.ts';

let arena: Arena | undefined;

/** A patient is at work: what is asked for lies in the arena. */
let open = false;

/** The arena of this thread, whose kernels work whether a patient does or not. */
export function threadArena(): Arena {
  arena ??= new Arena();
  return arena;
}

/** An array to be filled: in the thread's arena while a patient is at work in it, and then to be used no longer than that. */
export function room<A>(type: ArrayType<A>, length: number): A {
  return open ? threadArena().room(type, length) : new type(length);
}

/** The same of zeros. */
export function zeros<A extends { fill(value: number): unknown }>(type: ArrayType<A>, length: number): A {
  const array = room(type, length);
  if (open) array.fill(0);
  return array;
}

/**
 * Runs a patient's work, one at a time in a thread, with its volumes in the thread's arena, which the next one finds as
 * large as this one left it, up to `keptBytes`: a larger one goes back to the system.
 */
export async function inArena<T>(keptBytes: number, work: () => Promise<T>): Promise<T> {
  open = true;
  try {
    return await work();
  } finally {
    open = false;
    if (arena !== undefined && arena.bytes > keptBytes) {
      arena = undefined;
      // V8 does not know how much memory hangs on the few objects of an arena.
      collectGarbage();
    } else arena?.clear();
  }
}
