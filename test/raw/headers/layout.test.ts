import { expect, test } from 'vitest';
import type { HeaderCohort, HeaderPatient, SeenChild } from '../../../src/raw/headers/header-cohort.ts';
import { type LayoutRules, layoutOf } from '../../../src/raw/headers/layout.ts';

/** Children by name with the patients in them, a letter each; '' for what lies directly there. */
type Seen = Readonly<Record<string, string>>;

function cohortOf(children: Seen, more: Partial<SeenChild> = {}): HeaderCohort {
  const patients = new Map<string, HeaderPatient>();
  for (const patientId of Object.values(children).join(''))
    patients.set(patientId, { patientId, issuer: '', identityRemoved: true, folderNamed: false, runs: [] });
  return {
    patients,
    children: Object.entries(children).map(
      // A dash: DICOM without a Patient ID.
      ([name, letters]): SeenChild => ({
        place: 0,
        name,
        patients: new Set([...letters].filter((letter) => letter !== '-')),
        dicom: letters !== '',
        cts: /[a-z]/.test(letters),
        masks: false,
        studies: new Set(['one study']),
        ...more,
      }),
    ),
    strays: { anonymous: 0, damaged: 0, others: 0 },
  };
}

const AUTO: LayoutRules = { mode: 'auto', names: ['RAW'], caseId: (name) => name, cohort: false };

test.each<[string, Seen, Partial<LayoutRules>, string]>([
  ['a patient each', { P: 'a', Q: 'b' }, {}, 'folders'],
  ['a patient each, files beside them', { P: 'a', Q: 'b', '': '' }, {}, 'folders'],
  ['a patient each, another in a hidden one', { P: 'a', Q: 'b', '.trash': 'ab' }, {}, 'folders'],
  ['nobody has a Patient ID', { P: '-', Q: '-' }, {}, 'folders'],
  ['nothing at all', {}, {}, 'folders'],
  ['one folder of one patient', { P: 'a' }, {}, 'folders'],
  ['one folder of one patient, whom the place is named by', { STUDY: 'a' }, { names: ['a'] }, 'one-patient'],
  ['the same, and the folder too', { a: 'a' }, { names: ['a'] }, 'folders'],
  ['the same under HMACs', { STUDY: 'a' }, { names: ['A'], caseId: (n) => n.toLowerCase() }, 'one-patient'],
  ['two folders of one patient', { S: 'a', T: 'a' }, {}, 'one-patient'],
  ['two folders of one patient, known to be a cohort', { S: 'a', T: 'a' }, { cohort: true }, 'headers'],
  ['two folders of one patient in two places', { S: 'a', T: 'a' }, { names: ['R', 'Q'] }, 'headers'],
  ['files of one patient', { '': 'a' }, {}, 'one-patient'],
  ['files of one patient and folders of his', { '': 'a', S: 'a' }, {}, 'one-patient'],
  ['files without a Patient ID', { '': '-' }, {}, 'one-patient'],
  ['files of two patients', { '': 'ab' }, {}, 'headers'],
  ['files of one patient beside a folder of another', { '': 'a', Q: 'b' }, {}, 'headers'],
  ['files without a Patient ID beside patients', { '': '-', P: 'a', Q: 'b' }, {}, 'folders'],
  ['a folder of two', { P: 'ab', Q: 'c' }, {}, 'headers'],
  ['a folder of all', { P: 'ab' }, {}, 'headers'],
  ['a patient in two folders', { P: 'a', Q: 'a', R: 'b' }, {}, 'headers'],
  ['whatever it is, by folder', { P: 'ab', Q: 'a' }, { mode: 'folder' }, 'folders'],
  ['whatever it is, by header', { P: 'a', Q: 'b' }, { mode: 'header' }, 'headers'],
])('%s: %o', (_, children, rules, kind) => {
  expect(layoutOf(cohortOf(children), { ...AUTO, ...rules }).kind).toBe(kind);
});

test.each([
  [{ '': 'ab' }, 'DICOM files lie beside the folders'],
  [{ P: 'ab', Q: 'c' }, '1 folder or archive holds several'],
  [{ P: 'a', Q: 'a', R: 'b' }, '1 lies in several folders or archives'],
])('%o is told: %s', (children, why) => {
  expect(layoutOf(cohortOf(children as Seen), AUTO)).toEqual({ kind: 'headers', why });
});

test.each<[string, Partial<SeenChild>, Partial<LayoutRules>, string]>([
  ['of several studies', {}, {}, 'folders'],
  ['of several studies with masks', { masks: true }, {}, 'folders'],
  ['of several studies, known to be a cohort', {}, { cohort: true }, 'folders'],
  ['of several studies, in a place that is named so', {}, { names: ['a'] }, 'one-patient'],
  ['of one study', { studies: new Set(['x']) }, {}, 'one-patient'],
  ['of one study, each with its mask', { studies: new Set(['x']), masks: true }, {}, 'folders'],
  ['with masks and no CT', { cts: false, masks: true }, {}, 'one-patient'],
  ['of several studies, asked for by header', {}, { mode: 'header' }, 'headers'],
])('folders under one Patient ID, %s: %o', (_, more, rules, kind) => {
  const found = cohortOf({ P: 'a', Q: 'a' }, { studies: new Set(['x', 'y']), ...more });
  expect(layoutOf(found, { ...AUTO, ...rules }).kind).toBe(kind);
});

const home = (name: string, patient: string, study: string, masks = true): SeenChild => ({
  place: 0,
  name,
  patients: new Set(patient === '' ? [] : [patient]),
  dicom: true,
  cts: study !== '',
  masks,
  studies: new Set(study === '' ? [] : [study]),
});

test.each<[string, SeenChild[], string]>([
  ['of nobody, with CT and mask each', [home('P', '', 'x'), home('Q', '', 'y')], 'folders'],
  ['of nobody, CT in one and mask in another', [home('P', '', 'x', false), home('Q', '', '')], 'one-patient'],
])('folders %s, beside a file of nobody', (_, children, kind) => {
  const cohort = { ...cohortOf({}), children: [...children, home('', '', 'z', false)] };
  expect(layoutOf(cohort, AUTO).kind).toBe(kind);
});

test.each<[string, SeenChild, string]>([
  ['CTs of another study', home('R', '', 'y'), 'headers'],
  ['CTs of his study', home('R', '', 'x'), 'one-patient'],
  ['a mask alone', home('R', '', ''), 'one-patient'],
])('two folders of one patient beside one of nobody with %s', (_, other, kind) => {
  const { patients } = cohortOf({ P: 'a' });
  const children = [home('P', 'a', 'x', false), home('Q', 'a', ''), other];
  expect(layoutOf({ ...cohortOf({}), patients, children }, AUTO).kind).toBe(kind);
});
