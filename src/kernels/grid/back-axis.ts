import {
  type AxisPath,
  type AxisRun,
  linearPlace,
  nearestAxis,
  nearestPlace,
  type ResampleAxis,
  sampleAxis,
} from './resample-axis.ts';

/** A run of samples of a resampled axis, which may reach beyond either end, and the native axis that was resampled. */
export interface RunOnAxis extends AxisRun {
  /** Samples of the native axis. */
  readonly nativeLength: number;
  readonly nativeSpacingMm: number;
  /** Spacing of the resampled axis; first sample centres coincide. */
  readonly targetSpacingMm: number;
  /** How the way forward came from one to the other. */
  readonly path: AxisPath;
}

/** Continuous index of native sample n on the resampled axis. */
function indexOnAxis({ nativeSpacingMm, targetSpacingMm }: RunOnAxis): (n: number) => number {
  return (n) => n * (nativeSpacingMm / targetSpacingMm);
}

/** Where the samples of the native axis fall in the run, interpolated linearly as ITK does. */
export function linearBackAxis(run: RunOnAxis): ResampleAxis {
  return sampleAxis(run.nativeLength, run, indexOnAxis(run), linearPlace);
}

/**
 * Where the samples of the native axis fall in the run, by nearest neighbour as ITK takes it, so that a way back and
 * forth loses nothing: a native sample from which samples of the run were read on the way forward reads one of them
 * again, the nearest. ITK takes the same one, but for a native sample just beyond the end of a run that was sampled more
 * finely, and for rounding of what lies half way, which here does not hang on where the run starts.
 */
export function nearestBackAxis(run: RunOnAxis): ResampleAxis {
  const indexAt = indexOnAxis(run);
  const back = sampleAxis(run.nativeLength, run, indexAt, nearestPlace);
  const forward = nearestAxis(run.nativeLength, run.nativeSpacingMm, run.targetSpacingMm, run.path);
  const distance = new Float64Array(run.nativeLength).fill(Number.POSITIVE_INFINITY);
  const end = Math.min(forward.lower.length, run.start + run.length);
  for (let i = Math.max(0, run.start); i < end; i++) {
    if (!forward.inside[i]) continue;
    const n = forward.lower[i];
    const away = Math.abs(i - indexAt(n));
    if (away > distance[n]) continue;
    distance[n] = away;
    back.lower[n] = i - run.start;
    back.inside[n] = 1;
  }
  return back;
}
