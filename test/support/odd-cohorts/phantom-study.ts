import { uidOf } from '../../../src/phantom/objects/uid.ts';
import { type Elements, elementsOf, textOf, withUids, withValues } from '../dicom/edited-object.ts';
import { filesAt, shared } from '../shared-data.ts';

/** Tags, 0xGGGGEEEE, by the keywords of DICOM PS3.6. */
export const TAG = {
  SOPInstanceUID: 0x00080018,
  Modality: 0x00080060,
  PatientName: 0x00100010,
  PatientID: 0x00100020,
  PatientIdentityRemoved: 0x00120062,
  StudyInstanceUID: 0x0020000d,
  SeriesInstanceUID: 0x0020000e,
  AcquisitionNumber: 0x00200012,
  ImagePositionPatient: 0x00200032,
  FrameOfReferenceUID: 0x00200052,
  BitsStored: 0x00280101,
  HighBit: 0x00280102,
  PixelRepresentation: 0x00280103,
  StructureSetLabel: 0x30060002,
  StructureSetDate: 0x30060008,
  ContourSequence: 0x30060040,
  ContourData: 0x30060050,
  PixelData: 0x7fe00010,
} as const;

/** A CT and its structure set. */
export interface Study {
  /** By height, the lowest first. */
  readonly ct: readonly Elements[];
  readonly structures: Elements;
}

/** A point in LPS mm, or numbers of any other decimal string. */
export function numbersOf(elements: Elements, tag: number): number[] {
  return textOf(elements, tag).split('\\').map(Number);
}

let read: Study | undefined;

/** The CT radiomics phantom of IBSI-1: 60 slices of 204x201, and an RTSTRUCT with GTV-1. */
export function ibsiPhantom(): Study {
  if (read !== undefined) return read;
  const objects = filesAt(shared('ibsi1-ct-phantom/dicom')).map(({ bytes }) => elementsOf(bytes));
  const height = (slice: Elements): number => numbersOf(slice, TAG.ImagePositionPatient)[2];
  const ct = objects
    .filter((object) => textOf(object, TAG.Modality) === 'CT')
    .sort((a, b) => height(a) - height(b));
  read = { ct, structures: objects.find((object) => textOf(object, TAG.Modality) === 'RTSTRUCT')! };
  return read;
}

let instances = 0;

/** The same under another SOP Instance UID. */
export function renewed(object: Elements): Elements {
  return withValues(object, { [TAG.SOPInstanceUID]: uidOf('odd cohorts', instances++) });
}

/** The phantom as a study of a patient of its own, every UID its own. */
export function studyOf(patientId: string, own: Parameters<typeof withValues>[1] = {}): Study {
  const { ct, structures } = ibsiPhantom();
  const names = [...ct, structures].flatMap((object) =>
    [TAG.SOPInstanceUID, TAG.StudyInstanceUID, TAG.SeriesInstanceUID].map((tag) => textOf(object, tag)),
  );
  const uids = new Map(
    [...names, textOf(ct[0], TAG.FrameOfReferenceUID)].map((uid) => [uid, uidOf(patientId, uid)]),
  );
  const renamed = (object: Elements): Elements =>
    withValues(withUids(object, uids), { [TAG.PatientID]: patientId, [TAG.PatientName]: patientId, ...own });
  return { ct: ct.map(renamed), structures: renamed(structures) };
}

/** The pixels of a slice as they are stored, 16 bits each. */
export function storedPixels(slice: Elements): Uint16Array {
  const bytes = slice.get(TAG.PixelData) as Uint8Array;
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
