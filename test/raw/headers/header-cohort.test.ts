import { describe, expect, test } from 'vitest';
import { type HeaderCohort, HeaderCohortBuilder } from '../../../src/raw/headers/header-cohort.ts';
import type { Look, NoLook } from '../../../src/raw/headers/look.ts';
import type { Entry } from '../../../src/storage/store.ts';

const look = (patientId: string, more: Partial<Look> = {}): Look => ({
  patientId,
  issuer: '',
  identityRemoved: true,
  kind: 'ct',
  study: '',
  series: '',
  instance: 1,
  folderNames: '',
  ...more,
});

interface SeenFolder {
  readonly folder: string;
  readonly looks: readonly (Look | NoLook)[];
  readonly whole?: boolean;
  readonly place?: number;
}

function cohortOf(folders: readonly SeenFolder[], placeNames: readonly string[] = []): HeaderCohort {
  const builder = new HeaderCohortBuilder(placeNames);
  for (const { folder, looks, whole = true, place = 0 } of folders) {
    const seen = looks.map((each, i) => [{ key: `${folder}/${i}`, bytes: 1, version: '' }, each] as const);
    const files: Entry[] = seen.map(([entry]) => entry);
    builder.add(place, { folder, files, whole, looks: new Map(seen) });
  }
  return builder.build();
}

/** Names of patients and of the files that are theirs; of a whole folder its name. */
const ownersOf = ({ patients }: HeaderCohort): Record<string, string[]> =>
  Object.fromEntries(
    [...patients.values()].map(({ patientId, issuer, runs }) => [
      patientId + issuer,
      runs.flatMap(({ folder, files }) => files?.map(({ key }) => key) ?? [`all of ${folder}`]).sort(),
    ]),
  );

describe('a file whose patient no header tells', () => {
  const orphans = [look('', { study: 'x' }), look('', { study: 'y' }), 'damaged', 'no-dicom'] as const;

  test('goes with the one patient of its folder', () => {
    const cohort = cohortOf([{ folder: 'f', looks: [look('a'), ...orphans] }]);
    expect(ownersOf(cohort)).toEqual({ a: ['all of f'] });
    expect(cohort.strays).toEqual({ anonymous: 0, damaged: 0, others: 0 });
  });

  test('goes with the one patient of its study, wherever that lies, and else is a stray', () => {
    const cohort = cohortOf([
      { folder: 'f', looks: [look('a', { study: 'x' }), look('b', { study: 'y' }), ...orphans] },
      { folder: 'g', looks: [look('c', { study: 'y' })] },
      { folder: 'h', looks: orphans },
    ]);
    expect(ownersOf(cohort)).toEqual({ a: ['f/0', 'f/2', 'h/0'], b: ['f/1'], c: ['all of g'] });
    expect(cohort.strays).toEqual({ anonymous: 2, damaged: 2, others: 2 });
  });

  test('is nobody’s by the one patient of a batch of a large folder', () => {
    const cohort = cohortOf([
      { folder: 'f', looks: [look('a', { study: 'z' }), ...orphans], whole: false },
      { folder: 'f', looks: [look('b', { study: 'x' })], whole: false },
    ]);
    expect(ownersOf(cohort)).toEqual({ a: ['f/0'], b: ['f/0', 'f/1'] });
    expect(cohort.strays).toEqual({ anonymous: 1, damaged: 1, others: 1 });
  });
});

test('CTs of another study, without a Patient ID, do not go with the one patient of their folder', () => {
  const own = [look('a', { study: 'x' }), look('a', { study: 'x', kind: 'mask' })];
  const others = [look('', { study: 'y' }), look('', { study: 'y', kind: 'mask' }), look('', { study: 'x' })];
  const cohort = cohortOf([{ folder: 'f', looks: [...own, ...others] }]);
  expect(ownersOf(cohort)).toEqual({ a: ['f/0', 'f/1', 'f/4'] });
  expect(cohort.strays).toEqual({ anonymous: 2, damaged: 0, others: 0 });
});

describe('an issuer', () => {
  const issued = (issuer: string): Look => look('a', { issuer });

  test.each([
    ['tells two patients of one Patient ID apart', ['N', 'S'], ['aN', 'aS']],
    ['and one of none from both', ['N', 'S', ''], ['a', 'aN', 'aS']],
    ['goes unsaid where it is the only one', ['N', 'N'], ['a']],
    ['and where some files lack it', ['N', ''], ['a']],
  ])('%s', (_, issuers, names) => {
    const cohort = cohortOf(issuers.map((issuer, i) => ({ folder: `f${i}`, looks: [issued(issuer)] })));
    expect(Object.keys(ownersOf(cohort)).sort()).toEqual(names);
  });
});

test.each<[string, readonly Look[], boolean]>([
  [
    'every CT says so, whatever others say',
    [look('a'), look('a', { kind: 'mask', identityRemoved: false })],
    true,
  ],
  ['one CT does not', [look('a'), look('a', { identityRemoved: false })], false],
  ['a mask alone does', [look('a', { identityRemoved: false }), look('a', { kind: 'mask' })], false],
  ['there is no CT, and the rest says so', [look('a', { kind: 'mask' }), look('a', { kind: 'other' })], true],
  [
    'there is no CT, and some do not',
    [look('a', { kind: 'mask' }), look('a', { kind: 'other', identityRemoved: false })],
    false,
  ],
])('identity was removed where %s: %#', (_, looks, removed) => {
  const [patient] = cohortOf([{ folder: 'f', looks }]).patients.values();
  expect(patient.identityRemoved).toBe(removed);
});

test.each<[string, readonly string[], readonly string[], boolean]>([
  ['all lie in a folder of the name', ['P/a', 'shared/P/b/c'], [], true],
  ['in an archive of the name', ['P.tar.gz', 'shared/P.zip/z'], [], true],
  ['one lies elsewhere', ['P/a', 'x'], [], false],
  ['one lies among those of others', ['P/a', 'shared'], [], false],
  ['a folder round it is called otherwise', ['x/P'], [], false],
  ['the name is part of another', ['P1/a', 'xP'], [], false],
  ['the place is of others too', ['x'], ['P'], false],
])('a patient is named by folders where %s', (_, folders, places, named) => {
  const own = folders.map((folder) => ({ folder, looks: [look('P')] }));
  const { patients } = cohortOf([...own, { folder: 'shared/Q', looks: [look('Q')] }], places);
  expect([...patients.values()][0].folderNamed).toBe(named);
});

test('and by a place that is nobody else’s', () => {
  const seen = [
    { folder: '', looks: [look('P')], place: 0 },
    { folder: 'x', looks: [look('P')], place: 0 },
    { folder: '', looks: [look('Q')], place: 1 },
  ];
  const { patients } = cohortOf(seen, ['P', 'R']);
  expect([...patients.values()].map(({ folderNamed }) => folderNamed)).toEqual([true, false]);
});

test('a dose or plan of somebody else makes no second patient of a child', () => {
  const { children } = cohortOf([
    { folder: 'P/ct', looks: [look('a'), look('a', { kind: 'mask' })] },
    { folder: 'P/dose', looks: [look('b', { kind: 'other' })] },
    { folder: 'Q', looks: [look('c', { kind: 'other' })] },
  ]);
  expect(children.map(({ name, patients, cts, masks }) => [name, [...patients], cts, masks])).toEqual([
    ['P', ['["a",""]'], true, true],
    ['Q', ['["c",""]'], false, false],
  ]);
});
