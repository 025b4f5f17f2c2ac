import { UsageError } from '../errors.ts';

const PLACEHOLDER = '{patient}';

function assertPattern(pattern: string): void {
  if (!pattern.includes(PLACEHOLDER))
    throw new UsageError(`${pattern}: is no pattern; write ${PLACEHOLDER} where the patient's name stands`);
}

/** The patient of a key that is named by a pattern such as `{patient}/{patient}_seg.nii.gz`; undefined for another key. */
export function patientMatcher(pattern: string): (key: string) => string | undefined {
  assertPattern(pattern);
  const [head, ...rest] = pattern
    .split(PLACEHOLDER)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const source = rest.map((text, i) => `${i === 0 ? '([^/]+)' : '\\1'}${text}`).join('');
  const expression = new RegExp(`^${head}${source}$`, 's');
  return (key) => expression.exec(key)?.[1];
}

/** The key that a pattern gives a patient. */
export function keyFor(pattern: string, patient: string): string {
  assertPattern(pattern);
  return pattern.replaceAll(PLACEHOLDER, () => patient);
}
