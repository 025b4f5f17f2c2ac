import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { caseNamingOf } from '../../../src/privacy/case-id.ts';
import type { Cases } from '../../../src/records/cases.ts';
import type { Manifest } from '../../../src/records/manifest.ts';
import type { OkRoi } from '../../../src/records/roi.ts';
import { type Split, UNLABELED } from '../../../src/records/split.ts';
import type { DatasetStats } from '../../../src/records/stats.ts';
import { cli, readJson, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import { xlsx } from '../../support/xlsx.ts';

/** A cohort whose last patient has no stage, prepared with it as unlabeled. */
const UNSTAGED = 'PHANTOM-006';
const cohort = temporaryFolder();
const out = temporaryFolder();
const cases = join(out, 'artifacts/convert/cases');
const clinical = join(cohort, 'clinical.csv');
const splitFolder = join(out, 'artifacts/split/split');
const config = join(temporaryFolder(), 'config.yml');
let printed = '';

function preprocess(previous?: string): Promise<{ stdout: string }> {
  return inProcess.preprocess({ raw: join(cohort, 'raw'), clinical, out, config, previous });
}

beforeAll(async () => {
  writeFileSync(
    config,
    'split: {unknownStage: unlabeled}\noutput: {auditVolumes: false, qcOverlay: false}\nresample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\n',
  );
  await writePhantoms(cohort, 6);
  printed = (await preprocess()).stdout;
});

describe('a patient without a stage, unlabeled', () => {
  test('has no class, from the split to the manifest', () => {
    const split = readJson<Split>(splitFolder, 'split.json');
    const { per_case_records } = readJson<DatasetStats>(
      out,
      'artifacts/pass1_stats/stats/dataset_pass1_stats.json',
    );
    const { outputs } = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
    const meta = readJson<OkRoi>(out, 'roi', UNSTAGED, 'meta.json');
    const of = <T extends { patient_id: string }>(records: T[]): T =>
      records.find((record) => record.patient_id === UNSTAGED)!;
    const none = { stage: '', stage_index: UNLABELED };
    expect([of(split.patients), of(outputs), meta]).toMatchObject([none, none, none]);
    expect(of(per_case_records)).toMatchObject({ stage: '' });
    expect(outputs).toHaveLength(6);
  });

  test('counts apart from the stages, on the terminal too', () => {
    const split = readJson<Split>(splitFolder, 'split.json');
    expect(split.summary.no_stage).toEqual({ train: 1, test: 0, excluded: 0 });
    expect(split.class_weights.num_train.reduce((a, b) => a + b)).toBe(split.summary.num_train - 1);
    expect(printed).toContain('no stage: train 1, test 0, excluded 0');
    expect(readFileSync(join(splitFolder, 'split.csv'), 'utf8')).toContain(`${UNSTAGED},train,unlabeled,`);
  });
});

test('warnings and class weights are on the terminal', () => {
  const { warnings } = readJson<Split>(splitFolder, 'split.json');
  expect(warnings.length).toBeGreaterThan(0);
  for (const { message } of warnings) expect(printed).toContain(`warning: ${message}`);
  expect(printed).toMatch(/class weights: inverse frequency [\d., -]+; effective number [\d., -]+$/m);
});

describe('--previous', () => {
  const options = (folder: string): string[] => ['--cases', cases, '--clinical', clinical, '--split', folder];

  /** The split of the first run, changed. */
  function changedSplit(change: (split: Split) => Partial<Split>): string {
    const split = readJson<Split>(splitFolder, 'split.json');
    const file = join(temporaryFolder(), 'mine.json');
    writeFileSync(file, JSON.stringify({ ...split, ...change(split) }));
    return file;
  }

  /** All sides turned round. */
  const turned = ({ patients }: Split): Partial<Split> => ({
    patients: patients.map((p) => ({ ...p, split: p.split === 'train' ? 'test' : 'train' })),
  });

  test.each([
    ['a file', (file: string) => file],
    ['a URI', (file: string) => pathToFileURL(file).href],
  ])('takes %s, and decides against the seed', async (_, named) => {
    const folder = temporaryFolder();
    const file = changedSplit(turned);
    const { stdout } = await cli(['split', ...options(folder), '--previous', named(file)]);
    const sides = ({ patients }: Split) => patients.map((p) => [p.patient_id, p.split]);
    expect(sides(readJson<Split>(folder, 'split.json'))).toEqual(sides(readJson<Split>(file)));
    expect(stdout).toContain('previous split: 6 patients on the same side again, 0 of it not here now');
  });

  test('is refused where its patients are named in another way', async () => {
    const file = changedSplit(() => ({ case_naming: 'hmac:0123456789abcdef' }));
    const { stderr } = await inProcess.command(
      ['split', ...options(temporaryFolder()), '--previous', file],
      1,
    );
    expect(stderr).toContain('mine.json: names its patients in another way than this run');
  });

  test('is asked for where a split.json would be replaced by one that moves somebody', async () => {
    const folder = temporaryFolder();
    cpSync(changedSplit(turned), join(folder, 'split.json'));
    const before = readFileSync(join(folder, 'split.json'));
    const { stderr } = await inProcess.command(['split', ...options(folder)], 1);
    expect(stderr).toMatch(/6 of its patients would change between train and test; give it with --previous/);
    expect(readFileSync(join(folder, 'split.json'))).toEqual(before);
    await inProcess.command(['split', ...options(folder), '--previous', folder]);
  });

  test('is asked for where a split.json would be replaced by one that forgets who is retired', async () => {
    const folder = temporaryFolder();
    const retired = [{ patient_id: 'GONE', split: 'test' as const, stage: 'I' }];
    const file = changedSplit(() => ({ retired }));
    cpSync(file, join(folder, 'split.json'));
    const { stderr } = await inProcess.command(['split', ...options(folder)], 1);
    expect(stderr).toContain('split.json: 1 retired ones would be forgotten; give it with --previous');
    await inProcess.command(['split', ...options(folder), '--previous', folder]);
    expect(readJson<Split>(folder, 'split.json').retired).toEqual(retired);
  });

  test('an empty one is no folder', async () => {
    const { stderr } = await inProcess.command(['split', ...options(temporaryFolder()), '--previous', ''], 1);
    expect(stderr).toContain('a path or URI is empty');
  });

  test('a wrong one stops preprocess before anything is done', async () => {
    const file = join(temporaryFolder(), 'no.json');
    const where = ['--raw', join(cohort, 'raw'), '--clinical', clinical, '--out', temporaryFolder()];
    const { stderr } = await inProcess.command(['preprocess', ...where, '--previous', file], 1);
    expect(stderr).toMatch(/^swinprep: .*no\.json: does not exist/);
  });

  test('keeps everyone over a changed cohort, and what is done stays done', async () => {
    const first = readJson<Split>(splitFolder, 'split.json');
    const gone = first.patients.find((p) => p.split === 'test')!.patient_id;
    const all = join(temporaryFolder(), 'cases.json');
    cpSync(join(cases, 'cases.json'), all);
    rmSync(join(cohort, 'raw', gone), { recursive: true });
    const { stdout } = await preprocess(splitFolder);
    const second = readJson<Split>(splitFolder, 'split.json');
    expect(second.retired).toEqual([{ patient_id: gone, split: 'test', stage: expect.any(String) }]);
    expect(second.patients.map((p) => [p.patient_id, p.split, p.pinned])).toEqual(
      first.patients.filter((p) => p.patient_id !== gone).map((p) => [p.patient_id, p.split, true]),
    );
    expect(stdout).toMatch(/pass2-write: 5 ok, 0 excluded, 5 done before/);
    const back = ['--cases', dirname(all), '--clinical', clinical, '--split', splitFolder];
    await inProcess.command(['split', ...back, '--previous', splitFolder]);
    const third = readJson<Split>(splitFolder, 'split.json');
    expect(third.retired).toEqual([]);
    expect(third.patients.map((p) => [p.patient_id, p.split])).toEqual(
      first.patients.map((p) => [p.patient_id, p.split]),
    );
  });
});

test('the check value of a secret tells two secrets apart, and is no name that a patient gets', () => {
  const hmac = { ...PRESETS.lung1, privacy: { ...PRESETS.lung1.privacy, caseId: 'hmac' as const } };
  const naming = (secret: string) => caseNamingOf(hmac, { SWINPREP_SALT: secret });
  expect(naming('a secret of some length')).toMatch(/^hmac:[0-9a-f]{16}$/);
  expect(naming('a secret of some length')).toBe(naming('a secret of some length'));
  expect(naming('a secret of some length')).not.toBe(naming('another secret, as long'));
  expect(caseNamingOf(PRESETS.lung1, {})).toBe('folder');
});

describe('a clinical table as it may come', () => {
  /** The cases of the cohort, changed; the split of them by a table, and what was printed. */
  async function splitBy(table: string | Uint8Array, change: (cases: Cases) => void = () => {}) {
    const changed = readJson<Cases>(cases, 'cases.json');
    change(changed);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(changed));
    writeFileSync(join(folder, 'clinical'), table);
    const places = ['--cases', folder, '--clinical', join(folder, 'clinical'), '--split', folder];
    const { stdout } = await inProcess.command(['split', ...places]);
    return { split: readJson<Split>(folder, 'split.json'), stdout };
  }

  const ids = ['PHANTOM-001', 'PHANTOM-002', 'PHANTOM-003'];

  test('an Excel workbook of NLST: columns, codes and zeros are told', async () => {
    const numbers = (file: Cases) => {
      file.cases = file.cases.slice(0, 3);
      for (const [i, record] of file.cases.entries()) record.patient_id = `00${i + 1}`;
    };
    const workbook = xlsx({
      nlst: [
        ['pid', 'de_stag'],
        [1, 110],
        [2, 320],
        [3, 999],
      ],
    });
    const { split, stdout } = await splitBy(workbook, numbers);
    expect(split.patients.map(({ patient_id, stage }) => [patient_id, stage])).toEqual([
      ['001', 'I'],
      ['002', 'IIIb'],
      ['003', ''],
    ]);
    expect(stdout).toContain('the patient is taken from the column "pid"');
    expect(stdout).toContain('the stage is taken from the column "de_stag"');
    expect(stdout).toContain('without regard to leading zeros: 3 patients');
    expect(stdout).toContain('stages: IA -> I: 1 row');
  });

  test('sessions are joined by their clinical id, and who is not is told once', async () => {
    const sessions = (file: Cases) => {
      file.cases = file.cases.slice(0, 3);
      for (const [i, record] of file.cases.entries()) {
        record.patient_id = `${ids[i]}_MR${i}`;
        if (i > 0) record.clinical_id = ids[i];
      }
    };
    const table = `Case ID\tstage\n${ids.map((id) => `${id}\tStage IIA\n`).join('')}`;
    const { split, stdout } = await splitBy(table, sessions);
    expect(split.patients.map(({ patient_id, stage }) => [patient_id, stage])).toEqual([
      ['PHANTOM-001_MR0', ''],
      ['PHANTOM-002_MR1', 'II'],
      ['PHANTOM-003_MR2', 'II'],
    ]);
    expect(stdout).toContain('Patient ID of their files: 2 patients');
    expect(stdout).toContain('PHANTOM-001_MR0 (nearest is PHANTOM-001); correct or add their rows');
    expect(stdout).toContain("such as '^(.*)_MR\\d+$'");
  });

  test('stages that are mapped keep the order of the mapping, in the artifacts too', async () => {
    const mapped = (file: Cases) => {
      file.cases = file.cases.slice(0, 3);
      file.config.split.stages = { late: ['III', 'IIIC'], early: ['I', 'IA'] };
    };
    const table = `PatientID;Overall.Stage;\n${ids[0]};IA\n${ids[1]};IIIC\n${ids[2]};IIIA\n`;
    const { split, stdout } = await splitBy(table, mapped);
    expect(split.stages).toEqual(['late', 'early']);
    expect(split.patients.map(({ stage, stage_index }) => [stage, stage_index])).toEqual([
      ['early', 1],
      ['late', 0],
      ['', UNLABELED],
    ]);
    expect(stdout).toContain('stages: IIIC -> late: 1 row; IA -> early: 1 row');
    expect(stdout).toContain('stages that are none of the classes: IIIA: 1 row (split.stages can map them)');
  });
});

test('a table without the columns stops preprocess before anything is done', async () => {
  const table = join(temporaryFolder(), 'clinical.xls');
  writeFileSync(table, Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0));
  const where = ['--raw', join(cohort, 'raw'), '--clinical', table, '--out', temporaryFolder()];
  const { stderr } = await inProcess.command(['preprocess', ...where], 1);
  expect(stderr).toMatch(/clinical\.xls: is an Excel workbook of before 2007.*: save the table as \.xlsx/);
});

test('patients that convert named by another secret are not looked for in the table', async () => {
  const folder = temporaryFolder();
  const hmac = join(folder, 'hmac.yml');
  writeFileSync(hmac, 'privacy: {caseId: hmac}\n');
  const made = join(folder, 'cases');
  const places = ['--raw', join(cohort, 'raw'), '--interim', join(folder, 'interim'), '--cases', made];
  const salt = (letter: string) => ({ SWINPREP_SALT: letter.repeat(20) });
  await inProcess.commandHere(['convert', ...places, '--config', hmac, '--limit', '1'], salt('a'));
  const split = ['split', '--cases', made, '--clinical', clinical, '--split', join(folder, 'split')];
  const { code, stderr } = await inProcess.commandHere(split, salt('b'));
  expect(code).toBe(1);
  expect(stderr).toContain('patients are named by another secret than the one in SWINPREP_SALT');
  expect((await inProcess.commandHere(split, salt('a'))).code).toBe(0);
});
