import { z } from 'zod';

/** A regular expression with one group that captures. */
const capturing = z.string().refine(
  (source) => {
    try {
      return source === '' || new RegExp(`${source}|`).exec('')!.length > 1;
    } catch {
      return false;
    }
  },
  { error: 'must be a regular expression with a group: (...)' },
);

/* Who the patients of the raw data are. */

export const raw = z.strictObject({
  patients: z
    .enum(['auto', 'folder', 'header'])
    .describe(
      'Who a patient is: a folder or archive of the raw data, or whose Patient ID the DICOM files have, wherever they lie. auto: folders where each holds one patient and no patient lies in two, Patient IDs anywhere else.',
    ),
  idPattern: capturing.describe(
    "Regular expression with a group: what it finds in a patient's name is the id of the clinical table, ^(.*)_MR\\d+$ for the sessions of XNAT. Empty: the name, or the Patient ID of its files.",
  ),
});
