import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePart10 } from '../../src/dicom/file/part10.ts';
import { segmentMask } from '../../src/dicom/mask/seg.ts';
import { latticeOf } from '../../src/dicom/series/lattice.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import type { OkCase } from '../../src/records/case.ts';
import { cli, readJson, temporaryFolder } from '../support/cli.ts';
import { compareMasks, hasSharedData, nrrdMask, shared, sharedData } from '../support/shared-data.ts';
import { runPython } from './python.ts';

/** The segments that write_lung1_seg.py writes, by number. */
const SEGMENTS = ['Lung-Left', 'Lung-Right', 'GTV-1', 'Spinal-Cord'];

const published = (roi: string) => nrrdMask(shared(`lung1-masks/LUNG1-001/plastimatch-2020/${roi}.nrrd`));

describe.runIf(hasSharedData)('LUNG1-001 with segmentations of four segments on every slice', () => {
  const raw = temporaryFolder();
  const out = temporaryFolder();
  const interim = join(out, 'interim');
  beforeAll(async () => {
    await runPython('write_lung1_seg.py', [sharedData, raw]);
    await cli(['convert', '--raw', raw, '--interim', interim, '--cases', join(out, 'cases')]);
  });
  afterAll(() => {
    for (const folder of [raw, out]) rmSync(folder, { recursive: true });
  });

  describe.each(['dcmqi', 'highdicom'])('written by %s', (writer) => {
    const patient = `LUNG1-001-${writer}`;
    const tumor = () => {
      const file = join(interim, patient, 'tumor.nii.gz');
      return decodeNifti(file, new Uint8Array(readFileSync(file)));
    };

    test('convert takes GTV-1 exactly, and neither of the other segmentations', () => {
      const { data } = tumor();
      expect(compareMasks(data as Uint8Array, published('GTV-1'))).toEqual({ differing: 0, voxels: 54639 });
      const found = readJson<OkCase>(interim, patient, 'case.json');
      expect(found).toMatchObject({ state: 'ok', flags: [] });
      expect(found.tumor).toMatchObject({
        voxels: 54639,
        source: 'SEG',
        roi_number: 1 + SEGMENTS.indexOf('GTV-1'),
        roi_name: 'GTV-1',
        link_rule: 'series-uid',
        passed_over: [],
      });
    });

    test.each(SEGMENTS)('%s is exact', (roi) => {
      const name = join(raw, patient, 'c-own.dcm');
      const seg = parsePart10(name, readFileSync(name))!;
      const number = 1 + SEGMENTS.indexOf(roi);
      const { mask, flags } = segmentMask(seg, number, latticeOf(tumor().geometry), 0.5);
      expect(compareMasks(mask, published(roi)).differing).toBe(0);
      expect(flags).toEqual([]);
    });
  });
});
