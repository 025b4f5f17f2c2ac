import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { geometryOfRecord } from '../../dataset/grid.ts';
import { encodeJson } from '../../dataset/json.ts';
import type { OutputFile } from '../../dataset/record.ts';
import {
  META_FILE,
  type OkRoi,
  ROI_FILES,
  type RoiFile,
  roiSchema,
  type Transforms,
  transformsSchema,
} from '../../dataset/roi.ts';
import { windowHu, zScore } from '../../kernels/intensity/window.ts';
import { readInterimCt } from '../../passes/interim.ts';
import { resampleBox } from '../../passes/roi-crop.ts';
import { roiSize } from '../../passes/roi-plan.ts';
import { standardiseCt, targetSpacingOf } from '../../passes/standardise.ts';
import { commitRecord, type Outputs, writeOutputs } from '../../runner/commit.ts';
import { openStore } from '../../storage/open.ts';
import type { Store } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode, timedGzip } from '../../timing/timed-nifti.ts';
import { timedStore } from '../../timing/timed-store.ts';
import type { Geometry } from '../../volume/geometry.ts';
import { huFingerprint, roiProvenance } from './fingerprint.ts';
import type { RoiTask } from './patient.ts';
import { pipelineSteps } from './pipeline-steps.ts';

/** An ROI as it stands in the store, its keys in the order in which they were written. */
interface StandingRoi {
  readonly meta: OkRoi;
  readonly transforms: Transforms;
}

/** What other constants change: all else of an ROI is kept. */
const CHANGED: readonly string[] = ['ct_roi_norm', 'ct_thorax_norm', 'transforms'] satisfies RoiFile[];

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

async function readListed(
  store: Store,
  patientId: string,
  output: OutputFile | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = output && (await store.read(`${patientId}/${output.file}`));
  const whole = bytes && createHash('sha256').update(bytes).digest('hex') === output?.sha256;
  return whole ? bytes : undefined;
}

/** Whether all that is kept is there in full size. */
async function isKept(store: Store, patientId: string, paths: OkRoi['paths']): Promise<boolean> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(`${patientId}/`)) sizes.set(key, bytes);
  return Object.entries(paths).every(
    ([key, { file, bytes }]) => CHANGED.includes(key) || sizes.get(`${patientId}/${file}`) === bytes,
  );
}

/** Other bounds of the box may leave its size as it is, and then its place too. */
function sameBox({ meta }: StandingRoi, { config, constants }: RoiTask): boolean {
  const size = roiSize(
    meta.bbox_padded_size_ijk,
    meta.target_spacing,
    config,
    constants,
    meta.roi_source === 'lung',
  );
  return isDeepStrictEqual(size, meta.size_info);
}

/** What an earlier run committed for a patient, where this one differs in the constants alone. */
async function standingRoi(
  store: Store,
  task: RoiTask,
  committed: Uint8Array | undefined,
): Promise<StandingRoi | undefined> {
  const { patientId } = task;
  const json = committed && parsed(committed);
  const { success, data } = roiSchema.safeParse(json);
  if (!success || data.state !== 'ok' || data.provenance.hu_fingerprint !== huFingerprint(task))
    return undefined;
  const way = await readListed(store, patientId, data.paths.transforms);
  const transforms = way && parsed(way);
  if (!transformsSchema.safeParse(transforms).success) return undefined;
  // A schema gives keys in an order of its own; the bytes have to come out as a whole run writes them.
  const standing = { meta: json as OkRoi, transforms: transforms as Transforms };
  return sameBox(standing, task) && (await isKept(store, patientId, data.paths)) ? standing : undefined;
}

/** HU of the ROI as it is stored, where it is stored without rounding. */
async function storedHu(
  store: Store,
  { patientId, config }: RoiTask,
  { meta }: StandingRoi,
  clock: StageClock,
): Promise<Float32Array | undefined> {
  if (config.output.auditType !== 'float32') return undefined;
  const bytes = await readListed(store, patientId, meta.paths.ct_roi_hu);
  const data = bytes && timedDecode(clock, ROI_FILES.ct_roi_hu, bytes).data;
  return data instanceof Float32Array ? data : undefined;
}

/** Gives HU on any box of the resampled grid, from the interim CT. */
async function huCutter({ interim, record, config }: RoiTask, clock: StageClock) {
  const ct = await readInterimCt(timedStore(clock, await openStore(interim)), record, clock);
  const standard = clock.time('resample', 0, () =>
    standardiseCt(ct, targetSpacingOf(ct.geometry, config.resample)),
  );
  return (start: Transforms['bbox_final_start_ijk'], { size }: Geometry): Float32Array =>
    clock.time(
      'resample',
      ({ byteLength }) => byteLength,
      () => resampleBox(standard, { start, size }, config.intensity.airHu),
    );
}

/** The volumes that the z-score makes; none where it is made with the same numbers as before. */
async function normalised(
  store: Store,
  task: RoiTask,
  standing: StandingRoi,
  norm: { readonly mu: number; readonly sigma: number },
  clock: StageClock,
): Promise<Partial<Record<RoiFile, Outputs[string]>>> {
  const { meta, transforms } = standing;
  if (norm.mu === meta.norm_mu && norm.sigma === meta.norm_sigma) return {};
  const { intensity, output } = task.config;
  const encode = (hu: Float32Array, geometry: Geometry) => () => {
    const data = clock.time('normalise', hu.byteLength, () =>
      zScore(windowHu(hu, intensity.windowHu), norm.mu, norm.sigma),
    );
    return timedGzip(clock, { data, geometry }, output);
  };
  const roi = geometryOfRecord(transforms.roi_geometry);
  const { thorax_geometry, thorax_bbox_start_ijk } = transforms;
  if (thorax_geometry === undefined || thorax_bbox_start_ijk === undefined) {
    const hu =
      (await storedHu(store, task, standing, clock)) ??
      (await huCutter(task, clock))(transforms.bbox_final_start_ijk, roi);
    return { ct_roi_norm: encode(hu, roi) };
  }
  const cut = await huCutter(task, clock);
  const thorax = geometryOfRecord(thorax_geometry);
  return {
    ct_roi_norm: encode(cut(transforms.bbox_final_start_ijk, roi), roi),
    ct_thorax_norm: encode(cut(thorax_bbox_start_ijk, thorax), thorax),
  };
}

/**
 * Brings a patient's ROI to other constants of the data set: the z-score alone is made anew, from the stored HU where
 * these are exact (`output.auditType: float32`), else from HU cut out of the interim CT anew, and the bytes are those of
 * a whole run. Undefined where more than that has changed, or something is missing: then the patient has to be done.
 * `committed` is the `meta.json` that stands there.
 */
export async function renormaliseCase(
  store: Store,
  task: RoiTask,
  committed: Uint8Array | undefined,
  clock: StageClock,
): Promise<OkRoi | undefined> {
  const { patientId, record, config, constants } = task;
  const standing = await standingRoi(store, task, committed);
  if (standing === undefined) return undefined;
  const { meta } = standing;
  const { global_mu, global_sigma, min_box_mm, max_box_mm } = constants;
  const norm =
    config.intensity.normalization === 'case'
      ? { mu: meta.norm_mu, sigma: meta.norm_sigma }
      : { mu: global_mu, sigma: global_sigma };
  const numbers = { global_mu, global_sigma, norm_mu: norm.mu, norm_sigma: norm.sigma };
  const transforms: Transforms = { ...standing.transforms, ...numbers, min_box_mm, max_box_mm };
  const outputs: Partial<Record<RoiFile, Outputs[string]>> = {
    ...(await normalised(store, task, standing, norm, clock)),
    transforms: () => encodeJson(transforms),
  };
  const changed = Object.entries(outputs) as [RoiFile, Outputs[string]][];
  // From here to the end nothing is committed: after a kill the patient is done as a whole.
  await store.delete(`${patientId}/${META_FILE}`);
  const files = Object.fromEntries(changed.map(([key, encode]) => [ROI_FILES[key], encode]));
  const written = await writeOutputs(store, patientId, files, clock);
  const renewed: OkRoi = {
    ...meta,
    ...numbers,
    preprocessing_pipeline: pipelineSteps(record, transforms, config),
    paths: {
      ...meta.paths,
      ...Object.fromEntries(changed.map(([key]) => [key, written[ROI_FILES[key]]])),
    },
    provenance: roiProvenance(task),
  };
  await commitRecord(store, patientId, META_FILE, renewed);
  return renewed;
}
