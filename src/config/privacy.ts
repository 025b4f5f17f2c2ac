import { z } from 'zod';

/* Under which names patients and UIDs are written. */

export const privacy = z.strictObject({
  caseId: z
    .enum(['folder', 'hmac'])
    .describe(
      'Name of a patient in every output: as in the raw data, or an HMAC of it under the secret in SWINPREP_SALT.',
    ),
  uids: z
    .enum(['omit', 'hmac'])
    .describe(
      'UIDs of the CT series and the mask in case.json: left out, or as HMAC under the secret in SWINPREP_SALT, to find the source again.',
    ),
});
