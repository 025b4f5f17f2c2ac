/** How much of a large blob one request carries. */
export const BLOCK_BYTES = 8 * 2 ** 20;
/** Blocks of one blob under way at a time: all those of a usual volume, each over a connection of its own. */
const BLOCKS_IN_FLIGHT = 8;

/** Where the blocks of `size` bytes begin. */
export function blockOffsets(size: number): number[] {
  return Array.from({ length: Math.ceil(size / BLOCK_BYTES) }, (_, i) => i * BLOCK_BYTES);
}

/** Runs a few jobs at a time. The first to fail ends the others. */
export async function inParallel<T>(
  items: readonly T[],
  job: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const abort = new AbortController();
  const worker = async () => {
    for (const item of queue) await job(item, abort.signal);
  };
  try {
    await Promise.all(Array.from({ length: BLOCKS_IN_FLIGHT }, worker));
  } catch (error) {
    abort.abort();
    throw error;
  }
}
