import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../src/dicom/encode/dictionary.ts';
import { encodePart10 } from '../../src/dicom/encode/part10-writer.ts';
import { type DicomFile, parsePart10 } from '../../src/dicom/file/part10.ts';
import type { OkCase } from '../../src/records/case.ts';
import { sourceAlgorithm } from '../../src/way-back/source-algorithm.ts';

type Tumour = OkCase['tumor'];

function fileOf(dataSet: DataSet): DicomFile {
  const bytes = encodePart10({ ...dataSet, SOPClassUID: '1.2.3', SOPInstanceUID: '1.2.3.4' });
  return parsePart10('file 1 of 1', bytes)!;
}

const segOf = (...segments: DataSet[]) => fileOf({ Modality: 'SEG', SegmentSequence: segments });

const segment = (number: number, label: string, type?: string, algorithm?: string): DataSet => ({
  SegmentNumber: number,
  SegmentLabel: label,
  SegmentAlgorithmType: type,
  SegmentAlgorithmName: algorithm,
});

const structures = (type?: string) =>
  fileOf({
    Modality: 'RTSTRUCT',
    StructureSetROISequence: [
      { ROINumber: 1, ROIName: 'Lung-Left', ROIGenerationAlgorithm: 'AUTOMATIC' },
      { ROINumber: 2, ROIName: 'GTV-1', ROIGenerationAlgorithm: type },
    ],
  });

const tumour = (source: Tumour['source'], more: Partial<Tumour> = {}) =>
  ({ source, roi_number: 2, roi_name: 'GTV-1', ...more }) as Tumour;

function chosen(rule: 'best' | 'staple', ...algorithms: ('MANUAL' | 'AUTOMATIC')[]): Partial<Tumour> {
  const masks = algorithms.map((algorithm) => ({ taken: true, algorithm }));
  return { choice: { rule, masks } } as unknown as Partial<Tumour>;
}

describe('by the header of the mask', () => {
  test.each(['MANUAL', 'SEMIAUTOMATIC', 'AUTOMATIC'] as const)('%s of a structure set', (type) => {
    const told = sourceAlgorithm(tumour('RTSTRUCT'), [structures(type)]);
    expect(told).toEqual({ type, name: type === 'MANUAL' ? '' : 'not known', version: '' });
  });

  test('of a SEG with the name of the algorithm', () => {
    const seg = segOf(segment(1, 'Lung', 'MANUAL'), segment(2, 'GTV-1', 'AUTOMATIC', 'some net'));
    expect(sourceAlgorithm(tumour('SEG'), [structures('MANUAL'), seg])).toEqual({
      type: 'AUTOMATIC',
      name: 'some net',
      version: '',
    });
  });

  test.each([
    ['it does not tell', [structures()]],
    ['it is not there', []],
    ['several ROIs of this number and name differ', [structures('MANUAL'), structures('AUTOMATIC')]],
  ])('is not known where %s', (_, headers) => {
    expect(sourceAlgorithm(tumour('RTSTRUCT'), headers)).toBeUndefined();
  });

  test('another ROI of the same number tells nothing', () => {
    const named = tumour('RTSTRUCT', { roi_name: '(name withheld)' });
    expect(sourceAlgorithm(named, [structures('MANUAL')])).toBeUndefined();
  });

  test('a NIfTI mask has none', () => {
    expect(sourceAlgorithm(tumour('NIFTI'), [structures('MANUAL')])).toBeUndefined();
  });
});

describe('by the record of convert, where several masks were there', () => {
  test('that which was taken', () => {
    const record = tumour('RTSTRUCT', chosen('best', 'MANUAL'));
    expect(sourceAlgorithm(record, [])).toEqual({ type: 'MANUAL', name: '', version: '' });
  });

  test('a combination of several is of swinprep', () => {
    const record = tumour('RTSTRUCT', chosen('staple', 'MANUAL', 'MANUAL'));
    expect(sourceAlgorithm(record, [structures('MANUAL')])).toMatchObject({
      type: 'SEMIAUTOMATIC',
      name: 'swinprep mask.objects staple',
    });
  });
});
