/** Share of neighbours in a row that differ by more than `step`, of rows of `width` voxels; 0 where there are none. */
export function stepShare(voxels: Int16Array, width: number, step: number): number {
  let steps = 0;
  for (let row = 0; row < voxels.length; row += width) {
    let previous = voxels[row];
    for (let i = row + 1; i < row + width; i++) {
      const value = voxels[i];
      if (Math.abs(value - previous) > step) steps++;
      previous = value;
    }
  }
  const pairs = (voxels.length / width) * (width - 1);
  return pairs === 0 ? 0 : steps / pairs;
}
