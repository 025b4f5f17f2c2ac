import { createHash } from 'node:crypto';

/**
 * A DICOM UID that depends on its key only: a name-based UUID under the root 2.25 (DICOM PS3.5 B.2), at most 44 characters.
 */
export function uidOf(...key: readonly (string | number)[]): string {
  const bytes = createHash('sha256')
    .update(`swinprep phantom/${key.join('/')}`)
    .digest()
    .subarray(0, 16);
  // RFC 9562: version 8 (custom), variant 10.
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
