import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { buildDatalist, datalistSchema } from '../../src/exports/datalist.ts';
import { collectGarbage } from '../../src/memory/garbage.ts';
import { casesSchema, mergeCases } from '../../src/records/cases.ts';
import { changesSchema } from '../../src/records/changes.ts';
import { decodeJson, encodeJson } from '../../src/records/json.ts';
import {
  buildManifest,
  failuresSchema,
  gatherFailures,
  manifestSchema,
  splitExclusions,
} from '../../src/records/manifest.ts';
import type { Decision } from '../../src/records/review.ts';
import type { OkRoi } from '../../src/records/roi.ts';
import { splitSchema } from '../../src/records/split.ts';
import { type MeasuresFile, measuresFileSchema, statsSchema } from '../../src/records/stats.ts';
import { deal, gathered } from '../../src/runner/ranks/deal.ts';
import { gatherParts, writePart } from '../../src/runner/ranks/gather-parts.ts';
import { changesBetween } from '../../src/steps/convert/changes.ts';
import { applyReview } from '../../src/steps/convert/review.ts';
import { datasetStats } from '../../src/steps/pass1-stats/dataset-stats.ts';
import { patientRows } from '../../src/steps/split/patient-rows.ts';
import { splitPatients } from '../../src/steps/split/split-patients.ts';
import { openStore } from '../../src/storage/open.ts';
import { temporaryFolder } from './cli.ts';
import {
  EXCLUDED_EVERY,
  type ExactMoments,
  exactMoments,
  type MadePatient,
  makePatients,
  meanAndSd,
  type RecordsOfOne,
  recordsOfPhantom,
} from './made-records.ts';

const SCHEMAS = {
  'cases.json': casesSchema,
  'changes.json': changesSchema,
  'split.json': splitSchema,
  'dataset_pass1_stats.json': statsSchema,
  'manifest.json': manifestSchema,
  'failures.json': failuresSchema,
  'datalist.json': datalistSchema,
} satisfies Record<string, z.ZodType>;

type File = keyof typeof SCHEMAS;
const FILES = Object.keys(SCHEMAS) as File[];

/** The steps after the patients, by the functions that they call, of records in whatever order. */
function artifactsOf(
  patients: readonly MadePatient[],
  { config }: RecordsOfOne,
  decisions: readonly Decision[] = [],
) {
  const { records, outcome } = applyReview(
    patients.map((one) => one.converted),
    decisions,
  );
  const cases = mergeCases('0', config, records, undefined, decisions.length === 0 ? undefined : outcome);
  const clinical = patients.map((one) => one.clinical);
  const split = splitPatients({
    version: '0',
    cases,
    rows: patientRows(cases.cases, clinical, (id) => id, false),
    caseNaming: 'folder',
  });
  const memberOf = new Map(split.patients.map((member) => [member.patient_id, member]));
  const used = patients.flatMap((one) => {
    const member = memberOf.get(one.converted.patient_id);
    return member === undefined ? [] : [{ one, member }];
  });
  const stats = datasetStats(
    '0',
    config,
    used.map(({ one, member: { split: side, stage } }) => ({
      record: { ...one.measured.record, split: side, stage },
      tallies: one.measured.tallies,
    })),
    [],
  );
  const rois: OkRoi[] = used.map(({ one, member }) => one.roi(member));
  const excluded = cases.cases.flatMap((record) => (record.state === 'excluded' ? [record.exclusion] : []));
  const failures = gatherFailures(split, excluded, splitExclusions(split));
  const manifest = buildManifest({ version: '0', config, cases, split, stats, rois, failures });
  return {
    'cases.json': cases,
    'changes.json': changesBetween(undefined, cases, true),
    'split.json': split,
    'dataset_pass1_stats.json': stats,
    'manifest.json': manifest,
    'failures.json': failures,
    'datalist.json': buildDatalist(manifest, rois),
  } satisfies Record<File, unknown>;
}

type Artifacts = ReturnType<typeof artifactsOf>;

function encoded(artifacts: Artifacts): Record<File, Buffer> {
  return Object.fromEntries(FILES.map((file) => [file, Buffer.from(encodeJson(artifacts[file]))])) as Record<
    File,
    Buffer
  >;
}

/**
 * Tests of what a cohort of `most` patients ends in, beside the first `fewer` and the first `least` of them. Returns the
 * bytes of cases.json by their number.
 */
export function describeArtifacts(most: number, fewer: number, least: number): (patients: number) => Buffer {
  let like: RecordsOfOne;
  let many: MadePatient[];
  let ofMany: Artifacts;
  let bytesOfMany: Record<File, Buffer>;
  let bytesOfFew: Record<File, Buffer>;
  let bytesOfFewest: Record<File, Buffer>;

  const bytesOf = (patients: number): Record<File, Buffer> =>
    patients === most ? bytesOfMany : patients === fewer ? bytesOfFew : bytesOfFewest;

  beforeAll(async () => {
    like = await recordsOfPhantom();
    many = makePatients(most, like);
    ofMany = artifactsOf(many, like);
    bytesOfMany = encoded(ofMany);
    bytesOfFew = encoded(artifactsOf(many.slice(0, fewer), like));
    bytesOfFewest = encoded(artifactsOf(many.slice(0, least), like));
  });

  describe(`artifacts of ${most} patients`, () => {
    test(`take as many bytes for each patient after the first ${fewer} as before, within 2 %`, () => {
      const each = (larger: number, smaller: number, patients: number): number =>
        (larger - smaller) / patients;
      const ratios = FILES.map((file) => {
        const [fewest, few, all] = [least, fewer, most].map((n) => bytesOf(n)[file].length);
        return [file, each(all, few, most - fewer) / each(few, fewest, fewer - least)] as const;
      });
      expect(ratios.filter(([, ratio]) => Math.abs(ratio - 1) > 0.02)).toEqual([]);
    });

    test('say of everybody what becomes of him', () => {
      const listed = [
        ...ofMany['manifest.json'].outputs.map((output) => output.patient_id),
        ...ofMany['failures.json'].map((failure) => failure.patient_id),
      ];
      expect(listed.sort()).toEqual(many.map((one) => one.converted.patient_id));
      expect(ofMany['failures.json']).toHaveLength(most / EXCLUDED_EVERY);
      const { training, test: held } = ofMany['datalist.json'];
      expect(training.length + held.length).toBe(ofMany['manifest.json'].outputs.length);
    });

    test('say it whatever a review decides, by whatever mask, of whomever', () => {
      const some = many.slice(-EXCLUDED_EVERY);
      const ids = some.map((one) => one.converted.patient_id);
      const masks = some.flatMap(({ converted }) =>
        converted.state === 'ok' ? [converted.tumor.sha256] : [],
      );
      const maskOf = new Map(ids.map((id, i) => [id, masks[i] ?? '0'.repeat(64)]));
      const decision = fc.record({
        patient_id: fc.constantFrom(...ids, 'NOBODY'),
        right: fc.boolean(),
        reason: fc.constantFrom('other' as const, 'mask-incomplete' as const, null),
        flags: fc.option(fc.subarray(['slices', 'tumor-clipped'])),
      });
      const review = fc.uniqueArray(decision, { selector: ({ patient_id }) => patient_id, maxLength: 60 });
      fc.assert(
        fc.property(review, (rows) => {
          const decisions = rows.map(
            ({ patient_id, right, reason, flags }): Decision => ({
              ...{ patient_id, reason, flags, decision: reason === null ? 'accept' : 'exclude' },
              ...{ comment: '', reviewer: '', decided_utc: '2026-11-29T08:15:00Z' },
              mask_sha256: (right && maskOf.get(patient_id)) || 'f'.repeat(64),
            }),
          );
          const made = artifactsOf(some, like, decisions);
          const { outputs, summary, review: outcome } = made['manifest.json'];
          const failures = made['failures.json'];
          const used = outputs.map((output) => output.patient_id);
          expect([...used, ...failures.map((failure) => failure.patient_id)].sort()).toEqual(ids);
          expect(made['split.json'].patients.map((member) => member.patient_id)).toEqual(used);
          const byReview = failures
            .filter(({ code }) => code === 'review')
            .map((failure) => failure.patient_id);
          expect(byReview).toEqual((outcome?.excluded ?? []).map((row) => row.patient_id));
          expect([summary.num_ok, summary.num_excluded]).toEqual([used.length, failures.length]);
          const listed = [outcome?.excluded, outcome?.accepted, outcome?.stale, outcome?.unknown].flatMap(
            (list) => (list ?? []).map((row) => row.patient_id),
          );
          expect(listed.sort()).toEqual(decisions.map((row) => row.patient_id).sort());
          for (const file of FILES) decodeJson(file, encodeJson(made[file]), SCHEMAS[file] as z.ZodType);
        }),
        { numRuns: 20 },
      );
    });

    test.each(FILES)('%s comes back from its bytes, by its schema', (file) => {
      const schema: z.ZodType = SCHEMAS[file];
      const back = decodeJson(file, bytesOfMany[file], schema);
      expect(Buffer.from(encodeJson(back)).equals(bytesOfMany[file])).toBe(true);
    });

    test('are the same to the byte in whatever order the records come', () => {
      const shuffled = encoded(artifactsOf(everyNth(many, 7919), like));
      expect(FILES.filter((file) => !shuffled[file].equals(bytesOfMany[file]))).toEqual([]);
    });

    test('the constants are mean and standard deviation of all voxels of the train patients at once', () => {
      const train = new Set(
        ofMany['split.json'].patients.filter((p) => p.split === 'train').map((p) => p.patient_id),
      );
      const exactOf = new Map<string, ExactMoments>();
      let pooled: ExactMoments = { n: 0n, sum: 0n, squares: 0n };
      for (const { converted, measured } of many) {
        if (!train.has(converted.patient_id)) continue;
        const { hu } = measured.tallies;
        const exact = exactOf.get(hu.counts + hu.first_hu) ?? exactMoments(hu);
        exactOf.set(hu.counts + hu.first_hu, exact);
        pooled = {
          n: pooled.n + exact.n,
          sum: pooled.sum + exact.sum,
          squares: pooled.squares + exact.squares,
        };
      }
      const { mean, sd } = meanAndSd(pooled);
      const { pass1_summary: summary, statistics } = ofMany['dataset_pass1_stats.json'];
      expect(Math.abs(summary.global_mu / mean - 1)).toBeLessThan(1e-9);
      expect(Math.abs(summary.global_sigma_total / sd - 1)).toBeLessThan(1e-9);
      const group = statistics.find(({ split, stage }) => split === 'train' && stage === 'all')!;
      expect(group.hu.voxels).toBe(Number(pooled.n));
      expect(Math.abs(group.hu.mean_hu / mean - 1)).toBeLessThan(1e-9);
      expect(Math.abs(group.hu.sd_hu / sd - 1)).toBeLessThan(1e-9);
    });

    test('parts of 16 ranks are gathered into what one rank has', async () => {
      const records = many
        .slice(0, most / 5)
        .map(({ measured }): MeasuresFile => ({ state: 'ok', fingerprint: '', ...measured }));
      const ranks = 16;
      const weighed = many.slice(0, records.length).map(({ measured: { record } }) => ({
        patientId: record.patient_id,
        weight: record.tumor_volume_ml,
      }));
      const hands = deal(weighed, ranks);
      const place = { store: await openStore(temporaryFolder()), step: 'pass1-stats', run: 'made' } as const;
      const handOf = (rank: number): MeasuresFile[] => hands[rank].map((i) => records[i]);
      for (let rank = 1; rank < ranks; rank++)
        await writePart(place, { rank, ranks }, { records: handOf(rank), skipped: 0 });
      const report = (): void => {};
      const parts = await gatherParts(place, ranks, { schema: measuresFileSchema, timeoutS: 60, report });
      const whole = gathered(hands, (rank) => (rank === 0 ? handOf(0) : parts.get(rank)!.records));
      expect(Buffer.from(encodeJson(whole)).equals(encodeJson(records))).toBe(true);
    });
  });

  return (patients) => bytesOf(patients)['cases.json'];
}

/** All of `items`, `step` apart and round again: another order as long as the two have no common factor. */
function everyNth<T>(items: readonly T[], step: number): T[] {
  return items.map((_, i) => items[(i * step) % items.length]);
}

/** Bytes of the heap that the cases hold once they are read. */
export function heapOf(bytes: Uint8Array): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const cases = decodeJson('cases.json', bytes, casesSchema);
  collectGarbage();
  const held = process.memoryUsage().heapUsed - before;
  expect(cases.cases.length).toBeGreaterThan(0);
  return held;
}
