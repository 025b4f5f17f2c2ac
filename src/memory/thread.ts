import { Arena, type ArrayType, typeOf } from './arena.ts';
import { collectGarbage } from './garbage.ts';
import type { Kernels } from './kernels.ts';

let arena: Arena | undefined;

/** A patient is at work: what is asked for lies in the arena. */
let open = false;

/** Whether what is asked for now lies in the thread's arena, as far as that has room. */
export function isPatientAtWork(): boolean {
  return open;
}

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
export function zeros<A extends ArrayBufferView & { fill(value: number): unknown }>(
  type: ArrayType<A>,
  length: number,
): A {
  const array = room(type, length);
  const kernels = kernelsFor(array);
  if (kernels !== undefined) kernels.clear(array.byteOffset, array.byteLength);
  else if (open) array.fill(0);
  return array;
}

/** A copy of an array, by `room`. */
export function copyOf<A extends ArrayBufferView & { readonly length: number; set(from: A): void }>(
  array: A,
): A {
  const copy = room(typeOf(array), array.length);
  const kernels = kernelsFor(array, copy);
  if (kernels !== undefined) kernels.copy(array.byteOffset, copy.byteOffset, array.byteLength);
  else copy.set(array);
  return copy;
}

/**
 * Takes back the memory of a whole array of `room`, long before the patient is done; it is not to be used any more. Does
 * nothing with others. Whether it did.
 */
export function giveBack(array: ArrayBufferView): boolean {
  return (open && arena?.giveBack(array)) ?? false;
}

/**
 * The kernels of this thread, where all of these arrays lie in its arena, so that they can work on them; undefined elsewhere,
 * where the same is computed in TypeScript.
 */
export function kernelsFor(...arrays: readonly ArrayBufferView[]): Kernels | undefined {
  return arena?.holds(...arrays) ? arena.kernels : undefined;
}

/**
 * What `work` returns, which must not lie in the arena: what it took there meanwhile is free again. It runs to its end at
 * once.
 */
export function scratch<T>(work: () => T): T {
  return open ? threadArena().scratch(work) : work();
}

const using = new Set<Promise<unknown>>();

/**
 * A promise whose work fills or reads arrays of the arena: it is waited for before they are given back, whatever becomes
 * of the patient meanwhile.
 */
export function usingArena<T>(work: Promise<T>): Promise<T> {
  if (!open) return work;
  using.add(work);
  const ended = (): void => {
    using.delete(work);
  };
  work.then(ended, ended);
  return work;
}

/** Bytes of the arena of this thread. */
export function arenaBytes(): number {
  return arena?.bytes ?? 0;
}

/**
 * Runs a patient's work, one at a time in a thread, with its volumes in the thread's arena, which the next one finds as
 * large as this one left it, up to `mostKeptBytes`: a larger one goes back to the system.
 */
export async function inArena<T>(mostKeptBytes: number, work: () => Promise<T>): Promise<T> {
  // Now, so that what is wrong with it is no fault of what first lies in it.
  threadArena();
  open = true;
  try {
    return await work();
  } finally {
    while (using.size > 0) await Promise.allSettled(using);
    open = false;
    if (arenaBytes() > mostKeptBytes) {
      arena = undefined;
      // V8 does not know how much memory hangs on the few objects of an arena.
      collectGarbage();
    } else arena?.clear();
  }
}
