import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  columnsBeside,
  type Decision,
  encodeReview,
  markSeen,
  parseReview,
  REVIEW_REASONS,
  type ReviewReason,
  withoutSeen,
} from '../../src/records/review.ts';

const SHA = 'a1'.repeat(32);
const HEADER = 'patient_id,decision,reason,comment,reviewer,decided_utc,mask_sha256,flags';
const bytesOf = (...lines: string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`);

const accepted: Decision = {
  patient_id: 'P-001',
  decision: 'accept',
  reason: null,
  comment: '',
  reviewer: 'AB',
  decided_utc: '2026-11-29T08:15:00Z',
  mask_sha256: SHA,
  flags: ['context-clipped', 'several-masks'],
};
const excluded: Decision = {
  ...accepted,
  patient_id: 'P-002',
  decision: 'exclude',
  reason: 'mask-beside-tumour',
  comment: 'left, not right; "see" report,\nsecond line',
  flags: [],
};

test('a review is a table that people and spreadsheets read, in order of patients', () => {
  expect(new TextDecoder().decode(encodeReview([excluded, accepted]))).toBe(
    [
      HEADER,
      `P-001,accept,,,AB,2026-11-29T08:15:00Z,${SHA},context-clipped several-masks`,
      `P-002,exclude,mask-beside-tumour,"left, not right; ""see"" report,\nsecond line",AB,2026-11-29T08:15:00Z,${SHA},`,
      '',
    ].join('\r\n'),
  );
});

describe('what is written is read again', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '\r', '\n', '\t', '＝', 'x') }),
  );
  const decision = fc.record({
    patient_id: hostile.filter((id) => id !== ''),
    comment: hostile,
    reviewer: hostile,
    decided_utc: fc
      .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
      .map((time) => time.toISOString()),
    mask_sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    flags: fc.option(fc.array(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), { maxLength: 3 })),
    reason: fc.option(fc.constantFrom(...(Object.keys(REVIEW_REASONS) as ReviewReason[]))),
  });
  const review = fc
    .uniqueArray(decision, { selector: ({ patient_id }) => patient_id, maxLength: 5 })
    .map((rows) =>
      rows.map((row): Decision => ({ ...row, decision: row.reason === null ? 'accept' : 'exclude' })),
    );

  test('whatever stands in its texts', () => {
    fc.assert(
      fc.property(review, (decisions) => {
        const inOrder = [...decisions].sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1));
        expect(parseReview('review.csv', encodeReview(decisions))).toEqual(inOrder);
      }),
    );
  });

  test('and no cell begins as a formula does', () => {
    fc.assert(
      fc.property(hostile, (comment) => {
        const text = new TextDecoder().decode(encodeReview([{ ...accepted, comment }]));
        const cell = text.slice(text.indexOf(',accept,,') + ',accept,,'.length);
        expect(cell.replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
    );
  });
});

test.each([
  [
    'semicolons, as a spreadsheet saves it where the comma is the decimal mark',
    (row: string) => row.replaceAll(',', ';'),
  ],
  ['a byte order mark', (row: string) => row.replace(/^patient_id/, '\ufeffpatient_id')],
  ['columns in another order', (row: string) => row.replace(/^([^,]*),(.*)$/, '$2,$1')],
  ['a column of its own', (row: string) => `${row},mine`],
  ['tabs', (row: string) => row.replaceAll(',', '\t')],
  [
    'spaces round the names of the columns',
    (row: string) => row.replace(/^(patient_id),(decision),/, ' $1 , $2 ,'),
  ],
  ['columns without a name and a value, as Excel leaves them', (row: string) => `${row},,`],
])('a review by hand may have %s', (_, edited) => {
  const rows = [HEADER, `P-001,accept,,,AB,2026-11-29T08:15:00Z,${SHA},context-clipped several-masks`];
  expect(parseReview('review.csv', bytesOf(...rows.map(edited)))).toEqual([accepted]);
});

describe('a review as it was left', () => {
  const row = (patient: string): string => `${patient},accept,,,AB,2026-11-29T08:15:00Z,${SHA},*`;
  const read = (text: string) =>
    parseReview('review.csv', new TextEncoder().encode(text)).map(({ patient_id, flags }) => [
      patient_id,
      flags,
    ]);
  const both = [
    ['P-001', null],
    ['P-002', null],
  ];

  test.each([
    [
      'rows added by a program that ends lines in another way',
      `${HEADER}\r\n${row('P-001')}\r\n${row('P-002')}\n`,
    ],
    ['the other way round', `${HEADER}\n${row('P-001')}\r\n${row('P-002')}\r\n`],
    ['lines that end as on an old Mac', `${HEADER}\r${row('P-001')}\r${row('P-002')}\r`],
    ['rows that were emptied', `${HEADER}\n${row('P-001')}\n,,,,,,,\n\n${row('P-002')}\n ,,,,,,,\n\n`],
    ['no end of the last line', `${HEADER}\n${row('P-001')}\n${row('P-002')}`],
    ['empty cells beyond the columns', `${HEADER}\n${row('P-001')},,\n${row('P-002')}\n`],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual(both);
  });

  test('without the empty cell at the end of a row, which Excel may leave out, no flag was seen', () => {
    expect(read(`${HEADER}\n${row('P-001').replace(/,\*$/, '')}\n`)).toEqual([['P-001', []]]);
  });

  test('rows are counted as the spreadsheet shows them', () => {
    const text = `${HEADER}\n${row('P-001')}\n,,,,,,,\n${row('P-002').replace('accept', 'maybe')}\n`;
    expect(() => read(text)).toThrow('row 3, decision: Invalid option');
  });

  // LibreOffice 7.4 made this of a file with the patients 0012, 1E5 and 12345678901234567: names are lost, all else is read.
  test('saved by LibreOffice Calc', () => {
    const rest = `"exclude","other","two\nlines, ""q""","AB","2026-11-29T08:15:00Z","${SHA}","a b"`;
    const header = HEADER.split(',').map((name) => `"${name}"`);
    const text = [header.join(','), `12,${rest}`, `100000,${rest}`, `1.23456789012346E+016,${rest}`, ''].join(
      '\n',
    );
    expect(read(text)).toEqual(['12', '100000', '1.23456789012346E+016'].map((id) => [id, ['a', 'b']]));
  });
});

test('without a column of flags, and by *, all count as seen; by an empty cell none', () => {
  const row = `P-001,accept,,,AB,2026-11-29T08:15:00Z,${SHA}`;
  const flagsOf = (...lines: string[]) => parseReview('review.csv', bytesOf(...lines))[0].flags;
  expect(flagsOf(HEADER.replace(',flags', ''), row)).toBeNull();
  expect(flagsOf(HEADER, `${row},*`)).toBeNull();
  expect(flagsOf(HEADER, `${row},`)).toEqual([]);
});

test('columns that would not be written again are told', () => {
  expect(columnsBeside('review.csv', encodeReview([accepted]))).toEqual([]);
  expect(columnsBeside('review.csv', bytesOf(`${HEADER},mine`, ',,,,,,,,'))).toEqual(['mine']);
  expect(columnsBeside('review.csv', bytesOf(`${HEADER},mine`))).toEqual(['mine']);
  expect(columnsBeside('review.csv', bytesOf(`${HEADER},,`, ',,,,,,,,'))).toEqual([]);
  expect(columnsBeside('review.csv', bytesOf(`${HEADER},`, ',,,,,,,,note'))).toEqual(['without a name']);
});

test('a text of one line is no review without decisions', () => {
  expect(() => parseReview('notes.csv', bytesOf('look at P-004 again'))).toThrow(
    'notes.csv: has no column patient_id, decision',
  );
});

test('nobody has been looked at yet', () => {
  expect(parseReview('review.csv', encodeReview([]))).toEqual([]);
  expect(parseReview('review.csv', new Uint8Array())).toEqual([]);
});

describe('is refused, with file and row named and neither patient nor comment', () => {
  const rowOf = (values: Partial<Record<keyof Decision, string>>): string =>
    Object.values({
      ...{ patient_id: 'SECRET-1', decision: 'accept', reason: '', comment: 'SECRET', reviewer: 'AB' },
      ...{ decided_utc: '2026-11-29T08:15:00Z', mask_sha256: SHA, flags: '' },
      ...values,
    }).join(',');
  const good = rowOf({ patient_id: 'P-000' });

  test.each([
    ['no patient', rowOf({ patient_id: '' }), 'row 2, patient_id: is empty'],
    ['a word that is no decision', rowOf({ decision: 'maybe' }), 'row 2, decision: Invalid option'],
    [
      'a reason of its own',
      rowOf({ decision: 'exclude', reason: 'ugly' }),
      'row 2, reason: Invalid option: expected one of "mask-beside-tumour"|',
    ],
    ['exclude without a reason', rowOf({ decision: 'exclude' }), 'row 2, reason: exclude takes a reason'],
    ['accept with one', rowOf({ reason: 'other' }), 'row 2, reason: exclude takes a reason'],
    [
      'a local time',
      rowOf({ decided_utc: '2026-11-29T08:15:00+01:00' }),
      'row 2, decided_utc: is no time in UTC',
    ],
    ['a day alone', rowOf({ decided_utc: '2026-11-29' }), 'row 2, decided_utc: is no time in UTC'],
    ['half a hash', rowOf({ mask_sha256: SHA.slice(32) }), 'row 2, mask_sha256: is no SHA-256'],
    ['a patient twice', good, 'row 2 decides on the patient of row 1 again; leave one of them'],
    ['a row cut off', 'SECRET-1,accept', 'row 2, decided_utc: is no time in UTC'],
    [
      'a comma in a comment without quotes',
      rowOf({ comment: 'SECRET, so called', flags: '*' }),
      'row 2 has more cells than there are columns; put a text that holds the delimiter in quotes',
    ],
    [
      'a stray quote',
      rowOf({ comment: 'SECRET "so" called' }),
      'is no valid CSV (INVALID_OPENING_QUOTE, line 3)',
    ],
  ])('%s', (_, row, message) => {
    const parse = (): unknown => parseReview('OUT/review.csv', bytesOf(HEADER, good, row));
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(`OUT/review.csv: ${message}`);
    expect(parse).not.toThrow('SECRET');
  });

  test('another encoding than UTF-8, by which letters would be lost', () => {
    const bytes = bytesOf(HEADER, rowOf({ comment: 'SECRET u' }));
    bytes[bytes.indexOf('u'.charCodeAt(0), HEADER.length)] = 0xfc;
    expect(() => parseReview('review.csv', bytes)).toThrow('review.csv: is not encoded as UTF-8; save it as');
  });

  test('a column that is there twice, of which nobody can say which counts', () => {
    expect(() => parseReview('review.csv', bytesOf(`${HEADER},patient_id`, `${good},P-9`))).toThrow(
      'review.csv: has the column patient_id twice; leave one of them',
    );
  });

  test('a table of something else', () => {
    expect(() => parseReview('clinical.csv', bytesOf('PatientID,Stage', 'P1,I'))).toThrow(
      'clinical.csv: has no column patient_id, decision, reason, comment, reviewer, decided_utc, mask_sha256; give a review.csv',
    );
  });
});

test('flags are marked as seen by their codes, or all of them, and come out of it as they were', () => {
  const flag = (code: string) => ({ code, message: code, value: 1 });
  const flags = [flag('a'), flag('b')];
  expect(markSeen(flags, ['b', 'gone'])).toEqual([flag('a'), { ...flag('b'), seen: true }]);
  expect(markSeen(flags, null).every(({ seen }) => seen)).toBe(true);
  expect(JSON.stringify(withoutSeen(markSeen(flags, null)))).toBe(JSON.stringify(flags));
});
