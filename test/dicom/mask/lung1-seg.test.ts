import { beforeAll, describe, expect, test } from 'vitest';
import { type DicomFile, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { readStructureSet, structureMask } from '../../../src/dicom/mask/rtstruct.ts';
import { latticeOf } from '../../../src/dicom/series/lattice.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import type { PatientPlan } from '../../../src/phantom/anatomy/plan.ts';
import { encodeSegmentation } from '../../../src/phantom/objects/seg-object.ts';
import type { Structure } from '../../../src/phantom/objects/structure.ts';
import { rules } from '../../support/dicom/rules.ts';
import {
  compareMasks,
  filesInZip,
  hasSharedData,
  type NamedBytes,
  nrrdMask,
  shared,
} from '../../support/shared-data.ts';

const ROIS = ['Lung-Left', 'Lung-Right', 'Spinal-Cord', 'GTV-1'];

/** A SEG of some ROIs as Lung1 has it: every slice for every segment, the tumour under a label of its own. */
function lung1Segmentation(
  files: readonly DicomFile[],
  roiNames: readonly string[],
  seriesUid: string,
): Uint8Array {
  const ct = files.filter((f) => text(f.dataset, Tag.Modality) === 'CT');
  const contours = files.find((f) => text(f.dataset, Tag.Modality) === 'RTSTRUCT')!;
  const position = (f: DicomFile) => text(f.dataset, Tag.ImagePositionPatient).split('\\').map(Number);
  const slices = [...ct].sort((a, b) => position(a)[2] - position(b)[2]);
  const [x, y, z] = position(slices[0]);
  const geometry = {
    size: [512, 512, slices.length],
    spacingMm: [0.9765625, 0.9765625, 3],
    originMm: [x, y, z],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const structures = roiNames.map((name): Structure => {
    const roi = readStructureSet(contours).rois.find(({ names }) => names.includes(name))!;
    const how = { rule: 'xor', toleranceMm: 0.2 } as const;
    const data = structureMask(contours, roi.number, latticeOf(geometry), how).mask;
    const label = name === 'GTV-1' ? 'Neoplasm, Primary' : 'Anatomical Structure';
    return { name, kind: 'organ', type: ['0', label], colour: [0, 0, 0], mask: { data, geometry } };
  });
  const plan = { patientId: 'LUNG1-001', female: false, ageYears: 60, maskObject: 'SEG' } as PatientPlan;
  const sliceUids = slices.map((f) => text(f.dataset, Tag.SOPInstanceUID));
  const frameOfReferenceUid = text(slices[0].dataset, Tag.FrameOfReferenceUID);
  const study = { plan, geometry, studyUid: seriesUid, frameOfReferenceUid, date: '20080101' };
  return encodeSegmentation({ ...study, ctSeriesUid: seriesUid, sliceUids }, structures);
}

describe.runIf(hasSharedData)('LUNG1-001 with segmentations of four segments on every slice', () => {
  let raw: NamedBytes[];
  let own: NamedBytes;
  let unrelated: NamedBytes;
  beforeAll(() => {
    raw = filesInZip(shared('lung1/LUNG1-001.zip'));
    const files = raw.flatMap(({ name, bytes }) => parsePart10(name, bytes) ?? []);
    const ct = files.find((f) => text(f.dataset, Tag.Modality) === 'CT')!;
    const seriesUid = text(ct.dataset, Tag.SeriesInstanceUID);
    own = { name: 'b-seg.dcm', bytes: lung1Segmentation(files, ROIS, seriesUid) };
    // Of another series, its own GTV-1 being the left lung: never "the SEG of the study".
    const bytes = lung1Segmentation(files, ['Spinal-Cord', 'Lung-Left'], '1.2.3');
    Buffer.from(bytes.buffer).write('GTV-1    ', Buffer.from(bytes.buffer).indexOf('Lung-Left'), 'latin1');
    unrelated = { name: 'a-seg.dcm', bytes };
  });

  test('GTV-1 is taken exactly, from the segmentation of the series', async () => {
    const study = await readStudy([unrelated, ...raw, own], rules);
    const published = nrrdMask(shared('lung1-masks/LUNG1-001/plastimatch-2020/GTV-1.nrrd'));
    expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels: 54639 });
    expect(study.facts.mask).toMatchObject({
      source: 'SEG',
      roiNumber: 4,
      roiName: 'GTV-1',
      linkRule: 'series-uid',
    });
    expect(study.facts.flags).toEqual([]);
  });
});
