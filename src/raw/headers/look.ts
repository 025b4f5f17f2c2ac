import { hash } from 'node:crypto';
import { type Identity, readIdentity } from '../../dicom/file/identity.ts';
import { ArchiveError, CaseExclusion } from '../../errors.ts';
import { type Entry, peekAt, type ReadableStore } from '../../storage/store.ts';

/** What a look at a file's header tells of whose it is. Of UIDs only hashes stay, by which files are held together. */
export interface Look {
  /** Patient ID and its issuer; '' where the file has none. */
  readonly patientId: string;
  readonly issuer: string;
  readonly identityRemoved: boolean;
  /** `ct` and `mask` may end in a pair; a dose or a plan of somebody else does no harm. */
  readonly kind: 'ct' | 'mask' | 'other';
  readonly study: string;
  readonly series: string;
  /** Instance Number; NaN where there is none. */
  readonly instance: number;
  /** Whether the folder of the file names its series: by the UID, or as NBIA does by its last digits. */
  readonly folderNames: 'uid' | 'digits' | '';
}

/** What is no DICOM, and what is and cannot be read. */
export type NoLook = 'no-dicom' | 'damaged';

/** Of most files all that is wanted lies within the first of these; the referenced images of a segmentation come before it. */
const HEADER_BYTES = [32 * 2 ** 10, 2 ** 20] as const;

/** Files above this size are read no further than their start. */
const MOST_BYTES = 2 ** 28;

const MASKS = new Set(['SEG', 'RTSTRUCT']);

/** Hashes of UIDs that were met lately: files of one series come together. */
const hashes = new Map<string, string>();
const MOST_HASHES = 4096;

function shortHash(uid: string): string {
  if (uid === '') return '';
  let short = hashes.get(uid);
  if (short === undefined) {
    if (hashes.size === MOST_HASHES) hashes.clear();
    short = hash('sha256', uid, 'base64').slice(0, 12);
    hashes.set(uid, short);
  }
  return short;
}

/** The last name of the folder that a file lies in. */
function folderName(key: string): string {
  const parts = key.split('/');
  return parts.length > 1 ? parts[parts.length - 2] : '';
}

/** The NBIA Data Retriever ends the name of a series' folder with as many digits of its UID. */
const NBIA_DIGITS = /-(\d{5})$/;

function namingOf(key: string, seriesUid: string): Look['folderNames'] {
  if (seriesUid === '') return '';
  const name = folderName(key);
  if (name.includes(seriesUid)) return 'uid';
  const digits = NBIA_DIGITS.exec(name)?.[1];
  return digits !== undefined && seriesUid.endsWith(digits) ? 'digits' : '';
}

function lookOf(key: string, identity: Identity): Look {
  const { patientId, issuer, identityRemoved, modality, studyUid, seriesUid, instanceNumber } = identity;
  return {
    patientId,
    issuer: patientId === '' ? '' : issuer,
    identityRemoved,
    kind: modality === 'CT' ? 'ct' : MASKS.has(modality) ? 'mask' : 'other',
    study: shortHash(studyUid),
    series: shortHash(seriesUid),
    instance: instanceNumber === '' ? Number.NaN : Number(instanceNumber),
    folderNames: namingOf(key, seriesUid),
  };
}

/** What the start of a file of `bytes` bytes tells. */
function seen(key: string, start: Uint8Array, bytes: number): Look | NoLook | 'incomplete' {
  try {
    const identity = readIdentity(key, start, bytes);
    if (identity === undefined) return 'no-dicom';
    return identity === 'incomplete' ? identity : lookOf(key, identity);
  } catch (thrown) {
    // Within a store it would be taken for a failure of that.
    if (thrown instanceof CaseExclusion) return 'damaged';
    throw thrown;
  }
}

/** Looks at the header of a file, at no more of it than needed. */
export async function lookAt(store: ReadableStore, { key, bytes }: Entry): Promise<Look | NoLook> {
  for (const length of [...HEADER_BYTES, MOST_BYTES]) {
    const look = await peekAt(store, key, Math.min(length, bytes), (start) => seen(key, start, bytes)).catch(
      (thrown) => {
        // One damaged file of an archive is one patient's fault.
        if (thrown instanceof ArchiveError) return undefined;
        throw thrown;
      },
    );
    if (look !== 'incomplete') return look ?? 'damaged';
    if (length >= bytes) break;
  }
  return 'damaged';
}
