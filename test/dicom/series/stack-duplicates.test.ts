import { describe, expect, test } from 'vitest';
import { withoutDuplicates } from '../../../src/dicom/series/duplicates.ts';
import type { SlicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { axial, planesOf } from '../../support/dicom/made-planes.ts';
import { ctPlanes, huOf, stackRules } from '../../support/dicom/real-stack.ts';
import { filesAt, hasSharedData, shared } from '../../support/shared-data.ts';

const planes = planesOf(axial);
const hu = new Map(planes.map((plane, k) => [plane.file.name, new Int16Array(12).fill(k)]));
const asked: string[] = [];
const made = async ({ file }: SlicePlane): Promise<Int16Array> => {
  asked.push(file.name);
  return hu.get(file.name.replace('copy-of-', ''))!;
};
const copy = (plane: SlicePlane, aside = 0): SlicePlane => ({
  ...plane,
  file: { ...plane.file, name: `copy-of-${plane.file.name}` },
  positionMm: [plane.positionMm[0] + aside, plane.positionMm[1], plane.positionMm[2]],
});

test('a series without duplicates is left alone, and no pixel asked for', async () => {
  asked.length = 0;
  expect(await withoutDuplicates(planes, made)).toEqual({ planes, flags: [] });
  expect(asked).toEqual([]);
});

test('copies of a slice are dropped and flagged, the first by file name stays', async () => {
  const copies = [copy(planes[1]), copy(planes[1], 0.004), copy(planes[4])];
  const { planes: left, flags } = await withoutDuplicates([...copies, ...planes], made);
  expect(left.map(({ file }) => file.name)).toEqual(planes.map(({ file }) => file.name));
  expect(flags).toMatchObject([{ code: 'duplicate-slices-dropped', value: 3 }]);
  expect(stackSlices(left, stackRules).geometry).toEqual(stackSlices(planes, stackRules).geometry);
});

test('two images of one position that differ in one pixel exclude the patient', async () => {
  const other = copy(planes[2]);
  const changed = async (plane: SlicePlane): Promise<Int16Array> =>
    plane === other ? (await made(plane)).with(11, 99) : made(plane);
  await expect(withoutDuplicates([...planes, other], changed)).rejects.toMatchObject({
    code: 'duplicate-slices',
    message: expect.stringMatching(/no attribute tells two scans apart: export the scan/),
  });
});

test('the same pixels at another place are no duplicate', async () => {
  const { planes: left } = await withoutDuplicates([...planes, copy(planes[2], 5)], made);
  expect(left).toHaveLength(6);
});

describe.runIf(hasSharedData)('real series', () => {
  test('four different images at one position exclude the patient', async () => {
    const four = ctPlanes(filesAt(shared('oddities/dicom2nifti/failing/notavolume/001')));
    expect(four).toHaveLength(4);
    const thrown = await withoutDuplicates(four, huOf).catch((e: unknown) => e);
    expect(thrown).toBeInstanceOf(CaseExclusion);
    expect(thrown).toMatchObject({ code: 'duplicate-slices' });
  });

  test('a slice exported twice is dropped', async () => {
    const slices = ctPlanes(filesAt(shared('oddities/dicom2nifti/failing/sliceincrement/001')));
    const { planes: left, flags } = await withoutDuplicates([...slices, copy(slices[0])], huOf);
    expect(left).toHaveLength(4);
    expect(flags).toMatchObject([{ code: 'duplicate-slices-dropped', value: 1 }]);
  });
});
