import { typeOf } from '../../src/memory/arena.ts';
import { inArena, kernelsFor, room } from '../../src/memory/thread.ts';
import type { VoxelArray } from '../../src/volume/geometry.ts';

/** A copy of an array in the arena of this thread. */
export function arenaCopy<A extends VoxelArray>(array: A): A {
  const copy = room(typeOf(array), array.length);
  copy.set(array);
  return copy;
}

/** What `work` gives while a patient is at work in this thread: its arrays lie in the arena, and kernels work on them. */
export function withKernels<T>(work: () => T): Promise<T> {
  return inArena(2 ** 30, async () => {
    if (kernelsFor(room(Uint8Array, 1)) === undefined) throw new Error('there are no kernels in this thread');
    return work();
  });
}
