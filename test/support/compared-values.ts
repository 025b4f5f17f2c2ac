/** How two JSON values agree in all that the second one says. */
export interface Agreement {
  /** Counts, boxes and names that are not the same: `PATIENT.key: ours, not theirs`. */
  readonly unequal: string[];
  /** Largest relative difference of each mean and standard deviation. */
  readonly relative: Record<string, number>;
  /** Values compared. */
  compared: number;
}

/** Computed in another order of summation, so equal to the last digits only. */
export const SUMMED = ['case_mu', 'case_sigma', 'global_mu', 'global_sigma'];

/** Python writes -850.0 where JavaScript writes -850. */
function normalText(text: string): string {
  return text.replaceAll(/(\d)\.0\b/g, '$1');
}

/** Compares all that the reference says with what swinprep says under the same key. */
export function compareValues(
  into: Agreement,
  where: string,
  ours: unknown,
  theirs: unknown,
  key = '',
): void {
  if (typeof theirs === 'object' && theirs !== null) {
    for (const [name, value] of Object.entries(theirs)) {
      const below = Array.isArray(theirs) ? key : name;
      compareValues(into, `${where}.${name}`, (ours as Record<string, unknown>)?.[name], value, below);
    }
    return;
  }
  into.compared++;
  if (SUMMED.includes(key) && typeof ours === 'number' && typeof theirs === 'number') {
    const difference = Math.abs(ours - theirs) / Math.abs(theirs);
    into.relative[key] = Math.max(into.relative[key] ?? 0, difference);
    return;
  }
  const same = typeof theirs === 'string' ? ours === normalText(theirs) : ours === theirs;
  if (!same) into.unequal.push(`${where}: ${ours}, not ${theirs}`);
}

interface Pass1Stats {
  readonly config_after_pass1: unknown;
  readonly pass1_summary: unknown;
  readonly per_case_records: readonly { readonly patient_id: string }[];
}

/** What both programs write of pass 1, the cases by their patients. */
export function comparableStats({
  config_after_pass1,
  pass1_summary,
  per_case_records,
}: Pass1Stats): unknown {
  const cases = Object.fromEntries(per_case_records.map((record) => [record.patient_id, record]));
  return { config_after_pass1, pass1_summary, per_case_records: cases };
}
