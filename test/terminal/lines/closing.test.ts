import { expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { CohortResult } from '../../../src/default-pipeline/cohort-result.ts';
import { cohortTable, mappedLines, pageUrl, reportLines } from '../../../src/terminal/lines/closing.ts';

test('the table of the cohort: a row a patient in order of names, and a dash for who has no stage', () => {
  const output = { tumor_volume_ml: 9.16, final_roi_size_vox: [192, 192, 64], flags: [] };
  const result = {
    manifest: {
      config: PRESETS.lung1,
      global_mu: -170,
      global_sigma: 316.5,
      outputs: [
        { ...output, patient_id: 'P1', split: 'train', stage: 'IIIa' },
        { ...output, patient_id: 'P3', split: 'test', stage: '' },
      ],
    },
    failures: [
      { patient_id: 'P2', stage: '', step: 'convert', code: 'no-mask', error: '' },
      { patient_id: 'P4', stage: 'I', step: 'split', code: 'no-image', error: '' },
    ],
  } as unknown as CohortResult;
  expect(cohortTable(result).split('\n')).toEqual([
    'patient  stage  split     tumour ml  ROI size    flags',
    expect.stringMatching(/^-+(?: {2}-+){5}$/),
    'P1       IIIa   train     9.2        192x192x64  -',
    'P2       -      excluded  -          -           convert: no-mask',
    'P3       -      test      9.2        192x192x64  -',
    '',
    expect.stringContaining('data set constants: mu -170.0000 HU'),
  ]);
});

test('a page of this disk is told as a URL that opens it, of a store without its token', () => {
  expect(pageUrl('/data/out of 2/index.html')).toBe('file:///data/out%20of%202/index.html');
  expect(pageUrl('index.html')).toBe(`file://${process.cwd()}/index.html`);
  expect(pageUrl('https://swinprepdata.blob.core.windows.net/site/index.html?sig=secret')).toBe(
    'https://swinprepdata.blob.core.windows.net/site/index.html',
  );
});

test('what report wrote: predictions are told where there are any', () => {
  const done = { page: '/out/index.html', patients: 1, pictures: 0, compared: 0 };
  expect(reportLines(done)).toEqual(['report: 1 patient, 0 pictures', '  report: file:///out/index.html']);
  expect(reportLines({ ...done, compared: 2 })[0]).toBe(
    'report: 1 patient, 0 pictures, 2 predictions compared',
  );
});

test('a DICOM object is told by what it holds', () => {
  const segments = [
    { label: 1, voxels: 3, parts: 2 },
    { label: 2, voxels: 0, parts: 0 },
  ];
  const lines = mappedLines(
    {
      ...{ patient_id: 'P1', state: 'ok', output: { file: 'P1.dcm', bytes: 1, sha256: '' } },
      ...{ interpolation: 'nearest', threshold: null, voxels: 3, volume_ml: 0.01, compared: null },
      dicom: { kind: 'rtstruct', source_images: 9, planes_left_out: 0, segments, flags: [] },
    },
    'out/P1.dcm',
  );
  expect(lines).toEqual([
    'map-back: P1 ok (nearest): 3 voxels, 0.01 ml',
    '  rtstruct, 2 segments in 2 contours: out/P1.dcm',
  ]);
});
