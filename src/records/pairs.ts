import { parse } from 'csv-parse/sync';
import { messageOf, UsageError } from '../errors.ts';
import { displayUri } from '../storage/location.ts';

/** A row of the table of pairs: a patient's CT and mask, as URIs or paths relative to the table. */
export interface PairRow {
  readonly patientId: string;
  /** A NIfTI file, or a folder or archive of DICOM. */
  readonly ct: string;
  /** A NIfTI file, or '' where the DICOM holds the mask. */
  readonly mask: string;
}

const COLUMNS = ['patient_id', 'ct', 'mask'] as const;

/** Whether the raw data are given as a table of pairs. */
export function isPairTable(uri: string): boolean {
  return /\.csv$/i.test(displayUri(uri));
}

/** The ending of a NIfTI file's name. */
export function isNiftiName(name: string): boolean {
  return /\.nii(\.gz)?$/i.test(name);
}

/** A name that can be that of a folder of outputs. */
export function isPlainName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !/[/\\\0]/.test(name);
}

/**
 * Reads the CSV `patient_id,ct,mask`. Throws a UsageError naming the file and the line where a column is absent, a patient
 * is named twice or not at all, or a NIfTI CT has no mask.
 */
export function parsePairs(file: string, bytes: Uint8Array): PairRow[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(bytes, { columns: true, bom: true, trim: true, skip_empty_lines: true }) as typeof rows;
  } catch (cause) {
    throw new UsageError(`${file}: is no valid CSV (${messageOf(cause)})`, { cause });
  }
  const seen = Object.keys(rows[0] ?? {});
  for (const column of COLUMNS)
    if (!seen.includes(column))
      throw new UsageError(
        `${file}: has no column "${column}"; ${COLUMNS.join(',')} are needed, its columns are ${seen.join(', ') || '(none)'}`,
      );
  const patients = new Set<string>();
  return rows.map((row, i) => {
    const { patient_id: patientId, ct, mask } = row;
    const wrong = (why: string): UsageError => new UsageError(`${file}: row ${i + 1} ${why}`);
    if (!isPlainName(patientId)) throw wrong('has no patient_id that can name a folder');
    if (patients.has(patientId)) throw wrong('names a patient that an earlier row has named');
    if (ct === '') throw wrong('names no ct');
    if (mask === '' && isNiftiName(ct)) throw wrong('has a NIfTI ct and no mask');
    if (mask !== '' && !isNiftiName(mask)) throw wrong('has a mask that is no .nii or .nii.gz file');
    patients.add(patientId);
    return { patientId, ct, mask };
  });
}
