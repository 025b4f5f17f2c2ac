import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { assertApart, assertNoOutputs, rawPlacesOf } from '../../../src/steps/dicom-export/apart.ts';
import { hashesOf, temporaryFolder } from '../../support/cli.ts';
import { type DicomCohort, dicomCohort, IDS, put } from '../../support/dicom-cohort.ts';
import { command } from '../../support/in-process.ts';

describe('outputs of swinprep', () => {
  test.each([
    'convert/cases/cases.json',
    'cases.json',
    'rois.json',
    'manifest.json',
    'split.json',
    'dataset_pass1_stats.json',
    'case.json',
    'meta.json',
  ])('mark a place, and all below it, by their %s', async (name) => {
    const place = temporaryFolder();
    put(join(place, name), '{\n  "provenance": {"swinprep_version": "0.1.0"}\n}');
    for (const out of [place, join(place, 'a'), join(place, 'a/b/c')])
      await expect(assertNoOutputs(out)).rejects.toThrow(
        `lies among outputs of swinprep: ${place} holds ${name}`,
      );
  });

  test('files of other programs by these names mark none, nor do places beside', async () => {
    const place = temporaryFolder();
    put(join(place, 'meta.json'), '{"segmentAttributes": [[]]}');
    put(join(place, 'beside/case.json'), '{"swinprep_version": "0.1.0"}');
    await expect(assertNoOutputs(join(place, 'out'))).resolves.toBeUndefined();
  });
});

describe('folders that hold outputs of swinprep', () => {
  const OURS = '{"swinprep_version": "0.1.0"}';

  test.each([
    'convert/cases/cases.json',
    'split/split/split.json',
    'pass1_stats/stats/dataset_pass1_stats.json',
    'pass2_write/manifest/manifest.json',
  ])('a folder of artifacts is no place, nor is one in it: %s', async (name) => {
    const artifacts = temporaryFolder();
    put(join(artifacts, name), OURS);
    for (const out of ['.', 'dicom', 'convert', 'a/b'])
      await expect(assertNoOutputs(join(artifacts, out))).rejects.toThrow('lies among outputs of swinprep');
    await expect(assertNoOutputs(join(artifacts, 'P1.dcm'), true)).rejects.toThrow('lies among outputs');
  });

  test.each([
    'interim/cases.json',
    'roi/rois.json',
    'cases/cases.json',
    'artifacts/convert/cases/cases.json',
  ])('what an earlier run wrote to is no place, one of its own in it is: %s', async (name) => {
    const run = temporaryFolder();
    put(join(run, name), OURS);
    await expect(assertNoOutputs(run)).rejects.toThrow(`holds ${name}`);
    await expect(assertNoOutputs(join(run, 'dicom'))).resolves.toBeUndefined();
    await expect(assertNoOutputs(join(run, 'P1.dcm'), true)).resolves.toBeUndefined();
  });
});

describe('a place that is read', () => {
  const folder = temporaryFolder();
  const read = [{ option: '--interim', uri: join(folder, 'interim') }];
  beforeAll(() => {
    mkdirSync(join(folder, 'interim'));
    symlinkSync(join(folder, 'interim'), join(folder, 'link'));
  });

  test.each([
    ['interim', 'is'],
    ['interim/a/b', 'lies in'],
    ['x/../interim/a', 'lies in'],
    ['link/a', 'lies in'],
    ['.', 'holds'],
  ])('%s is refused: it %s it', async (out, how) => {
    await expect(assertApart(join(folder, out), read)).rejects.toThrow(` ${how} --interim `);
  });

  test('another one is not, nor a file beside it', async () => {
    await assertApart(join(folder, 'interim-2'), read);
    await assertApart(join(folder, 'P.dcm'), read, true);
    await assertApart('https://data.blob.core.windows.net/interim/a', read);
  });

  test('raw data lie where the sources of patients say', () => {
    const places = rawPlacesOf([
      { name: 'a', source: { kind: 'child', place: '/x', child: { kind: 'folder', name: 'a' } } },
      {
        name: 'b',
        source: { kind: 'files', runs: [{ place: '/y', folder: '', depth: 'below' }], named: 'folder' },
      },
      { name: 'c', source: { kind: 'pair', ct: '/z/ct', mask: '' } },
      { name: 'd', source: { kind: 'refused', code: 'c', message: 'm' } },
    ]);
    expect(places).toEqual(['/x', '/y', '/z/ct']);
  });
});

describe('by the command line', () => {
  let cohort: DicomCohort;
  beforeAll(async () => {
    cohort = await dicomCohort();
  });

  const exportTo = (out: string): string[] => [
    ...['export', 'dicom-seg', '--interim', cohort.interim, '--raw', cohort.raw, '--out', out],
  ];
  const mapBackTo = (out: string): string[] => [
    ...['map-back', '--as', 'rtstruct', '--transforms', cohort.roi, '--roi', cohort.roi, '--raw', cohort.raw],
    ...['--pattern', '{patient}/tumor_roi.nii.gz', '--algorithm-name', 'n', '--algorithm-version', '1'],
    ...['--out', out],
  ];

  test.each<[string, () => string[]]>([
    ['the interim volumes', () => exportTo(cohort.interim)],
    ['a folder of theirs', () => exportTo(join(cohort.interim, IDS.seg, 'dicom'))],
    ['what holds them', () => exportTo(cohort.out)],
    ['the ROIs', () => exportTo(join(cohort.roi, 'dicom'))],
    ['an artifact', () => exportTo(join(cohort.out, 'artifacts/pass2_write/manifest/x'))],
    ['the raw data', () => exportTo(cohort.raw)],
    ['a patient of theirs', () => exportTo(join(cohort.raw, IDS.seg))],
    ['what holds the raw data', () => exportTo(join(cohort.raw, '..'))],
    ['transforms and predictions', () => mapBackTo(cohort.roi)],
    ['the raw data, of predictions', () => mapBackTo(join(cohort.raw, 'x'))],
    ['the interim volumes, of predictions', () => mapBackTo(join(cohort.interim, 'x'))],
  ])('%s are no place for DICOM objects, and stay as they are', async (_, args) => {
    const before = [cohort.out, cohort.raw].map((folder) => hashesOf(folder));
    const { stderr } = await command(args(), 1);
    expect(stderr).toMatch(/swinprep: --out .*; DICOM objects name the patient: give a place of their own/);
    expect([cohort.out, cohort.raw].map((folder) => hashesOf(folder))).toEqual(before);
  });

  test('masks and predictions have a place each', async () => {
    const out = temporaryFolder();
    await command(exportTo(out));
    expect((await command(mapBackTo(out), 1)).stderr).toContain('holds dicom_export.json, of masks');
    const other = temporaryFolder();
    await command(mapBackTo(other));
    expect((await command(exportTo(other), 1)).stderr).toContain('holds map_back.json, of predictions');
  });
});
