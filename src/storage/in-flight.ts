/** Requests to a store at a time: each is a round trip away, and there are hundreds. */
const REQUESTS_IN_FLIGHT = 16;

/**
 * What `work` makes of each item, in their order, some items at a time. After a failure no further item is begun; the first
 * is thrown once all that was under way has ended.
 */
export async function inFlight<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index]);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
