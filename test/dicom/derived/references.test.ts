import { describe, expect, test } from 'vitest';
import { imageReference, imageReferences, referencedSeries } from '../../../src/dicom/derived/references.ts';
import { Tag, text } from '../../../src/dicom/file/part10.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { encodedFile, imagesOf, studySlice } from '../../support/dicom/source-images.ts';
import { hasSharedData } from '../../support/shared-data.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';

test('single images are referred to by class and instance, and by series', () => {
  const files = ['1', '1', '2'].map((series, i) =>
    studySlice(`${i}.dcm`, { SeriesInstanceUID: `2.25.${series}` }),
  );
  const { slices } = imagesOf(files);
  const uids = files.map(({ dataset }) => text(dataset, Tag.SOPInstanceUID));
  const reference = (i: number) => ({ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: uids[i] });
  expect(slices.map(imageReference)).toEqual([0, 1, 2].map(reference));
  expect(imageReferences(slices)).toEqual([0, 1, 2].map(reference));
  expect(referencedSeries(slices)).toEqual([
    { ReferencedInstanceSequence: [reference(0), reference(1)], SeriesInstanceUID: '2.25.1' },
    { ReferencedInstanceSequence: [reference(2)], SeriesInstanceUID: '2.25.2' },
  ]);
});

describe.skipIf(!hasSharedData)('of an Enhanced CT', () => {
  test('frames are told apart by their numbers, unless all of them are meant', () => {
    const file = encodedFile('pydicom-data/eCT_Supplemental.dcm');
    const [slice] = imagesOf([file]).slices;
    const frames = [0, 1].map((frame) => ({ ...slice, frame }));
    const instance = {
      ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.2.1',
      ReferencedSOPInstanceUID: '1.3.6.1.4.1.5962.1.1.10.3.1.1166562673.14401',
    };
    expect(imageReference(frames[1])).toEqual({ ...instance, ReferencedFrameNumber: 2 });
    expect(imageReferences(frames)).toEqual([instance]);
    expect(imageReferences([frames[1]])).toEqual([{ ...instance, ReferencedFrameNumber: [2] }]);
    expect(referencedSeries(frames)[0].ReferencedInstanceSequence).toEqual([instance]);
  });
});

test.each([['Series Instance UID', { SeriesInstanceUID: '' }]])(
  'an image without %s is refused',
  (what, elements) => {
    expect(() => referencedSeries(imagesOf([studySlice('a.dcm', elements)]).slices)).toThrow(
      new CaseExclusion('missing-uid', `has no ${what}: nothing can refer to it`, { file: 'a.dcm' }),
    );
  },
);

test('nor can an image without class or instance be referred to', () => {
  const file = studySlice('a.dcm');
  const { SOPInstanceUID: _, ...elements } = { SOPInstanceUID: 0, ...file.dataset.elements };
  const unnamed = {
    ...file,
    dataset: Object.assign(Object.create(file.dataset), { elements: without(elements, Tag.SOPInstanceUID) }),
  };
  expect(() => imageReferences(imagesOf([unnamed]).slices)).toThrow('has no SOP Instance UID');
  expect(() => imageReferences(imagesOf([{ ...file, sopClassUid: '' }]).slices)).toThrow(
    'has no SOP Class UID',
  );
});

function without<T>(elements: Record<string, T>, tag: string): Record<string, T> {
  return Object.fromEntries(Object.entries(elements).filter(([name]) => name !== tag));
}
