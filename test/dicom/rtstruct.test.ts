import { describe, expect, test } from 'vitest';
import { slicePlane, stackSlices } from '../../src/dicom/geometry.ts';
import { type DicomFile, parsePart10, Tag, text } from '../../src/dicom/part10.ts';
import { readStructureSet, structureMask } from '../../src/dicom/rtstruct.ts';
import { rules } from '../support/rules.ts';
import { compareMasks, filesInZip, hasSharedData, nrrdMask, shared } from '../support/shared-data.ts';

function patient(id: string) {
  const files = filesInZip(shared('lung1', `${id}.zip`)).flatMap(({ name, bytes }): DicomFile[] => {
    const file = parsePart10(name, bytes);
    return file === undefined ? [] : [file];
  });
  const planes = files.flatMap((file) =>
    text(file.dataset, Tag.Modality) === 'CT' ? (slicePlane(file) ?? []) : [],
  );
  const file = files.find((f) => text(f.dataset, Tag.Modality) === 'RTSTRUCT')!;
  return { file, grid: stackSlices(planes, rules).geometry };
}

/** Differing voxels under XOR against the masks of plastimatch, which ORs contours; from the README of the data. */
const XOR_DIFFERS = {
  'LUNG1-001': { 'GTV-1': 0, 'Spinal-Cord': 0, 'Lung-Left': 266, 'Lung-Right': 510 },
  'LUNG1-002': { 'GTV-1': 0, Heart: 0, Esophagus: 0, 'Spinal-Cord': 1, 'Lung-Left': 1739, 'Lung-Right': 10 },
};

describe.runIf(hasSharedData).each(Object.entries(XOR_DIFFERS))('%s', (id, expected) => {
  const { file, grid } = hasSharedData ? patient(id) : ({} as ReturnType<typeof patient>);

  test.each(Object.entries(expected))(
    '%s differs from plastimatch in %i voxels under XOR',
    (name, differing) => {
      const roi = readStructureSet(file).rois.find((r) => r.names.includes(name))!;
      const { mask } = structureMask(file, roi.number, grid, 'xor');
      expect(
        compareMasks(mask, nrrdMask(shared('lung1-masks', id, 'plastimatch-2020', `${name}.nrrd`))).differing,
      ).toBe(differing);
    },
  );
});
