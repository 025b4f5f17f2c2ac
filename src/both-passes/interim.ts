import { createHash } from 'node:crypto';
import { StorageError } from '../errors.ts';
import { giveBack } from '../memory/thread.ts';
import { isGzip } from '../nifti/gunzip.ts';
import type { OkCase } from '../records/case.ts';
import type { OutputFile } from '../records/record.ts';
import type { Store } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { timedDecode } from '../timing/timed-nifti.ts';
import type { Volume, VoxelArray } from '../volume/geometry.ts';

async function readWritten(store: Store, patientId: string, { file }: OutputFile): Promise<Uint8Array> {
  const key = `${patientId}/${file}`;
  const bytes = await store.read(key);
  if (bytes === undefined) throw new StorageError(`${store.uri}/${key}`, 'is not there; run convert again');
  return bytes;
}

function volumeOf<T extends VoxelArray>(
  store: Store,
  patientId: string,
  { file, sha256 }: OutputFile,
  bytes: Uint8Array,
  isType: (data: VoxelArray) => data is T,
  clock: StageClock,
): Volume<T> {
  const key = `${patientId}/${file}`;
  const uri = `${store.uri}/${key}`;
  const found = clock.time('sha256', bytes.length, () => createHash('sha256').update(bytes).digest('hex'));
  if (found !== sha256) {
    throw new StorageError(uri, 'is not what convert wrote by its cases.json; run convert again');
  }
  const { data, geometry } = timedDecode(clock, key, bytes);
  if (isGzip(bytes)) giveBack(bytes);
  if (!isType(data))
    throw new StorageError(uri, 'has another voxel type than convert writes; run convert again');
  return { data, geometry };
}

const isCt = (data: VoxelArray): data is Int16Array => data instanceof Int16Array;
const isMask = (data: VoxelArray): data is Uint8Array => data instanceof Uint8Array;

/** The CT that convert wrote, checked against the hash in its record. */
export async function readInterimCt(
  store: Store,
  { patient_id, ct }: { readonly patient_id: string; readonly ct: OutputFile },
  clock: StageClock,
): Promise<Volume<Int16Array>> {
  return volumeOf(store, patient_id, ct, await readWritten(store, patient_id, ct), isCt, clock);
}

/** The tumour mask that convert wrote, checked against the hash in its record. */
export async function readInterimTumor(
  store: Store,
  { patient_id, tumor }: OkCase,
  clock: StageClock,
): Promise<Volume<Uint8Array>> {
  return volumeOf(store, patient_id, tumor, await readWritten(store, patient_id, tumor), isMask, clock);
}

/** What convert makes of a patient, on the CT's grid. */
export interface InterimVolumes {
  /** HU. */
  readonly ct: Volume<Int16Array>;
  /** 1 in the tumour. */
  readonly tumor: Volume<Uint8Array>;
}

/** The CT and the tumour mask that convert wrote, checked against the hashes in its record. */
export async function readInterim(
  store: Store,
  { patient_id, ct, tumor }: OkCase,
  clock: StageClock,
): Promise<InterimVolumes> {
  const [ctBytes, tumorBytes] = await Promise.all([
    readWritten(store, patient_id, ct),
    readWritten(store, patient_id, tumor),
  ]);
  // The CT first: inflating it takes the most memory, and the mask is not there yet.
  return {
    ct: volumeOf(store, patient_id, ct, ctBytes, isCt, clock),
    tumor: volumeOf(store, patient_id, tumor, tumorBytes, isMask, clock),
  };
}
