import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import type { Volume } from '../../src/volume/geometry.ts';
import { temporaryFolder } from './cli.ts';
import { converted } from './converted.ts';
import { copyPatient } from './copied-patient.ts';
import * as inProcess from './in-process.ts';
import { writePhantoms } from './phantoms.ts';

/** Coarse and small: what is done counts here, not how well. */
const CONFIG = 'resample: {spacingMm: [2, 2, 3]}\nroi: {patch: 96x96x64}\noutput: {qcOverlay: false}\n';

/** Of the tumour a SEG, and a structure set; a copy of the second without the tenth slice; and a CT alone. */
export const IDS = {
  seg: 'PHANTOM-001',
  set: 'PHANTOM-002',
  gap: 'PHANTOM-GAP',
  none: 'PHANTOM-NONE',
} as const;

export function put(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** The files of a patient with what they are. */
export function dicomFilesOf(folder: string): { path: string; modality: string }[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, modality: text(parsePart10(path, readFileSync(path))!.dataset, Tag.Modality) }));
}

function dropTenthSlice(patient: string): void {
  const folders = readdirSync(patient, { recursive: true }).map((name) => join(patient, String(name)));
  const series = folders.find((folder) => statSync(folder).isDirectory() && readdirSync(folder).length > 10)!;
  rmSync(join(series, readdirSync(series).sort()[9]));
}

export interface DicomCohort {
  readonly raw: string;
  readonly clinical: string;
  readonly config: string;
  readonly out: string;
  readonly interim: string;
  readonly roi: string;
}

/** A cohort whose outputs are there, for the way back. */
export async function dicomCohort(): Promise<DicomCohort> {
  const cohort = temporaryFolder();
  await writePhantoms(cohort, 2);
  const raw = join(cohort, 'raw');
  copyPatient(raw, IDS.set, IDS.gap);
  dropTenthSlice(join(raw, IDS.gap));
  copyPatient(raw, IDS.seg, IDS.none);
  for (const { path, modality } of dicomFilesOf(join(raw, IDS.none))) if (modality !== 'CT') rmSync(path);
  const clinical = join(cohort, 'clinical.csv');
  writeFileSync(
    clinical,
    `PatientID,Overall.Stage\n${Object.values(IDS)
      .map((id) => `${id},I\n`)
      .join('')}`,
  );
  const config = join(cohort, 'config.yml');
  writeFileSync(config, CONFIG);
  const out = temporaryFolder();
  await inProcess.preprocess({ raw, clinical, out, config });
  return { raw, clinical, config, out, interim: join(out, 'interim'), roi: join(out, 'roi') };
}

export function volumeAt(...parts: string[]): Volume {
  const file = join(...parts);
  return decodeNifti(file, new Uint8Array(readFileSync(file)));
}

/** A volume with other voxels. */
export function encodedWith(
  { data, geometry }: Volume,
  value: (voxel: number, index: number) => number,
  type: { from(data: ArrayLike<number>, map: (v: number, i: number) => number): Volume['data'] } = Uint8Array,
): Uint8Array {
  return encodeNifti({ data: type.from(data, value), geometry });
}

/** The masks that convert makes of the CTs of some patients with other objects beside them. */
export async function readBack(
  raw: string,
  objects: Readonly<Record<string, string>>,
  config: Readonly<Record<string, object>> = {},
): Promise<Record<string, Volume>> {
  const again = temporaryFolder();
  for (const [id, object] of Object.entries(objects)) {
    for (const [i, { path, modality }] of dicomFilesOf(join(raw, id)).entries())
      if (modality === 'CT') put(join(again, id, `${i}.dcm`), readFileSync(path));
    cpSync(object, join(again, id, 'object.dcm'));
  }
  const { out } = await converted(again, { config });
  return Object.fromEntries(
    Object.keys(objects).map((id) => [id, volumeAt(out, 'interim', id, 'tumor.nii.gz')]),
  );
}
