import { createHash } from 'node:crypto';
import { CaseExclusion } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import type { DataSet } from '../encode/dictionary.ts';
import { encodeDataSet, encodePart10 } from '../encode/part10-writer.ts';
import { Tag, text } from '../file/part10.ts';
import type { SlicePlane } from '../series/slice-plane.ts';
import type { ContentMoment } from './content-moment.ts';
import { copiedElements } from './copied-elements.ts';
import type { DerivedRules } from './derived-object.ts';
import { OwnTexts } from './own-text.ts';
import { patientAndStudy } from './patient-and-study.ts';
import { checkDistinct, seriesUidOf } from './references.ts';
import type { SourceImages } from './source-images.ts';
import { checkedUidRoot, uidOf } from './uids.ts';

/** Who wrote it (DICOM PS3.3 C.7.5.1 and C.7.5.2): a program has no serial number, and Device Serial Number has to be there. */
const EQUIPMENT: DataSet = {
  Manufacturer: 'swinprep',
  ManufacturerModelName: 'swinprep',
  DeviceSerialNumber: '0',
  SoftwareVersions: VERSION,
};

/** Where the CT lies (DICOM PS3.3 C.7.4.1): one frame of reference, of its series alone where it names none. */
function frameOfReference({ slices }: SourceImages, uidRoot: string | undefined): DataSet {
  const [{ file }] = slices;
  const uidOfFile = ({ file: { dataset } }: SlicePlane) => text(dataset, Tag.FrameOfReferenceUID);
  const other = slices.find((slice) => uidOfFile(slice) !== uidOfFile(slices[0]));
  if (other !== undefined)
    throw new CaseExclusion(
      'several-frames-of-reference',
      `Frame of Reference UID differs from that of ${file.name}: where its slices lie to each other is not known`,
      { file: other.file.name },
    );
  return {
    FrameOfReferenceUID:
      text(file.dataset, Tag.FrameOfReferenceUID) || uidOf(uidRoot, 'frame of reference', seriesUidOf(file)),
    PositionReferenceIndicator: '',
    ...copiedElements(file.dataset, ['PositionReferenceIndicator']),
  };
}

/**
 * What all objects that are derived from a CT have: patient and study as the CT has them, and a series, its equipment and a frame of
 * reference (DICOM PS3.3 C.7.3.1, C.7.4.1, C.7.5, C.12.1). SOP Class, and the UIDs that `derivedFile` makes, are not among it. Throws
 * a CaseExclusion where the images cannot be referred to, or a text cannot be written beside those of the CT, and a
 * UsageError where the rules are at fault.
 */
export function commonModules(
  source: SourceImages,
  rules: DerivedRules,
  modality: string,
  moment: ContentMoment | undefined,
): DataSet & { readonly FrameOfReferenceUID: string } {
  if (rules.uidRoot !== undefined) checkedUidRoot(rules.uidRoot);
  checkDistinct(source.slices);
  const { seriesNumber, seriesDescription } = rules;
  const own = new OwnTexts(source);
  return {
    ...patientAndStudy(source),
    ...EQUIPMENT,
    Modality: modality,
    SeriesNumber: seriesNumber,
    SeriesDate: moment?.date,
    SeriesTime: moment?.time,
    SeriesDescription: own.checked('LO', seriesDescription, 'the series description'),
    InstanceNumber: 1,
    ...frameOfReference(source, rules.uidRoot),
  } as DataSet & { FrameOfReferenceUID: string };
}

/** A digest of all that an object holds; the bytes of Pixel Data are not copied for it. */
function contentDigest({ PixelData, ...others }: DataSet, transferSyntaxUid: string): Buffer {
  const hash = createHash('sha256').update(transferSyntaxUid);
  const encapsulated = Array.isArray(PixelData);
  const emptied = encapsulated ? [] : PixelData && new Uint8Array(0);
  hash.update(encodeDataSet({ ...others, PixelData: emptied }));
  const parts = encapsulated ? PixelData : PixelData === undefined ? [] : [PixelData];
  for (const part of parts as readonly Uint8Array[]) hash.update(`/${part.length}/`).update(part);
  return hash.digest();
}

/**
 * The file of an object, alone in its series: SOP Instance UID and Series Instance UID hang on all else that it holds, so
 * that the same content is the same object, and another is another.
 */
export function derivedFile(
  dataSet: DataSet & { readonly SOPClassUID: string },
  uidRoot: string | undefined,
  transferSyntaxUid: string,
): Uint8Array {
  const digest = contentDigest(dataSet, transferSyntaxUid);
  return encodePart10(
    {
      ...dataSet,
      SOPInstanceUID: uidOf(uidRoot, 'instance', digest),
      SeriesInstanceUID: uidOf(uidRoot, 'series', digest),
    },
    { transferSyntaxUid },
  );
}
