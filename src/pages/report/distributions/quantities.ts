import type { ManifestOutput } from '../../../records/manifest.ts';
import type { Child } from '../../element.ts';
import type { Patient } from '../cohort.ts';
import { type Spread, spreadOf } from '../numbers.ts';
import type { Sample } from './plot.ts';

/** A patient with an ROI. */
export type Made = Patient & { readonly output: ManifestOutput };

/** Patients that are shown together. */
export interface Group {
  readonly name: string;
  readonly patients: readonly Made[];
}

export const isMade = (patient: Patient): patient is Made => patient.output !== null;

/** A quantity of a patient. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
  readonly of: (patient: Made) => number;
}

/** The columns of `spreadRows`. */
export const SPREAD_HEADER = ['Group', 'Patients', 'Least', '5 %', 'Median', '95 %', 'Greatest'];
/** A group's name with the number of its patients, as plots call it. */
export const nameOf = ({ name, patients }: Group): string => `${name} (${patients.length})`;

export const namesOf = (groups: readonly Group[]): string[] => groups.map(nameOf);

export function samplesOf(groups: readonly Group[], { of }: Quantity): Sample[] {
  return groups.flatMap((group) =>
    group.patients
      .map((patient) => ({ group: nameOf(group), value: of(patient), patient: patient.id }))
      .filter(({ value }) => Number.isFinite(value)),
  );
}

function spreadIn({ patients }: Group, { of }: Quantity): Spread | null {
  return spreadOf(patients.map(of).filter(Number.isFinite));
}

function spreadRow(group: Group, quantity: Quantity): [string, ...Child[]] {
  const spread = spreadIn(group, quantity);
  if (spread === null) return [group.name, 0, '', '', '', '', ''];
  const { count, min, p5, median, p95, max } = spread;
  return [group.name, count, ...[min, p5, median, p95, max].map((value) => value.toFixed(quantity.decimals))];
}

export const spreadRows = (
  groups: readonly Group[],
  quantities: readonly Quantity[],
): [Child, ...Child[]][] =>
  quantities.flatMap((quantity) => groups.map((group) => spreadRow(group, quantity)));

export const namedSpreadRows = (
  groups: readonly Group[],
  quantities: readonly Quantity[],
): [Child, ...Child[]][] =>
  quantities.flatMap((quantity): [Child, ...Child[]][] =>
    groups.map((group) => [
      quantity.unit === '' ? quantity.name : `${quantity.name}, ${quantity.unit}`,
      ...spreadRow(group, quantity),
    ]),
  );

/** The plot in a sentence, for those who do not see it. */
export function alternativeOf(quantity: Quantity, groups: readonly Group[]): string {
  const parts = groups.map((group) => {
    const spread = spreadIn(group, quantity);
    if (spread === null) return `${group.name} nobody`;
    const [median, min, max] = [spread.median, spread.min, spread.max].map((v) =>
      v.toFixed(quantity.decimals),
    );
    return `${group.name} median ${median} (${min} to ${max})`;
  });
  return `${quantity.name}${quantity.unit && ` in ${quantity.unit}`}: ${parts.join(', ')}`;
}
