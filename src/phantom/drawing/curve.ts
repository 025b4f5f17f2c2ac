export type Knot = readonly [at: number, value: number];

/** A smooth curve through knots of ascending position, constant beyond both ends (cubic Hermite). */
export function curve(...knots: readonly Knot[]): (at: number) => number {
  const last = knots.length - 1;
  const slopes = knots.map((_, i) => {
    if (i === 0 || i === last) return 0;
    return (knots[i + 1][1] - knots[i - 1][1]) / (knots[i + 1][0] - knots[i - 1][0]);
  });
  return (at) => {
    if (at <= knots[0][0]) return knots[0][1];
    if (at >= knots[last][0]) return knots[last][1];
    let i = 0;
    while (at > knots[i + 1][0]) i++;
    const [left, from] = knots[i];
    const [right, to] = knots[i + 1];
    const width = right - left;
    const s = (at - left) / width;
    const r = 1 - s;
    return (
      r * r * ((1 + 2 * s) * from + s * width * slopes[i]) +
      s * s * ((1 + 2 * r) * to - r * width * slopes[i + 1])
    );
  };
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, at: number): number {
  const s = Math.min(1, Math.max(0, (at - low) / (high - low)));
  return s * s * (3 - 2 * s);
}
