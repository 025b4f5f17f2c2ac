import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import { stageNames } from '../../src/config/stage-name.ts';
import type { EncodedTally } from '../../src/kernels/intensity/hu-tally.ts';
import { randomStream } from '../../src/phantom/drawing/random.ts';
import { CASE_FILE, type CaseRecord, type OkCase } from '../../src/records/case.ts';
import { CASES_FILE, type Cases } from '../../src/records/cases.ts';
import { META_FILE, type OkRoi } from '../../src/records/roi.ts';
import type { SplitMember } from '../../src/records/split.ts';
import { MEASURES_FILE, type MeasuredCase } from '../../src/records/stats.ts';
import { excludedCase } from '../../src/steps/convert/record.ts';
import type { ClinicalRow } from '../../src/steps/split/clinical.ts';
import { readJson, temporaryFolder } from './cli.ts';
import * as inProcess from './in-process.ts';
import { writePhantoms } from './phantoms.ts';

/** Records that a whole run has left of one patient. */
export interface RecordsOfOne {
  readonly config: Config;
  readonly converted: OkCase;
  readonly measured: MeasuredCase;
  readonly roi: OkRoi;
}

/** Coarse and small: the records have every key all the same. */
const CONFIG = `
resample: {spacingMm: [2, 2, 6]}
roi: {patch: 96x96x32}
output: {auditVolumes: false, gzipLevelInt: 1}
`;

/** Runs the default pipeline over one phantom. */
export async function recordsOfPhantom(): Promise<RecordsOfOne> {
  const [cohort, out] = [temporaryFolder(), temporaryFolder()];
  await writePhantoms(cohort, 1);
  const config = join(cohort, 'config.yml');
  writeFileSync(config, CONFIG);
  await inProcess.preprocess({
    ...{ raw: join(cohort, 'raw'), clinical: join(cohort, 'clinical.csv'), out, config },
  });
  const patient = 'PHANTOM-001';
  const { record, tallies } = readJson<MeasuredCase>(out, 'interim', patient, MEASURES_FILE);
  return {
    config: readJson<Cases>(out, 'artifacts/convert/cases', CASES_FILE).config,
    converted: readJson<OkCase>(out, 'interim', patient, CASE_FILE),
    measured: { record, tallies },
    roi: readJson<OkRoi>(out, 'roi', patient, META_FILE),
  };
}

/** A patient as the steps would leave it. */
export interface MadePatient {
  readonly converted: CaseRecord;
  readonly clinical: ClinicalRow;
  readonly measured: MeasuredCase;
  readonly roi: (member: SplitMember) => OkRoi;
}

/** Voxels, sum of HU and of their squares, exactly. */
export interface ExactMoments {
  readonly n: bigint;
  readonly sum: bigint;
  readonly squares: bigint;
}

export function exactMoments({ first_hu, counts }: EncodedTally): ExactMoments {
  let [n, sum, squares] = [0n, 0n, 0n];
  counts.split(' ').forEach((count, i) => {
    const [voxels, hu] = [BigInt(count), BigInt(first_hu + i)];
    n += voxels;
    sum += voxels * hu;
    squares += voxels * hu * hu;
  });
  return { n, sum, squares };
}

/** Mean and standard deviation of the population. */
export function meanAndSd({ n, sum, squares }: ExactMoments): { mean: number; sd: number } {
  // The variance times n^2 is a whole number.
  return { mean: Number(sum) / Number(n), sd: Math.sqrt(Number(n * squares - sum * sum)) / Number(n) };
}

/** As many distinct sets of voxels as there are; a cohort of more patients has each several times. */
export const VOXEL_SETS = 50;

/** Every nth patient is excluded by convert. */
export const EXCLUDED_EVERY = 100;

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A tally of the same shape with other voxels: each bin some times as full, some HU higher. */
function otherTally({ first_hu, counts }: EncodedTally, times: number, higherHu: number): EncodedTally {
  const scaled = counts.split(' ').map((count) => String(Number(count) * times));
  return { first_hu: first_hu + higherHu, counts: scaled.join(' ') };
}

interface VoxelSet {
  readonly tallies: MeasuredCase['tallies'];
  readonly mean: number;
  readonly sd: number;
  readonly voxels: number;
}

function voxelSet({ tallies }: MeasuredCase, index: number): VoxelSet {
  const random = randomStream('voxels', index);
  const times = random.integer(1, 9);
  const higherHu = random.integer(-40, 40);
  const hu = otherTally(tallies.hu, times, higherHu);
  const exact = exactMoments(hu);
  const { mean, sd } = meanAndSd(exact);
  const tumor_hu = otherTally(tallies.tumor_hu, times, higherHu);
  return { tallies: { hu, tumor_hu }, mean, sd, voxels: Number(exact.n) };
}

/**
 * Patients by the thousand, each with the keys and the lengths of `like` and numbers, hashes and names of its own. The
 * constants of a case are those of its voxels, so that those of a cohort can be told from all voxels at once.
 */
export function makePatients(count: number, like: RecordsOfOne): MadePatient[] {
  const sets = Array.from({ length: VOXEL_SETS }, (_, i) => voxelSet(like.measured, i));
  const stages = stageNames(like.config.split.stages);
  return Array.from({ length: count }, (_, i) => {
    const patientId = `MADE-${String(i + 1).padStart(6, '0')}`;
    const random = randomStream('patient', i);
    const set = sets[i % VOXEL_SETS];
    const volumeMl = random.between(1, 300);
    const stretch = random.between(0.5, 1.5);
    const side = like.measured.record.bbox_padded_size_mm;
    const file = <F extends { file: string; sha256: string }>(of: F): F => ({
      ...of,
      sha256: sha(`${patientId} ${of.file}`),
    });
    const stage = stages[random.integer(0, stages.length - 1)];
    return {
      converted:
        i % EXCLUDED_EVERY === EXCLUDED_EVERY - 1
          ? excludedCase(
              { patient_id: patientId, step: 'convert', code: 'no-ct-series', message: 'none' },
              sha(patientId),
            )
          : {
              ...like.converted,
              patient_id: patientId,
              ct: { ...file(like.converted.ct), hu_mean: random.between(-1000, 0) },
              tumor: { ...file(like.converted.tumor), volume_ml: volumeMl },
              fingerprint: sha(patientId),
            },
      clinical: { patientId, stage },
      measured: {
        record: {
          ...like.measured.record,
          patient_id: patientId,
          tumor_volume_ml: volumeMl,
          bbox_padded_size_mm: [side[0] * stretch, side[1] * stretch, side[2] * stretch],
          case_mu: set.mean,
          case_sigma: set.sd,
          case_norm_info: { ...like.measured.record.case_norm_info, mask_count: set.voxels },
        },
        tallies: set.tallies,
      },
      roi: ({ split, stage: name, stage_index }) => ({
        ...like.roi,
        patient_id: patientId,
        split,
        stage: name,
        stage_index,
        tumor_volume_ml: volumeMl,
        paths: Object.fromEntries(Object.entries(like.roi.paths).map(([key, of]) => [key, file(of)])),
        provenance: { ...like.roi.provenance, fingerprint: sha(`roi ${patientId}`) },
      }),
    };
  });
}
