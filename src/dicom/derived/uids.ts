import { createHash, type Hash } from 'node:crypto';
import { UsageError } from '../../errors.ts';

/** Of a UUID as a UID (DICOM PS3.5 B.2). */
const UUID_ROOT = '2.25';

/** Longest UID (DICOM PS3.5 9.1). */
const MOST_CHARACTERS = 64;

/** Digits of a number of 128 bits. */
const MOST_DIGITS = 39;

/** With fewer, two objects of one root could come to share a UID: 23 digits have some 76 bits. */
const LEAST_DIGITS = 23;

/**
 * A root that UIDs can be made under: components of digits, none with a leading zero, the first 0, 1 or 2 (DICOM PS3.5 9.1), and
 * short enough for a number behind it. Throws a UsageError where it is none.
 */
export function checkedUidRoot(root: string): string {
  const [first, ...others] = root.split('.');
  const components = [first, ...others].every((part) => /^(0|[1-9]\d*)$/.test(part));
  // In an object identifier, the second component is at most 39 below 0 and 1.
  const second = others.length > 0 && (first === '2' || Number(others[0]) < 40);
  if (!components || !['0', '1', '2'].includes(first) || !second)
    throw new UsageError(
      `${JSON.stringify(root)} is no root of DICOM UIDs: give digits and dots, such as 1.2.826.0.1.3680043.10.1234`,
    );
  const most = MOST_CHARACTERS - 1 - LEAST_DIGITS;
  if (root.length > most)
    throw new UsageError(
      `the root of UIDs has ${root.length} characters: give one of at most ${most}, as a UID has at most ${MOST_CHARACTERS}`,
    );
  return root;
}

/** A name-based UUID, version 8 and variant 10 (RFC 9562). */
function uuidOf(digest: Buffer): bigint {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return BigInt(`0x${bytes.toString('hex')}`);
}

/**
 * A UID that hangs on what it names alone: 2.25 and a UUID, or a root and as many digits as there is room for, at most 64
 * characters. `content` is taken part by part; texts and bytes that are parted in another way give another UID.
 */
export function uidOf(root: string | undefined, ...content: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256').update('swinprep');
  for (const part of content) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    addLength(hash, bytes.length).update(bytes);
  }
  const digest = hash.digest();
  if (root === undefined || root === UUID_ROOT) return `${UUID_ROOT}.${uuidOf(digest)}`;
  const digits = Math.min(MOST_DIGITS, MOST_CHARACTERS - 1 - checkedUidRoot(root).length);
  return `${root}.${BigInt(`0x${digest.toString('hex')}`) % 10n ** BigInt(digits)}`;
}

function addLength(hash: Hash, length: number): Hash {
  return hash.update(`/${length}/`);
}
