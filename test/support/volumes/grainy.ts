import { noise } from '../deflated.ts';

const size = [64, 64, 32] as const;

/** Of `hu`, one byte a voxel. */
const grain = noise(size[0] * size[1] * size[2], 5);

/** A small grid of HU that change slowly, with grain: what deflates by half or so, as CT does. */
export const GRAINY = {
  geometry: { size, spacingMm: [1, 1, 3], originMm: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  grain,
  hu: Array.from(grain, (g, i) => 40 * Math.sin(i / 500) + g),
} as const;
