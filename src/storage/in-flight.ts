/** Requests to a store at a time: each is a round trip away, and there are hundreds. */
const REQUESTS_IN_FLIGHT = 16;

/** What `work` makes of each item, in their order, some items at a time. The first failure is thrown. */
export async function inFlight<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, worker));
  return results;
}
