/** A number with what it counts, in the plural unless it is one: `1 worker`, `12 patients`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
