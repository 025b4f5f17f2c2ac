import { CaseExclusion } from '../errors.ts';
import type { QcCheck } from '../records/case.ts';

/** Limits of a check, both included; null is no limit. */
export interface CheckLimits {
  readonly low: number | null;
  readonly high: number | null;
  readonly severity: 'exclude' | 'flag' | 'off';
}

/** Judges values by configured limits, in the order of the limits. A value that does not apply passes. */
export function judge<Name extends string>(
  values: Readonly<Partial<Record<Name, number | undefined>>>,
  limits: Readonly<Record<Name, CheckLimits>>,
  meaning: Readonly<Record<Name, string>>,
): QcCheck[] {
  return (Object.keys(limits) as Name[]).map((name) => {
    const { low, high, severity } = limits[name];
    const value = values[name];
    const passed =
      value === undefined || ((low === null || value >= low) && (high === null || value <= high));
    return { code: name, meaning: meaning[name], value: value ?? null, low, high, severity, passed };
  });
}

/** Throws a CaseExclusion `quality` that names the failed checks whose severity asks for it, by their keys below `section`. */
export function assertChecks(checks: readonly QcCheck[], section: string): void {
  const failed = checks.filter((check) => !check.passed && check.severity === 'exclude');
  if (failed.length === 0) return;
  const lines = failed.map(
    ({ code, meaning, value, low, high }) =>
      `${meaning} is ${value}, allowed ${low ?? '-'} to ${high ?? '-'} (${section}.${code})`,
  );
  throw new CaseExclusion('quality', lines.join('; '));
}
