/**
 * Does `work` and books its time, and the bytes it goes through, under a stage of reading a study. A promise counts until
 * it is settled.
 */
export type StageTimer = <T>(
  stage: 'parse' | 'decode' | 'raster',
  bytes: number | ((result: Awaited<T>) => number),
  work: () => T,
) => T;

/** Does the work alone. */
export const untimed: StageTimer = (_stage, _bytes, work) => work();
