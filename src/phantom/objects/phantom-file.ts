import type { DataSet } from '../../dicom/encode/dictionary.ts';
import { encodePart10 } from '../../dicom/encode/part10-writer.ts';
import { uidOf } from './uid.ts';

/** A DICOM file that says of itself that the phantom wrote it. */
export function encodePhantomFile(
  dataSet: DataSet & { SOPClassUID: string; SOPInstanceUID: string },
): Uint8Array {
  const implementation = { classUid: uidOf('implementation'), version: 'SWINPREP_PHANTOM' };
  return encodePart10(dataSet, { implementation });
}
