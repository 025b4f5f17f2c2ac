import { ajccGroup } from '../../config/stage-name.ts';
import { UsageError } from '../../errors.ts';

/**
 * Columns with the patient of public collections, in the order in which they are tried. In the tables of TCGA `patient_id`
 * is a part of the barcode alone, and in those of the GDC and the PDC `case_id` is a UUID, so the names by which their
 * images go stand before.
 */
const ID_COLUMNS = [
  'dicom_patient_id', // Imaging Data Commons
  'bcr_patient_barcode', // TCGA
  'case_submitter_id', // GDC, PDC
  'cases.submitter_id', // GDC
  'PatientID', // NSCLC-Radiomics; PATIENT_ID of cBioPortal
  'submitter_id', // GDC
  'NewPatientID', // Lung-PET-CT-Dx
  'participant_id', // BIDS
  'Subject ID', // metadata of TCIA
  'Case ID', // NSCLC-Radiogenomics, CPTAC
  'pid', // NLST
  'Patient #', // Head-Neck-PET-CT
  'id', // HEAD-NECK-RADIOMICS-HN1
];

/** Columns with the stage group, those by pathology first: it is what most of a collection has where both are there. */
const STAGE_COLUMNS = [
  'Overall.Stage', // NSCLC-Radiomics
  'ajcc_pathologic_tumor_stage', // TCGA, cBioPortal
  'ajcc_pathologic_stage', // GDC
  'diagnoses.ajcc_pathologic_stage', // GDC
  'pathologic_stage', // TCGA by Firebrowse
  'Pathological stage',
  'tumor_stage_pathological', // CPTAC
  'baseline/tumor_stage_pathological', // CPTAC
  'Neoplasm Disease Stage American Joint Committee on Cancer Code', // cBioPortal
  'ajcc_clinical_stage', // GDC
  'diagnoses.ajcc_clinical_stage', // GDC
  'clinical_stage', // TCGA
  'ajcc_stage', // HEAD-NECK-RADIOMICS-HN1
  'TNM group stage', // Head-Neck-PET-CT
  'de_stag_7thed', // NLST
  'de_stag', // NLST
  'tumor_stage', // GDC before 2020
  'stage',
];

/** Stage codes of NLST's data dictionary; 888, 900, 994 and 999 say why there is none. */
const NLST_STAGES: Readonly<Record<string, string>> = {
  110: 'IA',
  120: 'IB',
  210: 'IIA',
  220: 'IIB',
  310: 'IIIA',
  320: 'IIIB',
  400: 'IV',
};

const NLST_COLUMN = /^destag(7thed)?$/;

/** Which columns the configuration names; '' leaves it to the names above. */
export interface ColumnNames {
  readonly idColumn: string;
  readonly stageColumn: string;
}

export interface ClinicalColumns {
  readonly id: number;
  readonly stage: number;
  /** What each of the two was chosen by, where that goes without saying neither by its name nor by the configuration. */
  readonly told: readonly string[];
}

const KINDS = {
  idColumn: { what: 'patient', known: ID_COLUMNS, first: 'PatientID' },
  stageColumn: { what: 'stage', known: STAGE_COLUMNS, first: 'Overall.Stage' },
} as const;

type Kind = keyof typeof KINDS;

/** A column's name without regard to case, spaces and punctuation. */
function normalName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

/** The columns that a name means: the one spelt so, or all that differ in case, spaces and punctuation alone. */
function columnsNamed(columns: readonly string[], name: string): number[] {
  const exact = columns.indexOf(name);
  if (exact >= 0) return [exact];
  const normal = normalName(name);
  return columns.flatMap((column, i) => (normal !== '' && normalName(column) === normal ? [i] : []));
}

/** The columns that are meant, of the first name that any has. More than one: nobody can say which. */
function candidates(columns: readonly string[], kind: Kind, wanted: string): number[] {
  const { known, first } = KINDS[kind];
  if (wanted !== '') return columnsNamed(columns, wanted);
  // As it has always been taken, whatever else is there.
  if (columns.includes(first)) return [columns.indexOf(first)];
  return known.map((name) => columnsNamed(columns, name)).find((found) => found.length > 0) ?? [];
}

/** How many of the two columns a line of names has. */
export function columnsFound(columns: readonly string[], names: ColumnNames): number {
  return (['idColumn', 'stageColumn'] as const).filter(
    (kind) => candidates(columns, kind, names[kind]).length > 0,
  ).length;
}

/** Whether a line holds values rather than names of columns: a number, or a stage. */
function isRowOfValues(columns: readonly string[]): boolean {
  return columns.some((cell) => /^[-+]?\d+([.,]\d+)?$/.test(cell) || ajccGroup(cell) !== undefined);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function chosen(
  file: string,
  columns: readonly string[],
  kind: Kind,
  wanted: string,
): { index: number; told: string[] } {
  const { what, known, first } = KINDS[kind];
  const found = candidates(columns, kind, wanted);
  if (found.length === 0) {
    const missing =
      wanted === '' ? `column with the ${what} under a name that is known` : `column "${wanted}"`;
    throw new UsageError(
      `${file}: has no ${missing} (set split.${kind}${wanted === '' ? '; the first row has to name the columns' : ''}); its columns are ${columns.filter((name) => name !== '').join(', ') || '(none)'}`,
    );
  }
  if (found.length > 1)
    throw new UsageError(
      `${file}: the ${what} may be in any of ${quoted(found.map((i) => columns[i]))}: set split.${kind} to the name of one`,
    );
  const [index] = found;
  const name = columns[index];
  if (name === wanted || (wanted === '' && name === first)) return { index, told: [] };
  const others =
    wanted === ''
      ? columns.filter(
          (column, i) => i !== index && known.some((one) => normalName(one) === normalName(column)),
        )
      : [];
  const besides = others.length === 0 ? '' : `, before ${quoted(others)} (split.${kind} takes another)`;
  return { index, told: [`the ${what} is taken from the column "${name}"${besides}`] };
}

/**
 * The columns with patient and stage. Throws a UsageError that names the file and its columns where one is absent, could be
 * several, or where two columns have one name.
 */
export function clinicalColumns(
  file: string,
  columns: readonly string[],
  names: ColumnNames,
): ClinicalColumns {
  if (columnsFound(columns, names) < 2 && isRowOfValues(columns))
    throw new UsageError(
      `${file}: its first line holds values: put a line with the names of the columns before it`,
    );
  const twice = columns.filter((name, i) => name !== '' && columns.indexOf(name) !== i);
  if (twice.length > 0)
    throw new UsageError(
      `${file}: has two columns of the name ${quoted([...new Set(twice)])}: delete or rename one of them`,
    );
  const id = chosen(file, columns, 'idColumn', names.idColumn);
  const stage = chosen(file, columns, 'stageColumn', names.stageColumn);
  return { id: id.index, stage: stage.index, told: [...id.told, ...stage.told] };
}

/** What a cell of a stage column says: the codes of NLST's columns by their meaning, all else as written. */
export function stageCell(column: string, cell: string): string {
  return NLST_COLUMN.test(normalName(column)) ? (NLST_STAGES[cell] ?? cell) : cell;
}
