import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { UsageError } from '../../../src/errors.ts';
import { readClinical } from '../../../src/steps/split/clinical.ts';
import { xlsx } from '../../support/xlsx.ts';

const unset = PRESETS.lung1.split;
const read = (text: string, names: Partial<typeof unset> = {}) =>
  readClinical('clinical.csv', new TextEncoder().encode(text), { ...unset, ...names });
const rowsOf = async (text: string) => (await read(text)).rows;

/** A table of three patients, and what is read of it. */
const PLAIN = 'PatientID,age,Overall.Stage\nP-1,60,I\nP-2,61,IIIa\nP-3,62,IIIb\n';
const ROWS = [
  { patientId: 'P-1', stage: 'I' },
  { patientId: 'P-2', stage: 'IIIa' },
  { patientId: 'P-3', stage: 'IIIb' },
];

test('reads CRLF, a byte order mark and quoted fields', async () => {
  expect(await read('\ufeffPatientID,age,Overall.Stage\r\n"P-1","61,5",IIIa\r\nP-2,,NA\r\n')).toEqual({
    rows: [
      { patientId: 'P-1', stage: 'IIIa' },
      { patientId: 'P-2', stage: 'NA' },
    ],
    told: [],
  });
});

describe('the same table in another writing', () => {
  const utf16 = (text: string, bigEndian: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return new Uint8Array(bigEndian ? bytes.swap16() : bytes);
  };
  const utf8 = (text: string) => new TextEncoder().encode(text);

  test.each<[string, Uint8Array]>([
    ['semicolons', utf8(PLAIN.replaceAll(',', ';'))],
    ['semicolons, with decimal commas', utf8(PLAIN.replaceAll(',', ';').replaceAll('60', '60,5'))],
    ['tabs', utf8(PLAIN.replaceAll(',', '\t'))],
    ['tabs, with commas in quotes', utf8(PLAIN.replaceAll(',', '\t').replaceAll('60', '"a, b, c"'))],
    ['a line that names the delimiter', utf8(`sep=;\r\n${PLAIN.replaceAll(',', ';')}`)],
    ['a delimiter after each line', utf8(PLAIN.replaceAll('\n', ',\n'))],
    [
      'a delimiter after each line but the first',
      utf8(PLAIN.replaceAll('\n', ',\n').replace('Stage,', 'Stage')),
    ],
    ['delimiters after the first line alone', utf8(PLAIN.replace('Stage', 'Stage,,,'))],
    ['rows of delimiters at the end', utf8(`${PLAIN},,\n,,\n\n`)],
    ['rows of delimiters at the start', utf8(`,,\n\n${PLAIN}`)],

    ['UTF-16, as "Unicode text" of Excel', utf16(PLAIN.replaceAll(',', '\t'), false)],
    ['UTF-16, big endian', utf16(PLAIN, true)],
    [
      'a table of pandas, its index a column without a name',
      utf8(PLAIN.replaceAll(/^/gm, '0,').replace('0,', ',').replace(/0,$/, '')),
    ],
  ])('%s', async (_, bytes) => {
    expect(await readClinical('clinical.csv', bytes, unset)).toEqual({ rows: ROWS, told: [] });
  });

  test('any cells of any text, whichever the delimiter', async () => {
    const cell = fc.string({ unit: fc.constantFrom(...'aä0 ,;\t"\n.'), maxLength: 6 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, fc.constantFrom('I', 'II', 'NA')), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';', '\t'),
        async (cells, delimiter) => {
          const lines = [
            ['note', 'PatientID', 'Overall.Stage'],
            ...cells.map(([note, stage], i) => [quoted(note), `P${i}`, stage]),
          ];
          const text = lines.map((line) => `${line.join(delimiter)}\n`).join('');
          expect(await rowsOf(text)).toEqual(cells.map(([, stage], i) => ({ patientId: `P${i}`, stage })));
        },
      ),
    );
  });
});

describe('columns', () => {
  const lines = (id: string, stage: string) => `${id},${stage}\nP-1,I\n`;

  test.each([
    ['patientid', 'overall.stage'],
    ['Patient ID', 'overall_stage'],
    ['Case ID', 'Pathological stage'],
    ['bcr_patient_barcode', 'ajcc_pathologic_tumor_stage'],
    ['case_submitter_id', 'ajcc_pathologic_stage'],
    ['cases.submitter_id', 'diagnoses.ajcc_pathologic_stage'],
    ['PATIENT_ID', 'AJCC_PATHOLOGIC_TUMOR_STAGE'],
    ['participant_id', 'clinical_stage'],
    ['NewPatientID', 'stage'],
  ])('%s and %s are known, and told', async (id, stage) => {
    expect(await read(lines(id, stage))).toEqual({
      rows: [{ patientId: 'P-1', stage: 'I' }],
      told: [`the patient is taken from the column "${id}"`, `the stage is taken from the column "${stage}"`],
    });
  });

  test('of several that are known the first in order is taken, and the others are told', async () => {
    const text =
      'case_id,patient_id,bcr_patient_barcode,clinical_stage,ajcc_pathologic_stage\nuuid,A1,TCGA-05-A1,Stage IV,Stage IA\n';
    expect(await read(text)).toEqual({
      rows: [{ patientId: 'TCGA-05-A1', stage: 'Stage IA' }],
      told: [
        'the patient is taken from the column "bcr_patient_barcode", before "case_id", "patient_id" (split.idColumn takes another)',
        'the stage is taken from the column "ajcc_pathologic_stage", before "clinical_stage" (split.stageColumn takes another)',
      ],
    });
  });

  test('PatientID and Overall.Stage are taken as always, whatever else is there', async () => {
    const text = 'bcr_patient_barcode,PatientID,stage,Overall.Stage\nX,P-1,IV,I\n';
    expect(await read(text)).toEqual({ rows: [{ patientId: 'P-1', stage: 'I' }], told: [] });
  });

  test('one that the configuration names is taken before all that are known, without regard to case where need be', async () => {
    const text = 'PatientID,MRN,Overall.Stage,cT\nP-1,7,I,2\n';
    const names = { idColumn: 'MRN', stageColumn: 'CT' };
    expect(await read(text, names)).toEqual({
      rows: [{ patientId: '7', stage: '2' }],
      told: ['the stage is taken from the column "cT"'],
    });
  });

  test.each([
    [
      'mrn,Overall.Stage\n1,I\n',
      'has no column with the patient under a name that is known (set split.idColumn; the first row has to name the columns); its columns are mrn, Overall.Stage',
    ],
    [
      'PatientID,T-stage\n1,T1\n',
      'has no column with the stage under a name that is known (set split.stageColumn; the first row has to name the columns); its columns are PatientID, T-stage',
    ],
    [
      'patient_id,Patient ID,Overall.Stage\n1,2,I\n',
      'the patient may be in any of "patient_id", "Patient ID": set split.idColumn to the name of one',
    ],
    [
      'PatientID,Overall.Stage,Overall.Stage\n1,I,II\n',
      'has two columns of the name "Overall.Stage": delete or rename one of them',
    ],
    [
      'PatientID,Overall.Stage,n,n\n1,I,1,1\n',
      'has two columns of the name "n": delete or rename one of them',
    ],
    ['PatientID,Overall.Stage\n', 'has no row below the names of its columns: add one for each patient'],
    ['PatientID,Overall.Stage\n,\n', 'has no row below the names of its columns: add one for each patient'],
    ['', 'is empty'],
    [
      'LUNG1-901,60,I\nLUNG1-902,61,II\n',
      'its first line holds values: put a line with the names of the columns before it',
    ],
  ])('%j is refused', async (text, message) => {
    await expect(read(text)).rejects.toThrow(UsageError);
    await expect(read(text)).rejects.toThrow(new UsageError(`clinical.csv: ${message}`));
  });

  test('a column that the configuration names and that is not there is named with those that are', async () => {
    await expect(read('id,Overall.Stage\n1,I\n', { idColumn: 'MRN' })).rejects.toThrow(
      'clinical.csv: has no column "MRN" (set split.idColumn); its columns are id, Overall.Stage',
    );
  });
});

test('the second and third line of TCGA, and rows without a patient, are no patients', async () => {
  const text =
    'bcr_patient_barcode\tajcc_pathologic_tumor_stage\nbcr_patient_barcode\tajcc_pathologic_tumor_stage\nCDE_ID:2673794\tCDE_ID:3203222\nTCGA-1\tStage IB\n\tStage IV\n';
  const { rows, told } = await read(text);
  expect(rows).toEqual([{ patientId: 'TCGA-1', stage: 'Stage IB' }]);
  expect(told.at(-1)).toBe('rows of the clinical table that name no patient, and are left out: 1');
});

test('the codes of NLST are read by its data dictionary', async () => {
  const { rows } = await read('pid,de_stag,de_stag_7thed\n100012,400,110\n100013,110,320\n100014,110,999\n');
  expect(rows.map(({ stage }) => stage)).toEqual(['IA', 'IIIB', '999']);
});

test.each([
  'PatientID,Overall.Stage\n"P',
  'PatientID,Overall.Stage\nP"Doe"x,I\n',
  'PatientID,Overall.Stage\nDoe\n',
  'PatientID,Overall.Stage\nDoe,I,Jane\n',
  'PatientID;age;Overall.Stage\nDoe;61,5;I\nRoe;60\n',
])('what is no CSV is refused by name and line, and no cell is quoted: %j', async (text) => {
  await expect(read(text)).rejects.toThrow(/^clinical\.csv: is no valid CSV \([A-Z_]+, line \d+\)$/);
});

test('patients in an encoding that is not read are refused; other columns may be in any', async () => {
  const latin1 = (text: string) => readClinical('clinical.csv', Buffer.from(text, 'latin1'), unset);
  expect((await latin1('PatientID,Overall.Stage,note\nP-1,I,M\u00fcller\n')).rows).toHaveLength(1);
  await expect(latin1('PatientID,Overall.Stage\nM\u00fc-1,I\n')).rejects.toThrow('save it as CSV in UTF-8');
});

describe('.xlsx', () => {
  const readSheets = (sheets: Parameters<typeof xlsx>[0]) =>
    readClinical('clinical.xlsx', xlsx(sheets), unset);

  test('is read, numbers as they are, and empty cells and rows as nothing', async () => {
    const table = await readSheets({
      Sheet1: [['PatientID', 'age', 'Overall.Stage'], [1, 61.5, 'IIIa'], [], ['002', null, 2], [3, 60]],
    });
    expect(table).toEqual({
      rows: [
        { patientId: '1', stage: 'IIIa' },
        { patientId: '002', stage: '2' },
        { patientId: '3', stage: '' },
      ],
      told: [],
    });
  });

  test('of several sheets the one with the columns is taken, and told', async () => {
    const { rows, told } = await readSheets({
      'Read me': [['Data of a study'], ['2019']],
      Clinical: [
        ['Case ID', 'Stage'],
        ['P-1', 'IIIA'],
      ],
    });
    expect(rows).toEqual([{ patientId: 'P-1', stage: 'IIIA' }]);
    expect(told[0]).toBe('the clinical table is the sheet "Clinical"');
  });

  test('several sheets that could be are refused by name, and so is what is no workbook', async () => {
    const sheet = [
      ['PatientID', 'Overall.Stage'],
      ['P-1', 'I'],
    ];
    await expect(readSheets({ 2018: sheet, 2019: sheet })).rejects.toThrow(
      'clinical.xlsx: the sheets "2018", "2019" all have the columns',
    );
    const broken = xlsx({ Sheet1: sheet }).slice(0, 300);
    await expect(readClinical('clinical.xlsx', broken, unset)).rejects.toThrow(
      'clinical.xlsx: is no Excel workbook that can be read: save the table anew as .xlsx, or as CSV in UTF-8',
    );
  });
});

test.each<[string, string | number[]]>([
  ['an Excel workbook of before 2007', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  [
    'an OpenDocument spreadsheet',
    'PK\u0003\u0004................mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
  ],
  ['a Parquet file', 'PAR1....'],
  ['a web page or XML', '<html><table><tr><td>PatientID'],
  ['a gzip file', [0x1f, 0x8b, 8, 0]],
  ['no text', [1, 0, 2, 0]],
])('%s is refused with what to do', async (what, content) => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : Uint8Array.from(content);
  await expect(readClinical('clinical', bytes, unset)).rejects.toThrow(UsageError);
  await expect(readClinical('clinical', bytes, unset)).rejects.toThrow(`clinical: is ${what}`);
  await expect(readClinical('clinical', bytes, unset)).rejects.toThrow('as CSV in UTF-8');
});
