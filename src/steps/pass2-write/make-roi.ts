import { type BoxedMask, type CaseFacts, roiSubjectOf } from '../../both-passes/masks.ts';
import type { Slab } from '../../both-passes/resampled-slabs.ts';
import { geometryOfBox } from '../../both-passes/roi-crop.ts';
import { planRoi, planThorax } from '../../both-passes/roi-plan.ts';
import { type StandardisedCase, targetSpacingOf } from '../../both-passes/standardise.ts';
import { type CaseStatistics, caseStatistics } from '../../both-passes/statistics.ts';
import { type TimedPasses, timedPasses } from '../../both-passes/timed.ts';
import type { Config } from '../../config/schema.ts';
import { cropWithPad } from '../../kernels/grid/crop.ts';
import { addWindowed, emptyWindowedMoments, type VoxelChoice } from '../../kernels/intensity/moments.ts';
import { windowHu, zScore } from '../../kernels/intensity/window.ts';
import type { Box } from '../../kernels/mask/bounding-box.ts';
import { giveBack } from '../../memory/thread.ts';
import { giveBackDecoded } from '../../nifti/decode.ts';
import { checkRoi, type RoiQc } from '../../qc/roi-checks.ts';
import type { RoiTransforms } from '../../records/roi.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import type { Geometry, Volume } from '../../volume/geometry.ts';
import { roiTransforms } from './roi-transforms.ts';
import type { Constants } from './task.ts';

/** A volume that is made slab by slab, each time anew; see `resampledSlabs`. */
export interface ResampledCt {
  readonly geometry: Geometry;
  readonly slabs: (options: { readonly keep: boolean }) => Iterable<Slab>;
}

/** Everything pass 2 makes of one patient, before anything is encoded. All volumes are RAS. */
export interface Roi {
  readonly hu: Volume<Float32Array>;
  readonly windowed: Volume<Float32Array>;
  readonly norm: Volume<Float32Array>;
  readonly tumor: Volume<Uint8Array>;
  /** Both lungs; only where the ROI is laid round them. */
  readonly lung: Volume<Uint8Array> | undefined;
  /** The larger ROI round both lungs; only where `thorax.write` asks for it and lungs were found. */
  readonly thorax: { readonly norm: Volume<Float32Array>; readonly tumor: Volume<Uint8Array> } | undefined;
  /** The whole resampled CT, made while it is written; only where `output.auditVolumes` asks for it. */
  readonly resampledCt: ResampledCt | undefined;
  readonly transforms: RoiTransforms;
  readonly statistics: CaseStatistics['record'];
  readonly qc: RoiQc;
  /** The lungs were needed and not found: the ROI is laid round the tumour, and no thorax ROI is made. */
  readonly lungMissing: boolean;
  readonly tumorVoxelsResampled: number;
  readonly tumorVoxelsRoi: number;
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i];
  return count;
}

/** Cuts boxes out of the resampled CT in HU, of which no more is made, and out of masks. */
function cutter(standard: StandardisedCase, { intensity }: Config, { resampleBox }: TimedPasses) {
  const { resampled } = standard;
  return {
    hu: (box: Box): Volume<Float32Array> => ({
      data: resampleBox(standard, box, intensity.airHu),
      geometry: geometryOfBox(resampled, box),
    }),
    mask: ({ mask }: BoxedMask, box: Box): Volume<Uint8Array> => ({
      data: cropWithPad(mask, resampled.size, box.start, box.size, 0),
      geometry: geometryOfBox(resampled, box),
    }),
  };
}

/** Mean and standard deviation of a windowed ROI by the voxel rule. */
function roiStatistics(
  { data }: Volume<Float32Array>,
  mask: Volume<Uint8Array>,
  intensity: Config['intensity'],
): CaseStatistics['record'] {
  const measure = (choice: VoxelChoice) => {
    const moments = emptyWindowedMoments();
    addWindowed(moments, data, intensity.windowHu, choice);
    return moments;
  };
  return caseStatistics(measure, mask.data, intensity).record;
}

/** What the recipe below computes, each with its time booked. */
function timedRoi(clock: StageClock) {
  const ofVoxels = ({ byteLength }: Float32Array): number => byteLength;
  return {
    ...timedPasses(clock),
    windowHu: clock.around('normalise', ofVoxels, windowHu),
    zScore: clock.around('normalise', ofVoxels, zScore),
    roiStatistics: clock.around('statistics', (_, [{ data }]) => data.byteLength, roiStatistics),
    checkRoi: clock.around('qc', 0, checkRoi),
  };
}

/** Pass 2 of one patient: crop, window, normalise. Pure. Throws a CaseExclusion where the tumour is gone, no lung is found, or a check of `roiQc` asks for it. */
export function makeRoi(
  record: CaseFacts,
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  config: Config,
  constants: Constants,
  clock: StageClock,
): Roi {
  const { intensity } = config;
  const timed = timedRoi(clock);
  const standard = timed.standardise(ct, tumor, targetSpacingOf(ct.geometry, config.resample));
  // On the target grid from here on.
  giveBackDecoded(tumor);
  const masks = timed.caseMasks(standard, config);
  const subject = roiSubjectOf(masks, standard);
  const plan = planRoi(subject, config, constants);
  const cut = cutter(standard, config, timed);
  const hu = cut.hu(plan.box);
  const windowed = { ...hu, data: timed.windowHu(hu.data, intensity.windowHu) };
  const tumorRoi = cut.mask(masks.tumor, plan.box);
  const lungRoi = masks.source === 'lung' && masks.lung ? cut.mask(masks.lung, plan.box) : undefined;
  const statistics = timed.roiStatistics(windowed, lungRoi ?? tumorRoi, intensity);
  const norm =
    intensity.normalization === 'case'
      ? { mu: statistics.case_mu, sigma: statistics.case_sigma }
      : { mu: constants.global_mu, sigma: constants.global_sigma };
  const normalised = ({ data, geometry }: Volume<Float32Array>): Volume<Float32Array> => ({
    data: timed.zScore(data, norm.mu, norm.sigma),
    geometry,
  });
  const thoraxBox =
    config.thorax.write && masks.lung ? planThorax(subject, masks.lung.box, config) : undefined;
  const thorax = (box: Box) => {
    const { data, geometry } = cut.hu(box);
    const windowed = timed.windowHu(data, intensity.windowHu);
    giveBack(data);
    const norm = normalised({ data: windowed, geometry });
    giveBack(windowed);
    return {
      norm,
      tumor: cut.mask(masks.tumor, box),
    };
  };
  const tumorVoxelsRoi = countOnes(tumorRoi.data);
  return {
    hu,
    windowed,
    norm: normalised(windowed),
    tumor: tumorRoi,
    lung: lungRoi,
    thorax: thoraxBox && thorax(thoraxBox),
    resampledCt: config.output.auditVolumes
      ? {
          geometry: standard.resampled,
          slabs: (options) => timed.resampledSlabs(standard, intensity.airHu, options),
        }
      : undefined,
    statistics,
    qc: timed.checkRoi(
      record,
      masks,
      plan,
      { resampled: standard.resampled, tumorRoi: { mask: tumorRoi.data, voxels: tumorVoxelsRoi } },
      config.roiQc,
    ),
    lungMissing: masks.lungMissing,
    tumorVoxelsResampled: masks.tumor.box.voxels,
    tumorVoxelsRoi,
    transforms: roiTransforms(record.patient_id, {
      original: ct.geometry,
      standard,
      masks,
      plan,
      thoraxBox,
      norm,
      config,
      constants,
    }),
  };
}
