import dicomParser, { type DataSet } from 'dicom-parser';
import { expect, test } from 'vitest';
import {
  type PhantomOptions,
  type PhantomPatient,
  phantomFiles,
  phantomPatient,
} from '../../../src/phantom/cohort.ts';

const options: PhantomOptions = { patients: 3, full: 0, gridSize: 45 };
const files = [...phantomFiles(options)];
const patients = [0, 1, 2].map((index) => {
  const patient = phantomPatient(index, options);
  const parsed = files
    .filter(({ key }) => key.startsWith(`raw/${patient.patientId}/`))
    .map(({ bytes }) => dicomParser.parseDicom(bytes));
  const ofModality = (modality: string) => parsed.filter((file) => file.string('x00080060') === modality);
  return { name: patient.patientId, patient, slices: ofModality('CT'), segmentation: ofModality('SEG')[0] };
});

const byHeight = (files: readonly DataSet[]) => files.toSorted((a, b) => height(a) - height(b));
const height = (file: DataSet) => file.floatString('x00200032', 2)!;

test.each(patients)('the CT files of $name hold the volume', ({ patient, slices }) => {
  const { size, spacingMm, originMm } = patient.ct.geometry;
  const again = new Int16Array(patient.ct.data.length);
  for (const [k, file] of byHeight(slices).entries()) {
    expect([0, 1, 2].map((i) => file.floatString('x00200032', i))).toEqual([
      originMm[0],
      originMm[1],
      originMm[2] + 3 * k,
    ]);
    expect([0, 1].map((i) => file.floatString('x00280030', i))).toEqual([spacingMm[1], spacingMm[0]]);
    const intercept = file.floatString('x00281052')!;
    const signed = file.uint16('x00280103') === 1;
    expect([file.uint16('x00280101'), intercept]).toEqual(signed ? [16, 0] : [12, -1024]);
    const { dataOffset, length } = file.elements.x7fe00010;
    expect(length).toBe(2 * size[0] * size[1]);
    const view = new DataView(file.byteArray.buffer, file.byteArray.byteOffset + dataOffset, length);
    for (let i = 0; i < length / 2; i++) {
      const stored = signed ? view.getInt16(2 * i, true) : view.getUint16(2 * i, true);
      again[k * size[0] * size[1] + i] = stored + intercept;
    }
  }
  expect(slices).toHaveLength(size[2]);
  expect(Buffer.compare(Buffer.from(again.buffer), Buffer.from(patient.ct.data.buffer))).toBe(0);
});

test.each(patients)(
  'neither file names nor instance numbers of $name need follow z',
  ({ patient, slices }) => {
    const heights = slices.map(height);
    expect(heights).not.toEqual(heights.toSorted((a, b) => a - b));
    const numbers = byHeight(slices).map((file) => file.intString('x00200013')!);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, i) => i + 1));
    expect(numbers.every((n, k) => n === k + 1)).toBe(patient.plan.numbering === 'ascending');
  },
);

test.each(patients)(
  'no two objects of $name share a UID, and all share study and frame of reference',
  ({ slices }) => {
    expect(new Set(slices.map((file) => file.string('x00080018'))).size).toBe(slices.length);
    for (const tag of ['x0020000d', 'x0020000e', 'x00200052', 'x00100020']) {
      expect(new Set(slices.map((file) => file.string(tag))).size).toBe(1);
    }
  },
);

test.each(patients.filter(({ segmentation }) => segmentation))(
  'the segments of $name are the true masks',
  (case_) => {
    const { patient, segmentation, slices } = case_;
    const [columns, rows, count] = patient.ct.geometry.size;
    expect((columns * rows) % 8).not.toBe(0); // so that frames begin within a byte
    const names = items(segmentation, 'x00620002').map((segment) => segment.string('x00620006')!);
    expect(names.toSorted()).toEqual(['GTV-1', 'Heart', 'Spinal-Cord']);
    const gtv = items(segmentation, 'x00620002')[names.indexOf('GTV-1')];
    expect(gtv.string('x00620005')).toBe('Neoplasm, Primary');
    const frames = items(segmentation, 'x52009230');
    expect(frames).toHaveLength(3 * count);
    expect(segmentation.intString('x00280008')).toBe(3 * count);
    const { dataOffset } = segmentation.elements.x7fe00010;
    const uidAt = new Map(slices.map((file) => [height(file), file.string('x00080018')]));
    const masks = new Map(names.map((name) => [name, new Uint8Array(columns * rows * count)]));
    for (const [f, frame] of frames.entries()) {
      const number = items(frame, 'x0062000a')[0].uint16('x0062000b')!;
      const z = items(frame, 'x00209113')[0].floatString('x00200032', 2)!;
      const source = items(items(frame, 'x00089124')[0], 'x00082112')[0];
      expect(source.string('x00081155')).toBe(uidAt.get(z));
      const k = Math.round((z - patient.ct.geometry.originMm[2]) / 3);
      const mask = masks.get(names[number - 1])!;
      for (let i = 0; i < columns * rows; i++) {
        const bit = f * columns * rows + i;
        mask[k * columns * rows + i] = (segmentation.byteArray[dataOffset + (bit >> 3)] >> (bit & 7)) & 1;
      }
    }
    const truth = (name: string, of: keyof PhantomPatient & ('tumor' | 'heart' | 'spinalCord')) => {
      expect(Buffer.compare(masks.get(name)!, patient[of].data), name).toBe(0);
      expect(patient[of].data.includes(1), name).toBe(true);
    };
    truth('GTV-1', 'tumor');
    truth('Heart', 'heart');
    truth('Spinal-Cord', 'spinalCord');
    expect(items(segmentation, 'x00081115')[0].string('x0020000e')).toBe(slices[0].string('x0020000e'));
  },
);

function items(dataSet: DataSet, tag: string): DataSet[] {
  return (dataSet.elements[tag].items ?? []).map((item) => item.dataSet!);
}
