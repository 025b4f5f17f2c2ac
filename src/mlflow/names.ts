import { createHash } from 'node:crypto';

/**
 * What fits into a run everywhere. MLflow 3.17 takes names of letters, digits, `_ - . / :` and blanks up to 250 characters,
 * and values of 6000; its older servers, as Azure ML's, values of 500. Azure ML takes 50 metrics and 200 parameters a run
 * ("Azure Machine Learning service limits", and Azure/azure-sdk-for-python#35685).
 */
export const LIMITS = {
  nameLength: 250,
  valueLength: 500,
  metrics: 50,
  params: 200,
  paramsPerBatch: 100,
} as const;

/** A part of a name, between slashes: a code or a stage, of whatever characters. Never empty, `.` or `..`. */
export function namePart(text: string): string {
  const part = text.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 60);
  return /^[.]*$/.test(part) ? `_${part}` : part;
}

/** Parts that stand for different texts, one for each: what becomes the same otherwise is told apart by a hash. */
export function distinctParts(texts: readonly string[]): string[] {
  const parts = texts.map(namePart);
  const lower = parts.map((part) => part.toLowerCase());
  return parts.map((part, i) =>
    lower.indexOf(lower[i]) === lower.lastIndexOf(lower[i])
      ? part
      : `${part}-${createHash('sha256').update(texts[i]).digest('hex').slice(0, 8)}`,
  );
}
