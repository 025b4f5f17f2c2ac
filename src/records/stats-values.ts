import { z } from 'zod';
import { largest, least } from '../kernels/intensity/extremes.ts';
import type { HuTally } from '../kernels/intensity/hu-tally.ts';
import { percentile } from '../kernels/intensity/percentile.ts';
import { type Vec3, vec3 } from '../volume/geometry.ts';
import { triple } from './record.ts';

/** The percentiles that statistics are given at, by their JSON keys. */
const PERCENTILES = { p0_5: 0.5, p1: 1, p5: 5, p50: 50, p95: 95, p99: 99, p99_5: 99.5 } as const;

type PercentileKey = keyof typeof PERCENTILES;
const KEYS = Object.keys(PERCENTILES) as PercentileKey[];

const byPercentile = <T extends z.ZodType>(of: T) =>
  z.strictObject({ p0_5: of, p1: of, p5: of, p50: of, p95: of, p99: of, p99_5: of });

function keyed<T>(f: (key: PercentileKey, p: number) => T): Record<PercentileKey, T> {
  return Object.fromEntries(KEYS.map((key) => [key, f(key, PERCENTILES[key])])) as Record<PercentileKey, T>;
}

/** HU of voxels, before the window, each rounded to whole HU: exact for those, and so within 0.5 HU for the unrounded. */
export const intensitySchema = z.strictObject({
  voxels: z.int(),
  min_hu: z.number(),
  max_hu: z.number(),
  mean_hu: z.number(),
  sd_hu: z.number(),
  percentiles_hu: byPercentile(z.number()),
});

export type IntensityRecord = z.infer<typeof intensitySchema>;

/** Throws a RangeError for a tally without voxels. */
export function intensityRecord(tally: HuTally): IntensityRecord {
  const moments = tally.moments();
  if (moments === undefined) throw new RangeError('statistics of no voxels');
  const values = tally.percentiles(KEYS.map((key) => PERCENTILES[key]));
  return {
    voxels: tally.voxels,
    min_hu: moments.min,
    max_hu: moments.max,
    mean_hu: moments.mean,
    sd_hu: moments.sd,
    percentiles_hu: keyed((key) => values[KEYS.indexOf(key)]),
  };
}

/** How a quantity spreads over cases; percentiles by numpy's linear rule, sd of the population. */
export const spreadSchema = z.strictObject({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  sd: z.number(),
  percentiles: byPercentile(z.number()),
});

export function spreadOf(values: readonly number[]): z.infer<typeof spreadSchema> {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return {
    min: least(values),
    max: largest(values),
    mean,
    sd: Math.sqrt(variance),
    percentiles: keyed((_, p) => percentile(values, p)),
  };
}

/** The same of x, y and z. */
export const spread3Schema = z.strictObject({
  min: triple,
  max: triple,
  mean: triple,
  sd: triple,
  percentiles: byPercentile(triple),
});

export function spread3Of(values: readonly Vec3[]): z.infer<typeof spread3Schema> {
  const axes = [0, 1, 2].map((a) => spreadOf(values.map((v) => v[a])));
  return {
    min: vec3((a) => axes[a].min),
    max: vec3((a) => axes[a].max),
    mean: vec3((a) => axes[a].mean),
    sd: vec3((a) => axes[a].sd),
    percentiles: keyed((key) => vec3((a) => axes[a].percentiles[key])),
  };
}
