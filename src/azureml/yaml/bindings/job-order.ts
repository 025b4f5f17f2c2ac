/** Names so ordered that each comes after those it depends on, or the names that wait for each other in a ring. */
export type JobOrder = { readonly order: readonly string[] } | { readonly cycle: readonly string[] };

/**
 * Orders jobs by their dependencies; where these leave a choice, as they stand in `dependsOn`. Names that are not keys
 * of `dependsOn` are passed over.
 */
export function orderJobs(dependsOn: ReadonlyMap<string, ReadonlySet<string>>): JobOrder {
  const order: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  /** Appends `name` after all it depends on; returns a ring when it meets one. */
  function visit(name: string): string[] | undefined {
    if (done.has(name)) return undefined;
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    trail.push(name);
    for (const needed of dependsOn.get(name)!) {
      const cycle = dependsOn.has(needed) ? visit(needed) : undefined;
      if (cycle !== undefined) return cycle;
    }
    trail.pop();
    done.add(name);
    order.push(name);
    return undefined;
  }

  for (const name of dependsOn.keys()) {
    const cycle = visit(name);
    if (cycle !== undefined) return { cycle };
  }
  return { order };
}
