import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OkCase } from '../../src/records/case.ts';
import type { Cases } from '../../src/records/cases.ts';
import type { Changes } from '../../src/records/changes.ts';
import type { Failures, Manifest } from '../../src/records/manifest.ts';
import { type Decision, encodeReview, REVIEW_REASONS } from '../../src/records/review.ts';
import type { RoiChanges } from '../../src/records/roi-changes.ts';
import type { Split } from '../../src/records/split.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';
import { phantomId, writePhantoms } from '../support/phantoms.ts';
import { reportJson } from '../support/report-data.ts';

const PATIENTS = 5;
const names = Array.from({ length: PATIENTS }, (_, i) => phantomId(i + 1));
/** Who is left out; in train. */
const BAD = phantomId(3);
const others = names.filter((name) => name !== BAD);
const COMMENT = 'seen by Dr Sandelius on Friday';

/** Coarse and small. Everybody has a flag of convert and one of the ROI. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {auditVolumes: false, gzipLevelInt: 1}
qc: {slices: {low: 1000}}
roiQc: {tumorComponents: {low: 2, high: 2}}
`;

const work = temporaryFolder();
const at = (...parts: string[]): string => join(work, ...parts);
const out = at('out');
const config = at('config.yml');
const split = at('out/artifacts/split/split');
const release = at('out/artifacts/pass1_stats/stats');

function preprocess(more: Partial<Parameters<typeof inProcess.preprocess>[0]> = {}, code = 0) {
  return inProcess.preprocess({ raw: at('raw'), clinical: at('clinical.csv'), out, config, ...more }, code);
}

const cases = (): Cases => readJson(out, 'artifacts/convert/cases/cases.json');
const changes = (): Changes => readJson(out, 'artifacts/convert/cases/changes.json');
const manifest = (): Manifest => readJson(out, 'artifacts/pass2_write/manifest/manifest.json');
const failures = (): Failures => readJson(out, 'artifacts/pass2_write/manifest/failures.json');
const roiChanges = (): RoiChanges => readJson(out, 'artifacts/pass2_write/manifest/roi_changes.json');
const stats = (): DatasetStats => readJson(release, 'dataset_pass1_stats.json');
const sides = (): Record<string, string> =>
  Object.fromEntries(readJson<Split>(split, 'split.json').patients.map((p) => [p.patient_id, p.split]));

const maskOf = (name: string): string => readJson<OkCase>(out, 'interim', name, 'case.json').tumor.sha256;

function decision(patient_id: string, more: Partial<Decision> = {}): Decision {
  return {
    ...{ patient_id, decision: 'accept', reason: null, comment: COMMENT, reviewer: 'Dr Sandelius' },
    ...{ decided_utc: '2026-11-29T08:15:00Z', mask_sha256: maskOf(patient_id), flags: null, ...more },
  };
}

const exclusion: Partial<Decision> = { decision: 'exclude', reason: 'mask-beside-tumour' };

/** Writes a review; gives its file. */
function reviewOf(...decisions: Decision[]): string {
  const file = join(temporaryFolder(), 'review.csv');
  writeFileSync(file, encodeReview(decisions));
  return file;
}

/** Every file of the volumes by its bytes and by when it was written. */
function volumes() {
  return Object.fromEntries(
    ['interim', 'roi'].flatMap((store) =>
      Object.entries(hashesOf(join(out, store))).map(([file, hash]) => [
        `${store}/${file}`,
        { hash, written: statSync(join(out, store, file)).mtimeMs },
      ]),
    ),
  );
}

const bytesOf = (files: ReturnType<typeof volumes>) =>
  Object.fromEntries(Object.entries(files).map(([file, { hash }]) => [file, hash]));

/** Files that differ, or are in one alone. */
function differing(one: Record<string, unknown>, other: Record<string, unknown>): string[] {
  const files = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return files.filter((file) => JSON.stringify(one[file]) !== JSON.stringify(other[file]));
}

/** Artifacts but for what they tell of the run before. */
const artifacts = () =>
  Object.fromEntries(
    Object.entries(hashesOf(join(out, 'artifacts'))).filter(
      ([file]) => !/(changes\.json|index\.html)$/.test(file),
    ),
  );

let first: { volumes: ReturnType<typeof volumes>; artifacts: ReturnType<typeof artifacts> };
let firstSides: Record<string, string>;
let firstMu: number;

beforeAll(async () => {
  writeFileSync(config, CONFIG);
  await writePhantoms(work, PATIENTS);
  await preprocess();
  first = { volumes: volumes(), artifacts: artifacts() };
  firstSides = sides();
  firstMu = stats().config_after_pass1.global_mu;
});

test('what is accepted is told by the manifest and does no work: no volume and no ROI is touched', async () => {
  const { stdout } = await preprocess({ review: reviewOf(...names.map((name) => decision(name))) });
  expect(stdout).toContain(`review: 0 excluded, ${PATIENTS} accepted`);
  expect(stdout.match(/nothing has changed since the last run/g)).toHaveLength(2);
  expect(differing(first.volumes, volumes())).toEqual(['interim/cases.json']);
  expect(differing(first.artifacts, artifacts())).toEqual([
    'convert/cases/cases.json',
    'pass2_write/manifest/manifest.json',
  ]);
  const { summary, outputs, review } = manifest();
  expect(summary).toMatchObject({ num_flagged: PATIENTS, num_flagged_unseen: 0 });
  const flags = outputs.flatMap((output) => output.flags);
  expect(flags.length).toBeGreaterThanOrEqual(2 * PATIENTS);
  expect(flags.every(({ seen }) => seen)).toBe(true);
  expect(review?.accepted).toEqual(names.map((patient_id) => ({ patient_id, flags: null })));
  expect(sides()).toEqual(firstSides);
});

describe('a patient that is excluded', () => {
  beforeAll(() => preprocess());

  test('leaves split, statistics and manifest with its reason, and nothing else changes', async () => {
    expect(firstSides[BAD]).toBe('train');
    const [stale, accepted] = others;
    const review = reviewOf(
      decision(BAD, exclusion),
      decision(stale, { ...exclusion, mask_sha256: '0'.repeat(64) }),
      decision(accepted, { flags: [] }),
      { ...decision(accepted), patient_id: 'ELSEWHERE' },
    );
    const { stdout, stderr } = await preprocess({ review, previous: split, maxExcluded: 0 });
    expect(stderr).not.toContain('--max-excluded');
    expect(stdout + stderr).not.toContain('Sandelius');
    expect(stdout).toContain(
      `review: 1 excluded, 1 accepted, 1 stale: ${stale}: the mask has changed since; look again`,
    );
    expect(stdout).toContain(`review, by another name than in this run: ELSEWHERE (the mask of ${accepted})`);
    expect(stdout).toContain(`  excluded ${BAD} (review): ${REVIEW_REASONS['mask-beside-tumour']}`);
    expect(stdout).toContain('1 excluded (1 by the review)');
    expect(failures()).toMatchObject([
      { patient_id: BAD, step: 'convert', code: 'review', error: REVIEW_REASONS['mask-beside-tumour'] },
    ]);
    expect(failures()[0].stage).not.toBe('');
    expect(manifest().summary.excluded_by).toEqual([{ step: 'convert', code: 'review', patients: 1 }]);
    expect(manifest().review).toEqual(cases().review);
    expect(manifest().outputs.map(({ patient_id }) => patient_id)).toEqual(others);
    expect(sides()).toEqual(Object.fromEntries(others.map((name) => [name, firstSides[name]])));
    expect(readFileSync(join(split, 'split.csv'), 'utf8')).toMatch(
      new RegExp(`^${BAD},excluded,.*,review,`, 'm'),
    );
    expect(changes()).toMatchObject({
      changed: [{ patient_id: BAD, state: 'excluded', state_before: 'ok', why: ['review'], volumes: [] }],
      unchanged: others,
    });
    // It was in train, so that the constants follow; the others are only normalised anew.
    expect(stats().config_after_pass1.global_mu).not.toBe(firstMu);
    expect(roiChanges().removed).toEqual([{ patient_id: BAD, state_before: 'ok' }]);
    const changed = differing(bytesOf(first.volumes), bytesOf(volumes()));
    const normalised = ['ct_roi_norm.nii.gz', 'meta.json', 'transforms.json'];
    expect(changed).toEqual([
      'interim/cases.json',
      ...others.flatMap((name) => normalised.map((file) => `roi/${name}/${file}`)),
      'roi/rois.json',
    ]);
  });

  test('and nothing of the reviewer is in any file but the review', () => {
    const texts = Object.keys(hashesOf(out))
      .filter((file) => /\.(json|csv|yml|html)$/.test(file))
      .map((file) => {
        const text = readFileSync(join(out, file), 'utf8');
        return file.endsWith('.html') ? text + reportJson(text) : text;
      });
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) expect(text).not.toContain('Sandelius');
  });

  test('comes back with the bytes of before when the decision is taken back', async () => {
    await preprocess();
    expect(changes().changed).toMatchObject([
      { patient_id: BAD, state: 'ok', state_before: 'excluded', why: ['review'], volumes: [] },
    ]);
    expect(bytesOf(volumes())).toEqual(bytesOf(first.volumes));
    expect(artifacts()).toEqual(first.artifacts);
  });

  test('with frozen constants leaves every ROI as it is, and with --prune loses its own and no volume', async () => {
    const review = reviewOf(decision(BAD, exclusion));
    const frozen = at('release.json');
    writeFileSync(frozen, readFileSync(join(release, 'dataset_pass1_stats.json')));
    const before = volumes();
    await preprocess({ review, previous: split, freezeStats: frozen, prune: true });
    const changed = differing(before, volumes());
    const gone = Object.keys(before).filter((file) => file.startsWith(`roi/${BAD}/`));
    expect(gone.length).toBeGreaterThan(5);
    expect(changed).toEqual(['interim/cases.json', ...gone, 'roi/rois.json']);
    expect(changes().pruned).toEqual({ deleted: [], left: [] });
    expect(roiChanges().pruned).toEqual({ deleted: [BAD], left: [] });
    await preprocess();
    expect(bytesOf(volumes())).toEqual(bytesOf(first.volumes));
  });
});

describe('many ranks', () => {
  const convert = (name: string, shard: string, review: string, code = 0) =>
    inProcess.command(
      [
        ...['convert', '--raw', at('raw'), '--interim', at(name, 'interim'), '--cases', at(name, 'cases')],
        ...['--config', config, '--review', review, '--workers', '1', '--shard', shard],
      ],
      code,
    );

  test('obey it as one does', async () => {
    const [good, limited] = others;
    const review = reviewOf(decision(BAD, exclusion), decision(good), decision(limited));
    await convert('one', '0/1', review);
    await convert('two', '1/2', review);
    await convert('two', '0/2', review);
    expect(hashesOf(at('two/cases'))).toEqual(hashesOf(at('one/cases')));
    expect(readJson<Cases>(at('two/cases'), 'cases.json').summary.num_excluded).toBe(1);
  });

  test.each(['0/2', '1/2'])('stop before any work at one that cannot be obeyed: rank %s', async (shard) => {
    const review = join(temporaryFolder(), 'review.csv');
    writeFileSync(review, 'patient_id,decision\nA,maybe\n');
    const { stderr } = await convert('none', shard, review, 1);
    expect(stderr).toContain(`${review}: has no column reason`);
    expect(() => statSync(at('none'))).toThrow();
  });
});

test('preprocess refuses a wrong review before its first step, and says that one beside its outputs is not obeyed', async () => {
  const review = at('elsewhere', 'review.csv');
  mkdirSync(at('elsewhere'));
  writeFileSync(
    review,
    readFileSync(reviewOf(decision(BAD, exclusion)), 'utf8').replace('mask-beside-tumour', 'ugly'),
  );
  const { stdout, stderr } = await preprocess({ review }, 1);
  expect(stderr).toContain(`${review}: row 1, reason: Invalid option`);
  expect(stdout).toBe('');

  const beside = join(out, 'review.csv');
  writeFileSync(beside, encodeReview([decision(BAD, exclusion)]));
  const told = `${beside} is not obeyed: give it with --review ${beside} --previous ${split}, or --review none`;
  const silent = await preprocess();
  expect(silent.stderr.split('\n').filter((line) => line.startsWith(told))).toHaveLength(1);
  expect(cases().review).toBeUndefined();
  expect((await preprocess({ review: 'none' })).stderr).not.toContain('not obeyed');
  // Without the split that is told of, somebody would change sides, and the run stops.
  const obeyed = await preprocess({ review: beside, previous: split });
  expect(obeyed.stderr).not.toContain('not obeyed');
  expect(cases().review?.excluded).toHaveLength(1);
});
