import type { CaseRecord } from '../../records/case.ts';
import type { ClinicalRow } from './clinical.ts';
import { patientCount } from './patient-count.ts';

/** Why a patient is not used, whatever its stage: two patients may be one person, or one folder may hold another's images. */
export interface Doubt {
  readonly code: 'wrong-patient' | 'ambiguous-id';
  readonly message: string;
}

/** The clinical table with its rows under the names that the outputs give their patients. */
export interface PatientRows {
  readonly clinical: readonly ClinicalRow[];
  readonly doubts: ReadonlyMap<string, Doubt>;
  /** Patients without a row, and why a row that is near is not theirs, '' where none is. */
  readonly without: ReadonlyMap<string, string>;
  /** Rows without a patient, by the names that outputs give them. */
  readonly free: readonly string[];
  readonly told: readonly string[];
}

/** How a name was found in the table. */
const LEVELS = ['exact', 'case', 'zeros'] as const;

type Level = (typeof LEVELS)[number];

const TOLD = {
  case: 'joined with the clinical table without regard to case',
  zeros: 'joined with the clinical table without regard to leading zeros',
  clinical: 'joined with the clinical table by raw.idPattern or the Patient ID of their files',
} as const;

/** Digits that a number is padded to, at most, to find the HMAC of its padded form. */
const MOST_DIGITS = 8;

const isNumber = (id: string): boolean => /^\d+$/.test(id);
const withoutZeros = (id: string): string => id.replace(/^0+(?=\d)/, '');
const withoutCase = (id: string): string => id.normalize('NFC').toLowerCase();

/** The forms of an id that are one to a level; undefined: the id has none there. Compared as they are. */
function formOf(level: Level, id: string): string | undefined {
  if (level === 'exact') return id;
  if (level === 'case') return withoutCase(id);
  return isNumber(id) ? withoutZeros(id) : undefined;
}

/** Ids as a folder may be called whose HMAC alone is known. */
function spellingsOf(level: Level, id: string): string[] {
  if (level === 'exact') return [id];
  if (level === 'case') return [id, id.toLowerCase(), id.toUpperCase()];
  if (!isNumber(id)) return [];
  const bare = withoutZeros(id);
  return [bare, ...Array.from({ length: MOST_DIGITS }, (_, digits) => bare.padStart(digits + 1, '0'))];
}

interface FoundRow {
  readonly row: string;
  readonly level: Level;
}

/** Finds the row that a name means: at the first level at which there is any, undefined where there are several. */
type RowFinder = (name: string) => FoundRow | { readonly several: readonly string[] } | undefined;

function rowFinder(rows: readonly string[], caseId: (id: string) => string, hashed: boolean): RowFinder {
  const indices = new Map<Level, Map<string, Set<string>>>();
  const indexOf = (level: Level) => {
    const known = indices.get(level);
    if (known !== undefined) return known;
    const index = new Map<string, Set<string>>();
    for (const row of rows) {
      const form = formOf(level, row);
      const forms = hashed ? spellingsOf(level, row).map(caseId) : form === undefined ? [] : [form];
      for (const one of forms) index.set(one, (index.get(one) ?? new Set()).add(row));
    }
    indices.set(level, index);
    return index;
  };
  return (name) => {
    for (const level of LEVELS) {
      const form = hashed ? name : formOf(level, name);
      const found = form === undefined ? undefined : indexOf(level).get(form);
      if (found === undefined) continue;
      const [row, ...others] = found;
      return others.length === 0 ? { row, level } : { several: [...found].sort() };
    }
    return undefined;
  };
}

/** A patient and the row that it may be. */
interface Claim {
  readonly record: CaseRecord;
  readonly row: string;
  readonly by: Level | 'clinical';
}

/** Which of those who may be a row's patient is it: the one named so, or the only one. Undefined: nobody can say. */
function ownerOf(claims: readonly Claim[]): Claim | undefined {
  const exact = claims.find(({ by }) => by === 'exact');
  if (exact !== undefined) return exact;
  const usable = claims.filter(({ record }) => record.state === 'ok');
  const some = usable.length > 0 ? usable : claims;
  return some.length === 1 ? some[0] : undefined;
}

/**
 * Finds each patient's row: by its name as it is, without regard to case, or to leading zeros of a number; and where it
 * has none by its `clinical_id` in the same way. What could be several is not joined. A patient whose name is one row and
 * whose clinical id is another, or who is a row's patient beside another, is in doubt.
 *
 * @param caseId how outputs name the id of a row
 * @param hashed whether that is an HMAC, of which no other spelling can be made
 */
export function patientRows(
  cases: readonly CaseRecord[],
  clinical: readonly ClinicalRow[],
  caseId: (id: string) => string,
  hashed: boolean,
): PatientRows {
  const ids = [...new Set(clinical.map((row) => row.patientId))];
  const rowOf = rowFinder(ids, caseId, hashed);
  const doubts = new Map<string, Doubt>();
  const without = new Map<string, string>();
  const claims: Claim[] = [];
  const listed = (rows: readonly string[]): string => (hashed ? '' : rows.map(caseId).join(', '));
  for (const record of cases) {
    const { patient_id: name, clinical_id: other } = record;
    const named = rowOf(name);
    const meant = other === undefined ? undefined : rowOf(other);
    const byName = named !== undefined && 'row' in named ? named : undefined;
    const byOther = meant !== undefined && 'row' in meant ? meant : undefined;
    if (byName !== undefined && byOther !== undefined && byName.row !== byOther.row)
      doubts.set(name, {
        code: 'wrong-patient',
        message: `is named like ${caseId(byName.row)} of the clinical table, but its files or raw.idPattern name ${caseId(byOther.row)}: find out whose images these are, and name the folder after them`,
      });
    if (byName !== undefined) claims.push({ record, row: byName.row, by: byName.level });
    else if (byOther !== undefined) claims.push({ record, row: byOther.row, by: 'clinical' });
    else {
      const several = [named, meant].flatMap((found) =>
        found !== undefined && 'several' in found ? found.several : [],
      );
      without.set(
        name,
        several.length === 0 ? '' : `may be any of ${several.length} rows ${listed(several)}`.trim(),
      );
    }
  }
  const nameOfRow = new Map<string, string>();
  const counts = new Map<Claim['by'], number>();
  for (const [row, some] of Map.groupBy(claims, (claim) => claim.row)) {
    const owner = ownerOf(some);
    if (owner !== undefined) {
      nameOfRow.set(row, owner.record.patient_id);
      counts.set(owner.by, (counts.get(owner.by) ?? 0) + 1);
    }
    for (const { record, by } of some) {
      const { patient_id: name } = record;
      if (record === owner?.record || doubts.has(name)) continue;
      const others = some.map((claim) => claim.record.patient_id).filter((one) => one !== name);
      // A name that is nearly that of a patient who is here is another patient, as far as anybody knows.
      if (owner !== undefined && by !== 'clinical')
        without.set(name, `its row is that of ${owner.record.patient_id}`);
      else
        doubts.set(name, {
          code: 'ambiguous-id',
          message: `is the same row of the clinical table as ${others.sort().join(', ')}: keep one of them, or give each a row and a name of its own`,
        });
    }
  }
  return {
    clinical: clinical.map(({ patientId, stage }) => ({
      patientId: nameOfRow.get(patientId) ?? caseId(patientId),
      stage,
    })),
    doubts,
    without,
    free: ids.filter((id) => !nameOfRow.has(id)).map(caseId),
    told: (['case', 'zeros', 'clinical'] as const)
      .filter((by) => counts.has(by))
      .map((by) => `${TOLD[by]}: ${patientCount(counts.get(by)!)}`),
  };
}
