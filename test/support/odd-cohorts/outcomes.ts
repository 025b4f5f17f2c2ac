import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { caseIdOf } from '../../../src/privacy/case-id.ts';
import type { OkCase } from '../../../src/records/case.ts';
import type { Cases } from '../../../src/records/cases.ts';
import type { Inspection } from '../../../src/records/inspection.ts';
import type { Split } from '../../../src/records/split.ts';
import { readJson, temporaryFolder } from '../cli.ts';
import { elementsOf, fileOf, withValues } from '../dicom/edited-object.ts';
import { command, commandHere } from '../in-process.ts';
import { filesAt, shared } from '../shared-data.ts';
import { expectAgreement } from '../volumes/agreement.ts';
import { PATIENTS } from './make.ts';
import { TAG } from './phantom-study.ts';

const IDS = Object.keys(PATIENTS);

/** Voxels of GTV-1 of the phantom. */
const PHANTOM_VOXELS = 125256;

/** Of the revised contours, and what both have. */
const REVISED_VOXELS = 45108;
const COMMON_VOXELS = 45100;

const HMAC = { salt: 'a secret of the tests', config: 'privacy: {caseId: hmac}\n' };

interface Setting {
  /** YAML over the default. */
  readonly config?: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface Outcome {
  readonly cases: Cases['cases'];
  readonly folder: string;
  /** All that convert and inspect printed. */
  readonly printed: string;
}

function configArgs({ config }: Setting): string[] {
  if (config === undefined) return [];
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(file, config);
  return ['--config', file];
}

/** What convert does with raw data, where inspect, from headers alone, must say the same. */
async function outcomeOf(raw: string, setting: Setting = {}): Promise<Outcome> {
  const more = configArgs(setting);
  const out = temporaryFolder();
  const folder = join(out, 'cases');
  const args = ['--raw', raw, '--interim', join(out, 'interim'), '--cases', folder, ...more];
  const converted = await commandHere(['convert', ...args], setting.env);
  const inspected = await commandHere(['inspect', raw, '--json', ...more], setting.env);
  expect([converted.code, inspected.code], converted.stderr + inspected.stderr).toEqual([0, 0]);
  const { cases } = readJson<Cases>(folder, 'cases.json');
  const { patients } = JSON.parse(inspected.stdout) as Inspection;
  expect(patients.map((patient) => patient.patient_id)).toEqual(cases.map((found) => found.patient_id));
  for (const [i, found] of cases.entries()) expectAgreement({ inspected: patients[i], converted: found });
  return { cases, folder, printed: [converted, inspected].map((r) => r.stdout + r.stderr).join('\n') };
}

/** The one patient of a cohort, which converts. */
function only({ cases }: Outcome): OkCase {
  expect(cases).toMatchObject([{ state: 'ok' }]);
  return cases[0] as OkCase;
}

/** A copy of a cohort whose files say that identity was removed. */
function identityRemoved(raw: string): string {
  const copy = temporaryFolder();
  for (const { name, bytes } of filesAt(raw)) {
    const path = join(copy, name);
    mkdirSync(dirname(path), { recursive: true });
    const edited = name.endsWith('.csv')
      ? bytes
      : fileOf(withValues(elementsOf(bytes), { [TAG.PatientIdentityRemoved]: 'YES' }));
    writeFileSync(path, edited);
  }
  return copy;
}

/** The stage of each patient of the cases that a split by a clinical table takes. */
async function stagesOf(cases: string, clinical: string): Promise<Record<string, string | null>> {
  const out = temporaryFolder();
  await command(['split', '--cases', cases, '--clinical', clinical, '--split', out]);
  const { patients } = readJson<Split>(out, 'split.json');
  return Object.fromEntries(patients.map(({ patient_id, stage }) => [patient_id, stage]));
}

/** Places of one layout by which all its patients are named, the outermost first. */
const NAMED_BY_FOLDERS = [
  ['nbia', 'nbia/manifest-1', 'nbia/manifest-1/NSCLC-Radiomics'],
  ['idc', 'idc/nsclc_radiomics'],
  ['xnat', 'xnat/PROJ'],
] as const;

const NAMED_BY_HEADERS = [['tcia_utils', 'tcia_utils/tciaDownload'], ['heap'], ['media']] as const;

const TABLES = [
  'semicolons.csv',
  'tabs.tsv',
  'lower.csv',
  'trailing-comma.csv',
  'substages.csv',
  'tcga.csv',
  'names.csv',
  'ids-in-lower-case.csv',
];

/** Registers the tests of every cohort below a folder, which lies there before they run. */
export function holdOutcomes(place: () => string): void {
  const raw = (...parts: string[]): string => join(place(), ...parts);
  let phantom: OkCase;
  beforeAll(async () => {
    phantom = only(await outcomeOf(shared('ibsi1-ct-phantom/dicom')));
    expect(phantom.tumor.voxels).toBe(PHANTOM_VOXELS);
  });

  /** CT and mask are those of the phantom, voxel by voxel. */
  const expectPhantom = ({ ct, tumor }: OkCase): void => {
    expect([ct.sha256, tumor.sha256]).toEqual([phantom.ct.sha256, phantom.tumor.sha256]);
    expect(tumor.voxels).toBe(PHANTOM_VOXELS);
  };

  /** All patients convert under some names, each as the phantom. */
  const expectPatients = ({ cases }: Outcome, ids: readonly string[]): void => {
    expect(cases.map((found) => found.patient_id)).toEqual([...ids].sort());
    for (const found of cases) {
      expect(found).toMatchObject({ state: 'ok', flags: [] });
      expectPhantom(found as OkCase);
    }
  };

  describe('layouts', () => {
    test.each(NAMED_BY_FOLDERS.flat())('%s: all three convert under their ids', async (layout) => {
      expectPatients(await outcomeOf(raw('layouts', layout)), IDS);
    });

    test.each(NAMED_BY_HEADERS.flat())(
      '%s: no folder names the patient, and so the run ends',
      async (layout) => {
        const out = temporaryFolder();
        const args = [
          '--raw',
          raw('layouts', layout),
          '--interim',
          join(out, 'i'),
          '--cases',
          join(out, 'c'),
        ];
        for (const { stderr } of [
          await command(['convert', ...args], 1),
          await command(['inspect', raw('layouts', layout)], 1),
        ]) {
          expect(stderr).toContain('for 3 of 3 no CT says that identity was removed');
          expect(stderr).toContain('privacy.caseId: hmac');
          for (const id of IDS) expect(stderr).not.toContain(id);
        }
      },
    );

    test.each(NAMED_BY_HEADERS.map(([outermost]) => outermost))(
      '%s: under HMACs they convert',
      async (layout) => {
        const env = { SWINPREP_SALT: HMAC.salt };
        const caseId = caseIdOf({ privacy: { caseId: 'hmac', uids: 'omit' } }, env);
        const outcome = await outcomeOf(raw('layouts', layout), { config: HMAC.config, env });
        expectPatients(outcome, IDS.map(caseId));
        const written = JSON.stringify(outcome.cases);
        for (const id of IDS) expect(outcome.printed + written).not.toContain(id);
      },
    );

    test.each(NAMED_BY_HEADERS.map(([outermost]) => outermost))(
      '%s: they convert under their ids once the CT says that identity was removed',
      async (layout) => {
        expectPatients(await outcomeOf(identityRemoved(raw('layouts', layout))), IDS);
      },
    );

    test('media/DICOM: each folder holds one patient, and names it; the Patient ID finds its row of the table', async () => {
      const folders = IDS.map((_, n) => `PA${String(n).padStart(6, '0')}`);
      expectPatients(await outcomeOf(raw('layouts/media/DICOM')), folders);
      const told = await outcomeOf(identityRemoved(raw('layouts/media/DICOM')));
      expectPatients(told, folders);
      expect(await stagesOf(told.folder, raw('tables/names.csv'))).toEqual(
        Object.fromEntries(Object.values(PATIENTS).map((stage, n) => [folders[n], stage])),
      );
    });
  });

  test('archives: a patient that is one, and one that has one in its folder', async () => {
    expectPatients(await outcomeOf(raw('archives')), IDS.slice(0, 2));
  });

  test('phases: the acquisition converts whose images the contours name, the other is told', async () => {
    const outcome = await outcomeOf(raw('phases'));
    const found = only(outcome);
    expectPhantom(found);
    expect(found.ct.series_candidates).toMatchObject([
      { slices: 60, chosen: true, scan: 'Acquisition Number' },
      {
        slices: 60,
        chosen: false,
        scan: 'Acquisition Number',
        reason: expect.stringContaining('another scan'),
      },
    ]);
    expect(found.flags).toMatchObject([{ code: 'several-scans', value: 2 }]);
  });

  test('passes: that without all of the tumour is not taken, and nothing leads to mixing them', async () => {
    const { cases, printed } = await outcomeOf(raw('passes'));
    expect(cases).toMatchObject([{ state: 'excluded', exclusion: { code: 'mask-beyond-scan' } }]);
    expect(printed).toContain('never joined');
    expect(printed).not.toContain('variableSpacing');
    expect(JSON.stringify(cases)).not.toContain('variableSpacing');
  });

  describe('revised', () => {
    const byFolder = (objects: string): Setting => ({
      config: `raw: {patients: folder}\nmask: {objects: ${objects}}\n`,
    });

    /** Patients A and B, whose files differ in their order alone. */
    const both = async (objects: string): Promise<OkCase> => {
      const { cases } = await outcomeOf(raw('revised'), byFolder(objects));
      expect(cases).toMatchObject(['A', 'B'].map((patient_id) => ({ patient_id, state: 'ok' })));
      const [a, b] = cases as OkCase[];
      expect(b.tumor).toEqual(a.tumor);
      expect([a.ct.sha256, b.ct.sha256]).toEqual([phantom.ct.sha256, phantom.ct.sha256]);
      for (const found of [a, b]) expect(found.flags).toMatchObject([{ code: 'several-masks', value: 2 }]);
      return a;
    };

    test('the newest is taken whatever the order of files, the other compared, and the case flagged', async () => {
      const { tumor } = await both('best');
      expect(tumor.voxels).toBe(REVISED_VOXELS);
      const dice = (2 * COMMON_VOXELS) / (REVISED_VOXELS + PHANTOM_VOXELS);
      expect(tumor.choice?.masks).toMatchObject([
        { taken: true, reason: '', dice: 1 },
        { taken: false, reason: 'older', dice: expect.closeTo(dice, 12) },
      ]);
    });

    test.each([
      ['union', PHANTOM_VOXELS + REVISED_VOXELS - COMMON_VOXELS],
      ['intersection', COMMON_VOXELS],
    ])('%s: %i voxels', async (objects, voxels) => {
      const { tumor } = await both(objects);
      expect(tumor.voxels).toBe(voxels);
      expect(tumor.choice?.masks.every(({ taken }) => taken)).toBe(true);
    });
  });

  describe('readers', () => {
    test.each([
      ['best', 17600],
      ['union', 22204],
      ['intersection', 12996],
      ['majority', 12996],
    ])('%s: %i voxels, flagged, both told', async (objects, voxels) => {
      const found = only(await outcomeOf(raw('readers'), { config: `mask: {objects: ${objects}}\n` }));
      expect(found.ct.sha256).toBe(phantom.ct.sha256);
      expect(found.tumor.voxels).toBe(voxels);
      expect(found.tumor.choice).toMatchObject({ rule: objects, equals: 'readers' });
      expect(found.tumor.choice?.masks).toHaveLength(2);
      expect(found.flags).toMatchObject([{ code: 'several-masks', value: 2 }]);
    });
  });

  test('metal: no value wrapped round, and so it converts', async () => {
    const found = only(await outcomeOf(raw('metal')));
    expect(found.tumor.sha256).toBe(phantom.tumor.sha256);
    expect([found.ct.hu_min, found.ct.hu_max]).toEqual([-1000, 3071]);
    expect(found.qc.find(({ code }) => code === 'wrapShare')).toMatchObject({ value: 0, passed: true });
  });

  test('wrapped: values that wrapped round exclude the patient', async () => {
    const { cases, printed } = await outcomeOf(raw('wrapped'));
    expect(cases).toMatchObject([{ state: 'excluded', exclusion: { code: 'quality' } }]);
    expect(printed).toContain('qc.wrapShare');
  });

  describe('tables', () => {
    let cases: string;
    beforeAll(async () => {
      cases = (await outcomeOf(raw('layouts/xnat'))).folder;
    });

    test.each(TABLES)('%s is read: each patient has its stage', async (table) => {
      expect(await stagesOf(cases, raw('tables', table))).toEqual(PATIENTS);
    });
  });
}
