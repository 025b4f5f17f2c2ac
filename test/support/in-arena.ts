import { inArena, kernelsFor, room } from '../../src/memory/thread.ts';

/** What `work` gives while a patient is at work in this thread: its arrays lie in the arena, and kernels work on them. */
export function withKernels<T>(work: () => T): Promise<T> {
  return inArena(2 ** 30, async () => {
    if (kernelsFor(room(Uint8Array, 1)) === undefined) throw new Error('there are no kernels in this thread');
    return work();
  });
}
