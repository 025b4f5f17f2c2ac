import { PRESETS } from '../../config/presets.ts';
import { CaseExclusion, messageOf, UsageError } from '../../errors.ts';
import { countInside, dice } from '../../kernels/mask/overlap.ts';
import { encodeNifti } from '../../nifti/encode.ts';
import { decodeJson } from '../../records/json.ts';
import { type Transforms, transformsSchema } from '../../records/roi.ts';
import type { MappedRecord, OkMapped } from '../../records/way-back/mapped.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import { timedOutputFile } from '../../runner/outputs.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import type { Store } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode, timedGzip } from '../../timing/timed-nifti.ts';
import { timedStores } from '../../timing/timed-store.ts';
import type { Geometry, Volume } from '../../volume/geometry.ts';
import { type MapBackRules, mapBack } from '../../way-back/native-prediction.ts';
import { onLattice } from '../../way-back/on-lattice.ts';

/** An object of a store that is open. */
export interface StoredObject {
  readonly store: Store;
  readonly key: string;
}

/** What one prediction is mapped back with. */
interface MapBackJob<Place> {
  readonly transforms: Place;
  readonly prediction: Place;
  /** A native mask to compare with. */
  readonly reference: Place | undefined;
  readonly output: Place;
  readonly rules: MapBackRules;
  /** Which volume of a prediction with a fourth dimension, from 0. */
  readonly channel: number | undefined;
}

/** The same for a worker thread, which opens the stores itself by their URIs. */
export interface MapBackTask extends CaseTask, MapBackJob<{ readonly uri: string; readonly key: string }> {
  readonly step: 'map-back';
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

async function readTransforms(object: StoredObject): Promise<Transforms> {
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

/** Maps one prediction back and writes it. Throws a CaseExclusion where that cannot be. */
export async function mapBackOne(job: MapBackJob<StoredObject>, clock: StageClock): Promise<OkMapped> {
  const { transforms, prediction, reference, output, rules, channel } = job;
  const record = await readTransforms(transforms);
  const bytes = await readExisting(prediction, 'no-prediction', 'is not there');
  const roi = timedDecode(clock, prediction.key, bytes, channel);
  const { volume, interpolation } = clock.time('resample', 0, () =>
    mapBack(prediction.key, roi, record, rules),
  );
  const compared = reference === undefined ? null : await comparison(volume, reference, clock);
  const encoded = output.key.endsWith('.gz')
    ? await timedGzip(clock, volume, PRESETS.lung1.output)
    : encodeNifti(volume);
  await output.store.write(output.key, encoded);
  const voxels = countInside(volume.data);
  return {
    patient_id: record.patient_id,
    state: 'ok',
    output: timedOutputFile(clock, output.key, encoded),
    interpolation,
    threshold: rules.threshold ?? null,
    voxels,
    volume_ml: volumeMl(voxels, volume.geometry),
    compared,
  };
}

/** The same for one patient of a folder; what an earlier run wrote goes where this one cannot. */
export default async function mapBackPatient(
  task: MapBackTask,
  clock: StageClock,
): Promise<CaseOutcome<MappedRecord>> {
  const stores = timedStores(clock);
  const open = async ({ uri, key }: MapBackTask['output']): Promise<StoredObject> => ({
    store: await stores.open(uri),
    key,
  });
  const output = await open(task.output);
  try {
    const job = {
      ...task,
      transforms: await open(task.transforms),
      prediction: await open(task.prediction),
      reference: task.reference && (await open(task.reference)),
      output,
    };
    const record = await mapBackOne(job, clock);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    await output.store.delete(output.key);
    const record = { patient_id: task.patientId, state: 'excluded', exclusion } as const;
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
