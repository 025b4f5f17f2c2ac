import type { StageClock } from '../timing/stage-clock.ts';
import { caseMasks } from './masks.ts';
import { resampledSlabs } from './resampled-slabs.ts';
import { resampleBox } from './roi-crop.ts';
import { standardise, standardiseCt } from './standardise.ts';
import { caseStatistics } from './statistics.ts';

/** What the passes compute, each with its time booked. */
export function timedPasses(clock: StageClock) {
  return {
    standardise: clock.around('resample', 0, standardise),
    standardiseCt: clock.around('resample', 0, standardiseCt),
    caseMasks: clock.around('boxes', 0, caseMasks),
    caseStatistics: clock.around('statistics', 0, caseStatistics),
    resampleBox: clock.around('resample', ({ byteLength }) => byteLength, resampleBox),
    resampledSlabs: (...given: Parameters<typeof resampledSlabs>) =>
      clock.each('resample', ({ hu }) => hu.byteLength, resampledSlabs(...given)),
  };
}

export type TimedPasses = ReturnType<typeof timedPasses>;
