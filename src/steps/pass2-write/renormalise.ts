import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { readInterimCt } from '../../both-passes/interim.ts';
import { roiSize } from '../../both-passes/roi-plan.ts';
import { targetSpacingOf } from '../../both-passes/standardise.ts';
import { timedPasses } from '../../both-passes/timed.ts';
import { windowHu, zScore } from '../../kernels/intensity/window.ts';
import { geometryOfRecord } from '../../records/grid.ts';
import { encodeJson } from '../../records/json.ts';
import type { OutputFile } from '../../records/record.ts';
import {
  type OkRoi,
  ROI_FILES,
  type RoiFile,
  type RoiRecord,
  roiSchema,
  type Transforms,
  transformsSchema,
} from '../../records/roi.ts';
import { keyOf, type PatientPlace, sizesOf, withdrawRecord } from '../../runner/commit.ts';
import type { Store } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode, timedGzip } from '../../timing/timed-nifti.ts';
import type { Geometry } from '../../volume/geometry.ts';
import { huFingerprint, roiProvenance } from './fingerprint.ts';
import { pipelineSteps } from './pipeline-steps.ts';
import { type RoiOutputs, writeRoi } from './roi-files.ts';
import type { RoiTask } from './task.ts';

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
  place: PatientPlace<RoiRecord>,
  output: OutputFile | undefined,
): Promise<Uint8Array | undefined> {
  const bytes = output && (await place.store.read(keyOf(place, output.file)));
  const whole = bytes && createHash('sha256').update(bytes).digest('hex') === output?.sha256;
  return whole ? bytes : undefined;
}

/** Whether all that is kept is there in full size. */
async function isKept(place: PatientPlace<RoiRecord>, paths: OkRoi['paths']): Promise<boolean> {
  const sizes = await sizesOf(place);
  return Object.entries(paths).every(
    ([name, { file, bytes }]) => CHANGED.includes(name) || sizes.get(file) === bytes,
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
  place: PatientPlace<RoiRecord>,
  task: RoiTask,
  committed: Uint8Array | undefined,
): Promise<StandingRoi | undefined> {
  const json = committed && parsed(committed);
  const { success, data } = roiSchema.safeParse(json);
  if (!success || data.state !== 'ok' || data.provenance.hu_fingerprint !== huFingerprint(task))
    return undefined;
  const way = await readListed(place, data.paths.transforms);
  const transforms = way && parsed(way);
  if (!transformsSchema.safeParse(transforms).success) return undefined;
  // A schema gives keys in an order of its own; the bytes have to come out as a whole run writes them.
  const standing = { meta: json as OkRoi, transforms: transforms as Transforms };
  return sameBox(standing, task) && (await isKept(place, data.paths)) ? standing : undefined;
}

/** HU of the ROI as it is stored, where it is stored without rounding. */
async function storedHu(
  place: PatientPlace<RoiRecord>,
  { config }: RoiTask,
  { meta }: StandingRoi,
  clock: StageClock,
): Promise<Float32Array | undefined> {
  if (config.output.auditType !== 'float32') return undefined;
  const bytes = await readListed(place, meta.paths.ct_roi_hu);
  const data = bytes && timedDecode(clock, ROI_FILES.ct_roi_hu, bytes).data;
  return data instanceof Float32Array ? data : undefined;
}

/** Gives HU on any box of the resampled grid, from the interim CT. */
async function huCutter(interim: Store, { record, config }: RoiTask, clock: StageClock) {
  const timed = timedPasses(clock);
  const ct = await readInterimCt(interim, record, clock);
  const standard = timed.standardiseCt(ct, targetSpacingOf(ct.geometry, config.resample));
  return (start: Transforms['bbox_final_start_ijk'], { size }: Geometry): Float32Array =>
    timed.resampleBox(standard, { start, size }, config.intensity.airHu);
}

/** The volumes that the z-score makes; none where it is made with the same numbers as before. */
async function normalised(
  place: PatientPlace<RoiRecord>,
  interim: Store,
  task: RoiTask,
  standing: StandingRoi,
  norm: { readonly mu: number; readonly sigma: number },
  clock: StageClock,
): Promise<RoiOutputs> {
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
      (await storedHu(place, task, standing, clock)) ??
      (await huCutter(interim, task, clock))(transforms.bbox_final_start_ijk, roi);
    return { ct_roi_norm: encode(hu, roi) };
  }
  const cut = await huCutter(interim, task, clock);
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
export async function renormalise(
  place: PatientPlace<RoiRecord>,
  interim: Store,
  task: RoiTask,
  committed: Uint8Array | undefined,
  clock: StageClock,
): Promise<OkRoi | undefined> {
  const { record, config, constants } = task;
  const standing = await standingRoi(place, task, committed);
  if (standing === undefined) return undefined;
  const { meta } = standing;
  const { global_mu, global_sigma, min_box_mm, max_box_mm } = constants;
  const norm =
    config.intensity.normalization === 'case'
      ? { mu: meta.norm_mu, sigma: meta.norm_sigma }
      : { mu: global_mu, sigma: global_sigma };
  const numbers = { global_mu, global_sigma, norm_mu: norm.mu, norm_sigma: norm.sigma };
  const transforms: Transforms = { ...standing.transforms, ...numbers, min_box_mm, max_box_mm };
  const outputs: RoiOutputs = {
    ...(await normalised(place, interim, task, standing, norm, clock)),
    transforms: () => encodeJson(transforms),
  };
  // From here to the end nothing is committed: after a kill the patient is done as a whole.
  await withdrawRecord(place);
  const written = await writeRoi(place, outputs, clock);
  return {
    ...meta,
    ...numbers,
    preprocessing_pipeline: pipelineSteps(record, transforms, config),
    paths: { ...meta.paths, ...written },
    provenance: roiProvenance(task),
  };
}
