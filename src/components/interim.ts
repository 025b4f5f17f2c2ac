import { createHash } from 'node:crypto';
import type { OkCase } from '../dataset/case.ts';
import type { OutputFile } from '../dataset/record.ts';
import { StorageError } from '../errors.ts';
import type { Store } from '../storage/store.ts';
import type { Volume, VoxelArray } from '../volume/geometry.ts';
import type { StageClock } from './stage-clock.ts';
import { timedDecode } from './timed-codec.ts';

async function readVolume<T extends VoxelArray>(
  store: Store,
  patientId: string,
  { file, sha256 }: OutputFile,
  isType: (data: VoxelArray) => data is T,
  clock: StageClock,
): Promise<Volume<T>> {
  const key = `${patientId}/${file}`;
  const bytes = await store.read(key);
  const uri = `${store.uri}/${key}`;
  if (bytes === undefined) throw new StorageError(uri, 'is not there; run convert again');
  const found = clock.time('sha256', bytes.length, () => createHash('sha256').update(bytes).digest('hex'));
  if (found !== sha256) {
    throw new StorageError(uri, 'is not what convert wrote by its cases.json; run convert again');
  }
  const { data, geometry } = timedDecode(clock, key, bytes);
  if (!isType(data))
    throw new StorageError(uri, 'has another voxel type than convert writes; run convert again');
  return { data, geometry };
}

/** The CT that convert wrote, checked against the hash in its record. */
export function readInterimCt(
  store: Store,
  { patient_id, ct }: OkCase,
  clock: StageClock,
): Promise<Volume<Int16Array>> {
  return readVolume(store, patient_id, ct, (data) => data instanceof Int16Array, clock);
}

/** The CT and the tumour mask that convert wrote, checked against the hashes in its record. */
export async function readInterim(
  store: Store,
  record: OkCase,
  clock: StageClock,
): Promise<{ ct: Volume<Int16Array>; tumor: Volume<Uint8Array> }> {
  const ct = await readInterimCt(store, record, clock);
  const tumor = await readVolume(
    store,
    record.patient_id,
    record.tumor,
    (data) => data instanceof Uint8Array,
    clock,
  );
  return { ct, tumor };
}
