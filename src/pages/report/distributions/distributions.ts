import type { PageData } from '../../../report/page-data.ts';
import { diceOf } from '../cohort.ts';
import type { Distribution } from './distribution.ts';
import { predictions } from './predictions.ts';
import type { Made } from './quantities.ts';
import { intensities, kernels, scans } from './scans.ts';
import { boxSizes, tumourVolume } from './tumours.ts';

/** Those that this cohort has values for; `all` are its patients with an ROI. */
export function distributionsOf({ manifest }: PageData, all: readonly Made[]): Distribution[] {
  if (all.length === 0) return [];
  return [
    tumourVolume(all),
    boxSizes(all, manifest.constants),
    scans(all),
    intensities(all, manifest.constants.window_hu),
    kernels(all),
    ...(all.some((patient) => diceOf(patient) !== null) ? [predictions(all)] : []),
  ];
}
