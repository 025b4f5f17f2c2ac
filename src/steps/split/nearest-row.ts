import { patientCount } from './patient-count.ts';
import type { PatientRows } from './patient-rows.ts';

/** Patients that are listed; the others are counted. */
const MOST_LISTED = 12;

/** Levenshtein distance, without regard to case. */
export function editDistance(one: string, other: string): number {
  const a = [...one.toLowerCase()];
  const b = [...other.toLowerCase()];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    above = row;
  }
  return above[b.length];
}

/** Shortest text of which it says something that another holds it. */
const LEAST_HELD = 3;

/** The largest distance at which a row is near a name: any where one holds the other, else half of the longer one. */
function mostApart(name: string, row: string): number {
  const [shorter, longer] = [name.toLowerCase(), row.toLowerCase()].sort((a, b) => a.length - b.length);
  return shorter.length >= LEAST_HELD && longer.includes(shorter) ? longer.length : longer.length / 2;
}

const begins = (name: string, row: string): boolean => name.toLowerCase().startsWith(row.toLowerCase());

/** The row that a name is nearest to; undefined where none has much in common with it. */
export function nearestRow(name: string, rows: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    // No distance is less than the difference of the lengths.
    const apart = Math.abs(name.length - row.length);
    const most = mostApart(name, row);
    if (apart > least || apart > most) continue;
    const distance = editDistance(name, row);
    if (distance > most) continue;
    // Of those as near, the one that the name begins with: `P2_MR1` is as far from P1 as from P2_MR1 is P2.
    const better = distance < least || (distance === least && !begins(name, nearest!) && begins(name, row));
    if (better) [nearest, least] = [row, distance];
  }
  return nearest;
}

/** A `raw.idPattern` that finds the row in such a name, as far as one can be guessed: the session of `P1_MR1`. */
function patternFor(name: string, row: string): string | undefined {
  if (!name.startsWith(row)) return undefined;
  const session = /^([_-][A-Za-z]+)\d+$/.exec(name.slice(row.length));
  return session === null ? undefined : `^(.*)${session[1]}\\d+$`;
}

/** Whether any of those who are listed has a row that is near, or one that is doubtful. */
export function looksOverseen(
  names: readonly string[],
  { without, free }: Pick<PatientRows, 'without' | 'free'>,
  shown: boolean,
): boolean {
  return names
    .slice(0, MOST_LISTED)
    .some((name) => without.get(name) || (shown && nearestRow(name, free) !== undefined));
}

/** A Patient ID that no CT lets be told joins as an HMAC alone. */
const BY_FILES =
  '; if the Patient IDs of their files are the ids of the table, privacy.caseId: hmac joins them';

/**
 * Who has no row in the clinical table, once for all of them, each with the row that is nearest, and what to do. Undefined
 * where there is nobody to tell of.
 *
 * @param names those to tell of, in order
 * @param shown whether rows may be named: they are of people who have no images here
 */
export function withoutRow(
  names: readonly string[],
  { without, free }: Pick<PatientRows, 'without' | 'free'>,
  shown: boolean,
): string | undefined {
  if (names.length === 0) return undefined;
  let pattern: string | undefined;
  const rows = shown ? [...free].sort() : [];
  const listed = names.slice(0, MOST_LISTED).map((name) => {
    const near = nearestRow(name, rows);
    if (near !== undefined) pattern ??= patternFor(name, near);
    const why = [
      ...(without.get(name) ? [without.get(name)!] : []),
      ...(near === undefined ? [] : [`nearest is ${near}`]),
    ];
    return why.length === 0 ? name : `${name} (${why.join(', ')})`;
  });
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const count = `${patientCount(names.length)} ${names.length === 1 ? 'has' : 'have'}`;
  const example = pattern ?? '^(.*)_MR\\d+$';
  return `${count} no row in the clinical table: ${listed.join(', ')}${more}; correct or add their rows, or say with raw.idPattern which part of a name is the id of the table, such as '${example}'${shown ? BY_FILES : ''}`;
}
