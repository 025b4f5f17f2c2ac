import { createHmac } from 'node:crypto';
import { UsageError } from '../errors.ts';

/** What the configuration says of identity: the section `privacy`. */
export interface PrivacyRules {
  readonly privacy: { readonly caseId: 'folder' | 'hmac'; readonly uids: 'omit' | 'hmac' };
}

/** Environment variable with the secret of `privacy.caseId: hmac`; it is never stored. */
const SALT_VARIABLE = 'SWINPREP_SALT';

/** Shortest secret that is taken. */
const SALT_CHARACTERS = 16;

function secretOf(key: string, env: NodeJS.ProcessEnv): string {
  const salt = env[SALT_VARIABLE] ?? '';
  if (salt.length < SALT_CHARACTERS) {
    throw new UsageError(
      `${key} is hmac, which needs a secret of ${SALT_CHARACTERS} characters or more in ${SALT_VARIABLE}: the same one for every step and run`,
    );
  }
  return salt;
}

/**
 * How a UID is named in `case.json`: null, or with `privacy.uids: hmac` the HMAC-SHA256 of it, so that whoever holds the
 * secret can find the source again. A source without UID has none. Throws a UsageError where the secret is absent or short.
 */
export function uidHmacOf(
  { privacy }: PrivacyRules,
  env: NodeJS.ProcessEnv = process.env,
): (uid: string) => string | null {
  if (privacy.uids === 'omit') return () => null;
  const secret = secretOf('privacy.uids', env);
  return (uid) => (uid === '' ? null : createHmac('sha256', secret).update(uid).digest('hex'));
}

/**
 * How a patient's folder, archive or row of the clinical table is named in every output: as it is, or by the first 64
 * bits of its HMAC-SHA256 under a secret, so that whoever holds the secret can find the patient again and nobody else.
 * Throws a UsageError where the secret is absent or short.
 */
export function caseIdOf(
  { privacy }: PrivacyRules,
  env: NodeJS.ProcessEnv = process.env,
): (name: string) => string {
  if (privacy.caseId === 'folder') return (name) => name;
  const salt = secretOf('privacy.caseId', env);
  return (name) => `P-${createHmac('sha256', salt).update(name).digest('hex').slice(0, 16)}`;
}

/** Whether a name has the form of those that `caseIdOf` makes under a secret. */
export function isHashedId(name: string): boolean {
  return /^P-[0-9a-f]{16}$/.test(name);
}

/** A name that no folder has. */
const NOBODY = '/';

/**
 * The kind of names a run gives: `folder`, or `hmac:` and what the secret makes of a fixed text, by which two runs under
 * the same secret know each other. It tells no more of the secret than any patient's name does.
 */
export function caseNamingOf(config: PrivacyRules, env: NodeJS.ProcessEnv = process.env): string {
  return config.privacy.caseId === 'folder' ? 'folder' : `hmac:${caseIdOf(config, env)(NOBODY).slice(2)}`;
}

/** The same where names are HMACs; undefined where they are not. */
export function hashedNaming(config: PrivacyRules, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return config.privacy.caseId === 'hmac' ? caseNamingOf(config, env) : undefined;
}
