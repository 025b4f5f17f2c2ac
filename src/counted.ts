/** A number with what it counts, in the plural unless it is one: `1 worker`, `12 patients`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
