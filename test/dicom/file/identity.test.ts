import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Identity, readIdentity } from '../../../src/dicom/file/identity.ts';
import { parsePart10, text } from '../../../src/dicom/file/part10.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import {
  elementBytes,
  type MadeElement,
  type MadeLayout,
  part10Bytes,
} from '../../support/dicom/encoded-dicom.ts';
import { laidObjects } from '../../support/layouts.ts';
import {
  filesAt,
  filesInZip,
  hasSharedData,
  type NamedBytes,
  shared,
  sharedData,
} from '../../support/shared-data.ts';

const HEADER_BYTES = 32 * 2 ** 10;

/** The same by the parser that convert reads files with; undefined of no DICOM, the code of an exclusion where it is damaged. */
function parsed({ name, bytes }: NamedBytes): Identity | undefined | string {
  try {
    const file = parsePart10(name, bytes);
    if (file === undefined) return undefined;
    const value = (tag: string): string => text(file.dataset, tag);
    return {
      patientId: value('x00100020'),
      issuer: value('x00100021'),
      identityRemoved: /^yes$/i.test(value('x00120062')) || /^(modified|removed)$/i.test(value('x00280303')),
      modality: value('x00080060'),
      studyUid: value('x0020000d'),
      seriesUid: value('x0020000e'),
      instanceNumber: value('x00200013'),
    };
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown.code;
    throw thrown;
  }
}

/** Reads no further than needed, as a look at a file does. */
function looked({ name, bytes }: NamedBytes): Identity | undefined | string {
  try {
    const start = readIdentity(name, bytes.subarray(0, HEADER_BYTES), bytes.length);
    return start === 'incomplete' ? readIdentity(name, bytes, bytes.length) : start;
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown.code;
    throw thrown;
  }
}

describe.runIf(hasSharedData)('is what the parser reads of', () => {
  test('every real file', () => {
    const files = [
      ...filesAt(...['encodings', 'seg', 'oddities', 'ibsi1-ct-phantom'].map((folder) => shared(folder))),
      ...filesInZip(shared('lung1/LUNG1-001.zip')),
    ];
    const differing = files.filter((file) => {
      const [by, expected] = [looked(file), parsed(file)];
      // Of a file that is damaged behind its header, the header tells whose it is.
      return typeof expected !== 'string' && JSON.stringify(by) !== JSON.stringify(expected);
    });
    expect(differing.map(({ name }) => name.replace(sharedData, ''))).toEqual([]);
    expect(files.length).toBeGreaterThan(500);
  });
});

test('is what the parser reads of every kind of phantom object', async () => {
  for (const { bytes } of await laidObjects()) {
    const file = { name: 'phantom', bytes };
    expect(looked(file)).toEqual(parsed(file));
  }
});

const UNDEFINED = [0xff, 0xff, 0xff, 0xff];
const le32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
const delimiter = (element: number): number[] => [0xfe, 0xff, element, 0xe0, 0, 0, 0, 0];
const item = (length: readonly number[]): number[] => [0xfe, 0xff, 0x00, 0xe0, ...length];

/** A Patient ID of somebody else, as an item may hold it. */
const OTHER: readonly MadeElement[] = [
  [0x00080060, 'CS', 'PT'],
  [0x00100020, 'LO', 'SOMEBODY ELSE'],
];

/** A sequence of two items, of defined and of undefined length, that holds the elements of others. */
function sequence(tag: number, vr: string, layout: MadeLayout, ended: boolean, inner = layout): Buffer {
  const own = [...elementBytes(OTHER, inner)];
  const items = [
    ...item(le32(own.length)),
    ...own,
    ...item(UNDEFINED),
    ...own,
    ...delimiter(0x0d),
    ...(ended ? delimiter(0xdd) : []),
  ];
  const head = [(tag >>> 16) & 255, tag >>> 24, tag & 255, (tag >>> 8) & 255];
  const length = ended ? UNDEFINED : le32(items.length);
  const size = layout.explicitVr === false ? length : [...Buffer.from(vr), 0, 0, ...length];
  return Buffer.from([...head, ...size, ...items]);
}

const IDENTITY: Identity = {
  patientId: 'P 1',
  issuer: 'North',
  identityRemoved: true,
  modality: 'SEG',
  studyUid: '1.2.3',
  seriesUid: '1.2.3.4',
  instanceNumber: '17',
};

const BEFORE: readonly MadeElement[] = [
  [0x00080005, 'CS', 'ISO_IR 100'],
  [0x00080060, 'CS', 'SEG'],
];

const BEHIND: readonly MadeElement[] = [
  [0x00100010, 'PN', 'A^B'],
  [0x00100020, 'LO', ' P 1 '],
  [0x00100021, 'LO', 'North'],
  [0x00120062, 'CS', 'YES'],
  [0x0020000d, 'UI', '1.2.3'],
  [0x0020000e, 'UI', '1.2.3.4'],
  [0x00200013, 'IS', '17'],
  [0x00280010, 'US', 2],
  [0x7fe00010, 'OW', new Uint8Array(70_000)],
];

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';

const implicit: MadeLayout = { explicitVr: false };
const bigEndian: MadeLayout = { bigEndian: true };

function dataset(layout: MadeLayout, between: readonly Uint8Array[] = []): Buffer {
  return Buffer.concat([elementBytes(BEFORE, layout), ...between, elementBytes(BEHIND, layout)]);
}

/** References of a segmentation to many images, which stand before the Patient ID. */
const REFERENCES = Buffer.concat(Array.from({ length: 400 }, () => sequence(0x00081115, 'SQ', {}, true)));

describe('is read of a file', () => {
  test.each<[string, Uint8Array]>([
    ['of explicit VR', part10Bytes(EXPLICIT, dataset({}))],
    ['of implicit VR', part10Bytes(IMPLICIT, dataset(implicit))],
    ['of big endian', part10Bytes(BIG_ENDIAN, dataset(bigEndian))],
    ['that is deflated', part10Bytes(DEFLATED, deflateRawSync(dataset({})))],
    ['without meta information', dataset({})],
    ['without meta information, implicit', dataset(implicit)],
    [
      'with sequences of undefined length',
      part10Bytes(EXPLICIT, dataset({}, [sequence(0x00081115, 'SQ', {}, true)])),
    ],
    [
      'with sequences of defined length',
      part10Bytes(EXPLICIT, dataset({}, [sequence(0x00081115, 'SQ', {}, false)])),
    ],
    [
      'with sequences, implicit',
      part10Bytes(IMPLICIT, dataset(implicit, [sequence(0x00081115, 'SQ', implicit, true)])),
    ],
    [
      'with a sequence of unknown VR, implicit inside',
      part10Bytes(EXPLICIT, dataset({}, [sequence(0x00091001, 'UN', {}, true, implicit)])),
    ],
    ['with references that take more than a look', part10Bytes(EXPLICIT, dataset({}, [REFERENCES]))],
  ])('%s', (_, bytes) => {
    const file = { name: 'made', bytes };
    expect(looked(file)).toEqual(IDENTITY);
    expect(parsed(file)).toEqual(IDENTITY);
  });

  test('that has to be read further is said to be incomplete', () => {
    const bytes = part10Bytes(EXPLICIT, dataset({}, [REFERENCES]));
    expect(REFERENCES.length).toBeGreaterThan(HEADER_BYTES);
    expect(readIdentity('seg', bytes.subarray(0, HEADER_BYTES), bytes.length)).toBe('incomplete');
  });

  test('of which pixels were not read', () => {
    const bytes = part10Bytes(EXPLICIT, dataset({}));
    expect(readIdentity('ct', bytes.subarray(0, HEADER_BYTES), bytes.length)).toEqual(IDENTITY);
  });
});

test('no beginning of a file tells of somebody else', () => {
  const files = [
    part10Bytes(
      EXPLICIT,
      dataset({}, [sequence(0x00081115, 'SQ', {}, true), sequence(0x00091001, 'UN', {}, true, implicit)]),
    ),
    part10Bytes(IMPLICIT, dataset(implicit, [sequence(0x00081115, 'SQ', implicit, true)])),
    part10Bytes(BIG_ENDIAN, dataset(bigEndian)),
  ];
  for (const bytes of files) {
    for (let length = 132; length < 1500; length++) {
      const identity = readIdentity('cut', bytes.subarray(0, length), bytes.length);
      if (identity !== 'incomplete') expect(identity).toEqual(IDENTITY);
    }
  }
});

test('values are without their padding, as the parser reads them', () => {
  const value = fc
    .array(fc.constantFrom(' ', '\0', '\t', 'A', '\\', '^', 'é', '\xa0'), { maxLength: 8 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(value, value, (patientId, issuer) => {
      const elements: MadeElement[] = [
        ...BEFORE,
        [0x00100020, 'LO', patientId],
        [0x00100021, 'LO', issuer],
        [0x7fe00010, 'OW', new Uint8Array(8)],
      ];
      const file = { name: 'made', bytes: part10Bytes(EXPLICIT, elementBytes(elements)) };
      expect(looked(file)).toEqual(parsed(file));
    }),
  );
});

describe('is none of', () => {
  test.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['text', new TextEncoder().encode('SeriesInstanceUID,Collection\n'.repeat(20))],
    ['attributes of macOS', new Uint8Array([0, 5, 0x16, 7, ...new Uint8Array(400)])],
    [
      'the directory of a medium',
      Buffer.concat([
        Buffer.alloc(128),
        Buffer.from('DICM'),
        elementBytes([
          [0x00020002, 'UI', '1.2.840.10008.1.3.10'],
          [0x00020010, 'UI', EXPLICIT],
        ]),
        dataset({}),
      ]),
    ],
  ])('%s', (_, bytes) => {
    expect(readIdentity('file', bytes, bytes.length)).toBeUndefined();
  });
});

test('of a file that was cut short the parser tells the same, or that it is damaged', () => {
  const whole = part10Bytes(EXPLICIT, dataset({}, [sequence(0x00081115, 'SQ', {}, true)]));
  let damaged = 0;
  for (let length = 132; length < 700; length++) {
    const file = { name: 'cut', bytes: whole.subarray(0, length) };
    const expected = parsed(file);
    const found = looked(file);
    if (typeof expected === 'object') expect(found).toEqual(expected);
    else if (typeof found === 'object') expect(['', IDENTITY.patientId]).toContain(found.patientId);
    else damaged++;
  }
  expect(damaged).toBeGreaterThan(150);
});
