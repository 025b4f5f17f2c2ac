import { groupAt, layoutAt } from './data-elements.ts';
import { type DicomFile, MEDIA_DIRECTORY, parsePart10, startOfElements, text } from './part10.ts';
import { skim, type ValueSpan } from './skim.ts';
import { DEFLATED_LITTLE_ENDIAN } from './transfer-syntax.ts';

/** Whose a DICOM file is, by its header. Identifying: it tells patients apart, and goes no further as it is. */
export interface Identity {
  /** '' where the file has none. */
  readonly patientId: string;
  readonly issuer: string;
  /**
   * Patient Identity Removed (0012,0062) is YES, or Longitudinal Temporal Information Modified (0028,0303) says that dates were
   * changed (DICOM PS3.3 C.7.1.1 and C.12.1, PS3.15 E.3.6).
   */
  readonly identityRemoved: boolean;
  readonly modality: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly instanceNumber: string;
}

/** Tags as group and element number in one. */
const MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002;
const TRANSFER_SYNTAX_UID = 0x00020010;
const MODALITY = 0x00080060;
const PATIENT_ID = 0x00100020;
const ISSUER_OF_PATIENT_ID = 0x00100021;
const PATIENT_IDENTITY_REMOVED = 0x00120062;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
const INSTANCE_NUMBER = 0x00200013;
const LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED = 0x00280303;

const META = new Set([MEDIA_STORAGE_SOP_CLASS_UID, TRANSFER_SYNTAX_UID]);
const WANTED = new Set([
  MODALITY,
  PATIENT_ID,
  ISSUER_OF_PATIENT_ID,
  PATIENT_IDENTITY_REMOVED,
  STUDY_INSTANCE_UID,
  SERIES_INSTANCE_UID,
  INSTANCE_NUMBER,
  LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
]);

const DATES_CHANGED = new Set(['MODIFIED', 'REMOVED']);

function identityBy(value: (tag: number) => string): Identity {
  return {
    patientId: value(PATIENT_ID),
    issuer: value(ISSUER_OF_PATIENT_ID),
    identityRemoved:
      value(PATIENT_IDENTITY_REMOVED).toUpperCase() === 'YES' ||
      DATES_CHANGED.has(value(LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED).toUpperCase()),
    modality: value(MODALITY),
    studyUid: value(STUDY_INSTANCE_UID),
    seriesUid: value(SERIES_INSTANCE_UID),
    instanceNumber: value(INSTANCE_NUMBER),
  };
}

function identityOf({ dataset }: DicomFile): Identity {
  return identityBy((tag) => text(dataset, `x${tag.toString(16).padStart(8, '0')}`));
}

/** Values up to the first NUL and without their padding (DICOM PS3.5 6.2), as `text` has them. */
function valuesOf(bytes: Uint8Array, spans: ReadonlyMap<number, ValueSpan>): (tag: number) => string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (tag) => {
    const span = spans.get(tag);
    if (span === undefined) return '';
    const limit = span.offset + span.length;
    let end = span.offset;
    while (end < limit && bytes[end] !== 0) end++;
    return buffer.toString('latin1', span.offset, end).trim();
  };
}

/** As `identityOf`, and no data set is made of the file; 'other' where that has to be, as it is not written in the usual way. */
function skimmed(
  bytes: Uint8Array,
  start: number,
  whole: boolean,
): Identity | undefined | 'incomplete' | 'other' {
  let position = start;
  if (groupAt(bytes, start) === 0x0002) {
    const layout = layoutAt(bytes, start);
    if (layout === undefined || layout.bigEndian || !layout.explicitVr) return 'other';
    const meta = skim(bytes, start, layout, META, { last: 0x0002ffff, whole: false });
    if (meta === 'incomplete') return meta;
    const value = valuesOf(bytes, meta.found);
    if (value(MEDIA_STORAGE_SOP_CLASS_UID) === MEDIA_DIRECTORY) return undefined;
    if (value(TRANSFER_SYNTAX_UID) === DEFLATED_LITTLE_ENDIAN) return 'other';
    position = meta.end;
  }
  const layout = layoutAt(bytes, position);
  if (layout === undefined) return 'incomplete';
  if (layout.bigEndian) return 'other';
  const last = LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED;
  const elements = skim(bytes, position, layout, WANTED, { last, whole });
  return elements === 'incomplete' ? elements : identityBy(valuesOf(bytes, elements.found));
}

/**
 * Whose a DICOM file is, from its first bytes, of `fileBytes` in all; undefined where it is no DICOM, or the directory of a
 * medium. 'incomplete' where more of it has to be read. Throws a CaseExclusion where all of it has been and it is damaged.
 */
export function readIdentity(
  name: string,
  bytes: Uint8Array,
  fileBytes: number,
): Identity | undefined | 'incomplete' {
  const start = startOfElements(bytes);
  if (start === undefined) return undefined;
  const whole = bytes.length >= fileBytes;
  const found = skimmed(bytes, start, whole);
  if (found !== 'incomplete' && found !== 'other') return found;
  if (!whole) return 'incomplete';
  const file = parsePart10(name, bytes);
  return file && identityOf(file);
}
