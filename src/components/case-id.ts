import { createHmac } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { UsageError } from '../errors.ts';

/** Environment variable with the secret of `privacy.caseId: hmac`; it is never stored. */
export const SALT_VARIABLE = 'SWINPREP_SALT';

/** Shortest secret that is taken. */
const SALT_CHARACTERS = 16;

/**
 * How a patient's folder, archive or row of the clinical table is named in every output: as it is, or by the first 64
 * bits of its HMAC-SHA256 under a secret, so that whoever holds the secret can find the patient again and nobody else.
 * Throws a UsageError where the secret is absent or short.
 */
export function caseIdOf(
  { privacy }: Config,
  env: NodeJS.ProcessEnv = process.env,
): (name: string) => string {
  if (privacy.caseId === 'folder') return (name) => name;
  const salt = env[SALT_VARIABLE] ?? '';
  if (salt.length < SALT_CHARACTERS) {
    throw new UsageError(
      `privacy.caseId is hmac, which needs a secret of ${SALT_CHARACTERS} characters or more in ${SALT_VARIABLE}: the same one for every step and run`,
    );
  }
  return (name) => `P-${createHmac('sha256', salt).update(name).digest('hex').slice(0, 16)}`;
}
