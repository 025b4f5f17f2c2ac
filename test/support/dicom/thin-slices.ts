import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planPatient } from '../../../src/phantom/anatomy/plan.ts';
import { phantomPatient } from '../../../src/phantom/cohort.ts';
import { randomStream } from '../../../src/phantom/drawing/random.ts';
import { encodeCtSlice } from '../../../src/phantom/objects/ct-object.ts';
import { encodeSegmentation } from '../../../src/phantom/objects/seg-object.ts';
import { namedStructures } from '../../../src/phantom/objects/structure.ts';
import { studyOf } from '../../../src/phantom/objects/study.ts';
import type { Geometry, Volume } from '../../../src/volume/geometry.ts';

/** The slices of a volume spread over `slices` new ones, each the nearest. */
function spread<T extends Int16Array | Uint8Array>(volume: Volume<T>, geometry: Geometry, out: T): Volume<T> {
  const [columns, rows, from] = volume.geometry.size;
  const area = columns * rows;
  const slices = geometry.size[2];
  for (let k = 0; k < slices; k++) {
    const source = Math.floor((k * from) / slices) * area;
    out.set(volume.data.subarray(source, source + area), k * area);
  }
  return { data: out, geometry };
}

/** Grain of the scanner, so that no slice repeats another and the CT deflates as badly as a real one. */
function addGrain({ data }: Volume<Int16Array>): void {
  const random = randomStream(7, 'grain');
  const tile = Int8Array.from({ length: 2 ** 16 + 1 }, () => random.integer(-12, 12));
  for (let i = 0; i < data.length; i++) data[i] = Math.max(-1024, data[i] + tile[i % tile.length]);
}

/**
 * Writes PHANTOM-001 with thin slices of 512x512 pixels of 0.7 mm as DICOM below `raw`: CT and a SEG of three structures.
 */
export function writeThinSlicePatient(raw: string, slices: number, sliceMm: number): void {
  const patient = phantomPatient(0, { patients: 1, full: 1 });
  const { size, originMm, direction } = patient.ct.geometry;
  const geometry: Geometry = {
    size: [size[0], size[1], slices],
    spacingMm: [0.7, 0.7, sliceMm],
    originMm,
    direction,
  };
  const voxels = size[0] * size[1] * slices;
  const ct = spread(patient.ct, geometry, new Int16Array(voxels));
  addGrain(ct);
  const study = studyOf(1, planPatient(1, 0), geometry);
  const folder = join(raw, patient.patientId);
  mkdirSync(folder, { recursive: true });
  for (let k = 0; k < slices; k++)
    writeFileSync(join(folder, `ct-${k + 1}.dcm`), encodeCtSlice(study, ct, k, k + 1));
  const mask = (of: Volume<Uint8Array>) => spread(of, geometry, new Uint8Array(voxels));
  const structures = [
    { ...namedStructures.tumour, mask: mask(patient.tumor) },
    { ...namedStructures.heart, mask: mask(patient.heart) },
    { ...namedStructures.spinalCord, mask: mask(patient.spinalCord) },
  ];
  writeFileSync(join(folder, 'seg.dcm'), encodeSegmentation(study, structures));
}
