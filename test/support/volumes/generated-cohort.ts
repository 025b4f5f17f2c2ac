import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { resolveConfig } from '../../../src/config/load.ts';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { stageNames } from '../../../src/config/stage-name.ts';
import { HuHistogram } from '../../../src/kernels/intensity/histogram.ts';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';
import { maskedMean } from '../../../src/kernels/mask/masked-mean.ts';
import { encodeNifti } from '../../../src/nifti/encode.ts';
import { randomStream } from '../../../src/phantom/drawing/random.ts';
import { CT_FILE, type OkCase, TUMOR_FILE } from '../../../src/records/case.ts';
import { CASES_FILE, type Cases, casesSchema, mergeCases, okCases } from '../../../src/records/cases.ts';
import { gridRecordOf } from '../../../src/records/grid.ts';
import { encodeJson } from '../../../src/records/json.ts';
import type { OutputFile } from '../../../src/records/record.ts';
import { outputFile } from '../../../src/runner/outputs.ts';
import { VERSION } from '../../../src/version.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';
import { cli, readJson, temporaryFolder } from '../cli.ts';
import * as inProcess from '../in-process.ts';
import { writePhantoms } from '../phantoms.ts';
import { type GeneratedVolume, generateVolume } from './generated-volume.ts';

/** Part of the configuration, by the names of the reference program; what is left out is as there. */
export interface ReferenceConfig {
  readonly target_spacing?: Vec3;
  readonly pad_mm?: Vec3;
  readonly window_hu?: readonly [number, number];
  readonly norm_threshold_hu?: number;
  readonly bbox_percentile?: number;
  readonly hard_min_box_mm?: Vec3;
  readonly hard_max_box_mm?: Vec3;
  readonly preferred_sizes_xy?: readonly number[];
  readonly preferred_sizes_z?: readonly number[];
  readonly snap_multiple_of?: number;
}

export interface CohortPlan {
  readonly name: string;
  readonly volumes: number;
  /** Longest side of a volume, voxels. */
  readonly most: number;
  readonly config: ReferenceConfig;
  readonly aslantHalfWay?: boolean;
  /** Constants as preset `lung1` makes them: of the train split, with the variance between patients. */
  readonly trainConstants?: boolean;
}

/** Preset `reference` with what a plan wants otherwise. */
function configOf({ config: plan, trainConstants }: CohortPlan): Config {
  const overrides = {
    stats: trainConstants ? PRESETS.lung1.stats : undefined,
    resample: { spacingMm: plan.target_spacing },
    roi: {
      paddingMm: plan.pad_mm,
      boxPercentile: plan.bbox_percentile,
      hardMinBoxMm: plan.hard_min_box_mm,
      hardMaxBoxMm: plan.hard_max_box_mm,
      preferredSizesXy: plan.preferred_sizes_xy,
      preferredSizesZ: plan.preferred_sizes_z,
      multipleOf: plan.snap_multiple_of,
    },
    intensity: { windowHu: plan.window_hu, thresholdHu: plan.norm_threshold_hu },
    // The reference makes no pictures.
    output: { qcOverlay: false },
  };
  // JSON is YAML, and leaves out what is undefined.
  return resolveConfig({ preset: 'reference', file: { name: 'plan', text: JSON.stringify(overrides) } });
}

let converted: Promise<OkCase> | undefined;

/** A record as convert writes it, of a phantom: whatever else it holds, the passes that follow read it. */
async function convertPhantom(): Promise<OkCase> {
  const folder = temporaryFolder();
  try {
    await writePhantoms(folder, 1);
    const [raw, interim, cases] = ['raw', 'interim', 'cases'].map((name) => join(folder, name));
    const places = ['--raw', raw, '--interim', interim, '--cases', cases];
    await inProcess.command(['convert', ...places, '--preset', 'reference']);
    return okCases(readJson<Cases>(cases, CASES_FILE))[0];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The record of a generated volume, with the facts of `like` where a volume has none. */
function recordOf(
  patientId: string,
  like: OkCase,
  { ct, tumor }: GeneratedVolume,
  files: { ct: OutputFile; tumor: OutputFile },
): OkCase {
  const hu = new HuHistogram(ct.data).range();
  const { voxels, start, size } = boundingBox(tumor.data, tumor.geometry.size)!;
  return {
    ...like,
    patient_id: patientId,
    ct: {
      ...like.ct,
      ...files.ct,
      ...gridRecordOf(ct.geometry),
      hu_min: hu.min,
      hu_max: hu.max,
      hu_mean: hu.mean,
      slices: ct.geometry.size[2],
    },
    tumor: {
      ...like.tumor,
      ...files.tumor,
      voxels,
      volume_ml: (voxels * ct.geometry.spacingMm.reduce((a, b) => a * b)) / 1000,
      bbox_start_ijk: start,
      bbox_size_ijk: size,
      mean_hu: maskedMean(ct.data, tumor.data),
    },
    flags: [],
  };
}

/** A cohort of volumes where convert and split would have left it. */
export interface GeneratedCohort {
  readonly plan: CohortPlan;
  readonly interim: string;
  readonly cases: string;
  readonly split: string;
  readonly patientIds: readonly string[];
  readonly volumes: ReadonlyMap<string, GeneratedVolume>;
}

/** Makes a cohort from nothing but its plan, below `folder`, and splits it. */
export async function generateCohort(plan: CohortPlan, folder: string): Promise<GeneratedCohort> {
  const config = configOf(plan);
  converted ??= convertPhantom();
  const like = await converted;
  const interim = join(folder, 'interim');
  const volumes = new Map<string, GeneratedVolume>();
  const records = Array.from({ length: plan.volumes }, (_, i) => {
    const id = `MADE-${String(i + 1).padStart(3, '0')}`;
    const made = generateVolume(randomStream(plan.name, i), {
      most: plan.most,
      target: plan.config.target_spacing ?? [1, 1, 3],
      aslantHalfWay: plan.aslantHalfWay ?? false,
    });
    volumes.set(id, made);
    mkdirSync(join(interim, id), { recursive: true });
    const write = (file: string, volume: GeneratedVolume['ct' | 'tumor']) => {
      const bytes = gzipSync(encodeNifti(volume), { level: 1 });
      writeFileSync(join(interim, id, file), bytes);
      return outputFile(file, bytes);
    };
    const files = { ct: write(CT_FILE, made.ct), tumor: write(TUMOR_FILE, made.tumor) };
    return recordOf(id, like, made, files);
  });
  const cases = join(folder, 'cases');
  const split = join(folder, 'split');
  const clinical = join(folder, 'clinical.csv');
  mkdirSync(cases);
  writeFileSync(join(cases, CASES_FILE), encodeJson(casesSchema.parse(mergeCases(VERSION, config, records))));
  const stages = stageNames(config.split.stages);
  const patientIds = [...volumes.keys()];
  const rows = patientIds.map((id, i) => `${id},${stages[i % stages.length]}\n`);
  writeFileSync(clinical, `PatientID,Overall.Stage\n${rows.join('')}`);
  await inProcess.command(['split', '--cases', cases, '--clinical', clinical, '--split', split]);
  return { plan, interim, cases, split, patientIds, volumes };
}

/** A cohort after the built command line has been over it. */
export interface CohortOutputs {
  /** Folder of CT and tumour mask by patient. */
  readonly interim: string;
  readonly roi: string;
  /** Folders of the artifacts of pass 1 and pass 2. */
  readonly stats: string;
  readonly manifest: string;
  readonly patientIds: readonly string[];
}

/** Runs both passes of the built command line over a cohort. */
export async function runPasses(
  { interim, cases, split, patientIds }: GeneratedCohort,
  folder: string,
): Promise<CohortOutputs> {
  const [roi, stats, manifest] = ['roi', 'stats', 'manifest'].map((name) => join(folder, name));
  const common = ['--cases', cases, '--split', split, '--interim', interim];
  await cli(['pass1-stats', ...common, '--stats', stats]);
  await cli(['pass2-write', ...common, '--stats', stats, '--roi', roi, '--manifest', manifest]);
  return { interim, roi, stats, manifest, patientIds };
}
