import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import type { DicomExport } from '../../../src/records/way-back/dicom-export.ts';
import { type CliResult, cli, readJson, temporaryFolder } from '../../support/cli.ts';
import { DIGIT_MARKER, MARKER, marked, uidsOf } from '../../support/dicom/marked-study.ts';
import { put } from '../../support/dicom-cohort.ts';
import { withElements } from '../../support/edited-file.ts';
import { commandHere, preprocess } from '../../support/in-process.ts';
import { PATIENT_ID } from '../../support/layouts.ts';
import { phantoms } from '../../support/phantoms.ts';

/** What becomes of the raw data of each patient after convert has read them. */
const SPOILS: Readonly<
  Record<string, { code: string; spoil: (bytes: Uint8Array) => Uint8Array | undefined }>
> = {
  WHOLE: { code: 'ok', spoil: (bytes) => bytes },
  CUT: { code: 'unreadable-dicom', spoil: (bytes) => bytes.subarray(0, 300) },
  MIXED: {
    code: 'several-patients',
    spoil: (bytes) => withElements(bytes, { [PATIENT_ID]: `${MARKER}^OTHER` }),
  },
  STUDIES: {
    code: 'several-studies',
    spoil: (bytes) => withElements(bytes, { [Tag.StudyInstanceUID]: `2.25.${DIGIT_MARKER}1` }),
  },
  NAMELESS: {
    code: 'missing-uid',
    spoil: (bytes) => withElements(bytes, { [Tag.SOPInstanceUID]: undefined }),
  },
  MOVED: {
    code: 'no-source-series',
    spoil: (bytes) => withElements(bytes, { [Tag.ImagePositionPatient]: '0\\0\\1000' }),
  },
};

/** The slice that is spoilt. */
const SPOILT = 12;

const raw = temporaryFolder();
const out = temporaryFolder();
const dicom = temporaryFolder();
const uids = new Set<string>();
let printed = '';

const places = { seg: join(dicom, 'seg'), set: join(dicom, 'set'), back: join(dicom, 'back') };
const fileOf = (id: string, i: number): string => join(raw, id, `${String(i).padStart(3, '0')}.dcm`);

/** Every file below a folder with the text of it, inflated where it is compressed. */
function textsBelow(folder: string): [name: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      return [path, `${(entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')}${path}`];
    });
}

async function say(run: Promise<CliResult>): Promise<CliResult> {
  const result = await run;
  printed += result.stdout + result.stderr;
  return result;
}

beforeAll(async () => {
  const files = (await phantoms(1)).filter(({ key }) => key.startsWith('raw/'));
  for (const id of Object.keys(SPOILS)) {
    mkdirSync(join(raw, id));
    for (const [i, { bytes }] of files.entries()) writeFileSync(fileOf(id, i), marked(bytes));
  }
  for (const { bytes } of files) for (const uid of uidsOf(bytes)) uids.add(uid);
  const clinical = join(temporaryFolder(), 'clinical.csv');
  writeFileSync(
    clinical,
    `PatientID,Overall.Stage\n${Object.keys(SPOILS)
      .map((id) => `${id},I\n`)
      .join('')}`,
  );
  const config = join(temporaryFolder(), 'config.yml');
  writeFileSync(
    config,
    'resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\nraw: {patients: folder}\n',
  );
  await preprocess({ raw, clinical, out, config });
  for (const [id, { spoil }] of Object.entries(SPOILS)) {
    const bytes = spoil(readFileSync(fileOf(id, SPOILT)));
    if (bytes !== undefined) writeFileSync(fileOf(id, SPOILT), bytes);
  }
  const interim = join(out, 'interim');
  const from = ['--interim', interim, '--raw', raw, '--profile'];
  // As a process, with threads.
  await say(cli(['export', 'dicom-seg', ...from, '--out', places.seg]));
  await say(commandHere(['export', 'rtstruct', ...from, '--out', places.set]));
  const roi = join(out, 'roi');
  const predictions = ['--transforms', roi, '--roi', roi, '--pattern', '{patient}/tumor_roi.nii.gz'];
  const net = ['--algorithm-name', 'net', '--algorithm-version', '1'];
  await say(
    commandHere(['map-back', '--as', 'dicom-seg', ...predictions, ...from, ...net, '--out', places.back]),
  );
  for (const id of Object.keys(SPOILS)) {
    const one = [
      '--transforms',
      join(roi, id, 'transforms.json'),
      '--roi',
      join(roi, id, 'tumor_roi.nii.gz'),
    ];
    const to = ['--out', join(dicom, 'one', `${id}.dcm`)];
    await say(commandHere(['map-back', '--as', 'rtstruct', ...one, ...from, ...net, ...to]));
  }
  // What cannot be written at all.
  put(join(out, 'blocked'), 'a file where a folder is wanted');
  await say(commandHere(['export', 'dicom-seg', ...from, '--out', join(out, 'blocked')]));
});

test('patients that can be written are, each other ends with its reason', () => {
  const expected = Object.entries(SPOILS).map(([id, { code }]) => [id, code]);
  for (const file of [join(places.seg, 'dicom_export.json'), join(places.back, 'map_back.json')]) {
    const { patients } = readJson<DicomExport>(file);
    const found = patients.map((p) => [p.patient_id, p.state === 'ok' ? 'ok' : p.exclusion.code]);
    expect(found.sort()).toEqual(expected.sort());
  }
});

test('the objects name the patient as the CT does', () => {
  const ct = parsePart10('ct', readFileSync(fileOf('WHOLE', 0)))!.dataset;
  const objects = textsBelow(dicom).filter(([name]) => name.endsWith('.dcm'));
  expect(objects).toHaveLength(4);
  for (const [name, content] of objects) {
    const { dataset } = parsePart10(name, readFileSync(name))!;
    // Patient's Name, Patient ID, birth date, study, accession number, referring physician.
    for (const tag of ['x00100010', 'x00100020', 'x00100030', 'x0020000d', 'x00080050', 'x00080090']) {
      expect(text(dataset, tag)).toBe(text(ct, tag));
      expect(text(ct, tag)).not.toBe('');
    }
    expect(content).toContain(MARKER);
  }
});

test('no value of any header is in a log, a record, an error or a profile', () => {
  const needles = [MARKER, DIGIT_MARKER, ...uids];
  const others = textsBelow(dicom).filter(([name]) => !name.endsWith('.dcm'));
  const told: [string, string][] = [['standard output and error', printed], ...others];
  const leaks = told.flatMap(([name, content]) =>
    needles.filter((needle) => content.includes(needle)).map((needle) => `${needle} in ${name}`),
  );
  expect(leaks).toEqual([]);
  // What is made of them is not told either.
  const made = textsBelow(dicom).filter(([name]) => name.endsWith('.dcm'));
  for (const [name] of made)
    for (const tag of [Tag.SOPInstanceUID, Tag.SeriesInstanceUID]) {
      const uid = text(parsePart10(name, readFileSync(name))!.dataset, tag);
      for (const [where, content] of told)
        expect({ where, told: content.includes(uid) }).toEqual({ where, told: false });
    }
  expect(others.map(([name]) => name.split('/').at(-1))).toEqual(
    expect.arrayContaining(['export.json', 'dicom_export.json', 'map_back.json', 'profile.json']),
  );
  expect(printed).toContain('about to write');
  expect(uids.size).toBeGreaterThan(50);
});
