import { CaseExclusion, messageOf, UsageError } from '../errors.ts';
import { countInside, dice } from '../kernels/mask/overlap.ts';
import { decodeJson } from '../records/json.ts';
import { type Transforms, transformsSchema } from '../records/roi.ts';
import type { OkMapped } from '../records/way-back/mapped.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { timedDecode } from '../timing/timed-nifti.ts';
import type { Geometry, Volume } from '../volume/geometry.ts';
import { mapBack } from './native-prediction.ts';
import { onLattice } from './on-lattice.ts';
import type { PredictionJob, StoredObject } from './predictions.ts';

/** What is told of a prediction that was brought onto its CT grid. */
export type MappedFacts = Pick<OkMapped, 'interpolation' | 'threshold' | 'voxels' | 'volume_ml' | 'compared'>;

/** A prediction on its original CT grid. */
export interface MappedPrediction {
  readonly volume: Volume;
  readonly facts: MappedFacts;
}

async function readExisting(
  { store, key }: StoredObject,
  code: string,
  otherwise: string,
): Promise<Uint8Array> {
  const bytes = await store.read(key);
  if (bytes === undefined) throw new CaseExclusion(code, otherwise, { file: key });
  return bytes;
}

/** A patient's `transforms.json`. Throws a CaseExclusion where it is not there or cannot be read. */
export async function readTransforms(object: StoredObject): Promise<Transforms> {
  const bytes = await readExisting(object, 'no-transforms', 'is not there: this patient has no ROI');
  try {
    return decodeJson(object.key, bytes, transformsSchema);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new CaseExclusion('unreadable-transforms', messageOf(cause), { cause });
  }
}

function volumeMl(voxels: number, { spacingMm }: Geometry): number {
  return (voxels * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
}

/** The reference, turned to the axes of the CT, which it must cover exactly. */
function onCtGrid(file: string, reference: Volume, ct: Geometry): Volume {
  const { volume, start } = onLattice(file, reference, ct, 'the original CT');
  const { size } = volume.geometry;
  if (start.some((index, a) => index !== 0 || size[a] !== ct.size[a])) {
    throw new CaseExclusion(
      'other-grid',
      `covers ${size.join(' x ')} voxels from ${start.join(', ')} on, the original CT has ${ct.size.join(' x ')}`,
      { file },
    );
  }
  return volume;
}

async function comparison(
  prediction: Volume,
  reference: StoredObject,
  clock: StageClock,
): Promise<OkMapped['compared']> {
  const bytes = await readExisting(reference, 'no-reference', 'is not there to compare with');
  const mask = onCtGrid(reference.key, timedDecode(clock, reference.key, bytes), prediction.geometry);
  const voxels = countInside(mask.data);
  return {
    voxels,
    volume_ml: volumeMl(voxels, prediction.geometry),
    dice: dice(prediction.data, mask.data) ?? null,
  };
}

/** Reads one prediction and brings it onto its CT grid. Throws a CaseExclusion where that cannot be. */
export async function mapPrediction(
  { prediction, reference, rules, channel }: Omit<PredictionJob<StoredObject>, 'transforms'>,
  transforms: Transforms,
  clock: StageClock,
): Promise<MappedPrediction> {
  const bytes = await readExisting(prediction, 'no-prediction', 'is not there');
  const roi = timedDecode(clock, prediction.key, bytes, channel);
  const { volume, interpolation } = clock.time('resample', 0, () =>
    mapBack(prediction.key, roi, transforms, rules),
  );
  const compared = reference === undefined ? null : await comparison(volume, reference, clock);
  const voxels = countInside(volume.data);
  const volume_ml = volumeMl(voxels, volume.geometry);
  return {
    volume,
    facts: { interpolation, threshold: rules.threshold ?? null, voxels, volume_ml, compared },
  };
}
