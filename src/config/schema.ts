import { z } from 'zod';
import { pairChecks, roiChecks } from './checks.ts';
import { geometry, hu, mask, series } from './ct-and-mask.ts';
import { lung, resample, roi, thorax } from './grid-and-roi.ts';
import { output } from './output.ts';
import { privacy } from './privacy.ts';
import { raw } from './raw.ts';
import { intensity, split, stats } from './training.ts';

/** Every choice that changes an output. Descriptions are the configuration reference. */
export const configSchema = z.strictObject({
  raw,
  series,
  geometry,
  hu,
  mask,
  qc: pairChecks,
  resample,
  roi,
  lung,
  thorax,
  roiQc: roiChecks,
  intensity,
  stats,
  split,
  privacy,
  output,
});

export type Config = z.infer<typeof configSchema>;
