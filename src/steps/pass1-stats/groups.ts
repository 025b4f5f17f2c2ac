import { type BoxBounds, planRoi } from '../../both-passes/roi-plan.ts';
import { PATCHES } from '../../config/grid-and-roi.ts';
import type { Config } from '../../config/schema.ts';
import { stageNames } from '../../config/stage-name.ts';
import { HuTally } from '../../kernels/intensity/hu-tally.ts';
import type { Pass1Case, Pass1Record, PatchFit, StatsGroup, Truncation } from '../../records/stats.ts';
import { intensityRecord, spread3Of, spreadOf } from '../../records/stats-values.ts';
import { type Vec3, vec3 } from '../../volume/geometry.ts';

function truncation(cut: readonly Vec3[]): Truncation {
  const cases = cut.filter((axes) => axes.some((n) => n > 0)).length;
  return {
    cases,
    share: cases / cut.length,
    cases_by_axis: vec3((a) => cut.filter((axes) => axes[a] > 0).length),
  };
}

/** Voxels that an interval [start, start + size) cuts off another. */
function cutOff(start: number, size: number, first: number, length: number): number {
  return Math.max(0, start - first) + Math.max(0, first + length - start - size);
}

function fitOf(patch: string, records: readonly Pass1Record[], config: Config, bounds: BoxBounds): PatchFit {
  const plans = records.map((record) => {
    const tumor = { start: record.tumor_bbox_start_ijk, size: record.tumor_bbox_size_ijk };
    const lung = { start: record.bbox_start_ijk, size: record.bbox_size_ijk };
    const { padded, box } = planRoi(
      {
        imageSize: record.resampled_size_ijk,
        spacingMm: record.target_spacing,
        tumor,
        lung: record.roi_source === 'lung' ? lung : undefined,
      },
      { ...config, roi: { ...config.roi, patch } },
      bounds,
    );
    return {
      padded: vec3((a) => Math.max(0, padded.size[a] - box.size[a])),
      tumor: vec3((a) => cutOff(box.start[a], box.size[a], tumor.start[a], tumor.size[a])),
    };
  });
  return {
    patch,
    padded_box: truncation(plans.map((plan) => plan.padded)),
    tumor: truncation(plans.map((plan) => plan.tumor)),
  };
}

/** Cases of one split and one stage, and their tallies added up. */
interface Stratum {
  readonly split: string;
  readonly stage: string;
  readonly hu: HuTally;
  readonly tumor_hu: HuTally;
}

/** Every case's tallies are read once, however many groups it is in: with many cases they are most of the work. */
function strataOf(cases: readonly Pass1Case[]): Stratum[] {
  const strata = new Map<string, Stratum>();
  for (const one of cases) {
    const { split } = one.record;
    const stage = stageOf(one);
    const key = `${split} ${stage}`;
    const stratum = strata.get(key) ?? { split, stage, hu: new HuTally(), tumor_hu: new HuTally() };
    strata.set(key, stratum);
    stratum.hu.merge(one.tallies.hu);
    stratum.tumor_hu.merge(one.tallies.tumor_hu);
  }
  return [...strata.values()];
}

function merged(strata: readonly Stratum[], key: keyof Pass1Case['tallies']): HuTally {
  if (strata.length === 1) return strata[0][key];
  const whole = new HuTally();
  for (const stratum of strata) whole.addAll(stratum[key]);
  return whole;
}

/** `unlabeled` for a case without a stage. */
function stageOf({ record }: Pass1Case): string {
  return record.stage || 'unlabeled';
}

function groupOf(
  split: string,
  stage: string,
  cases: readonly Pass1Case[],
  strata: readonly Stratum[],
  config: Config,
  bounds: BoxBounds,
): StatsGroup {
  const records = cases.map(({ record }) => record);
  const lungs = config.roi.source === 'lung';
  const patches = new Set<string>(lungs ? [config.roi.patch] : [config.roi.patch, ...PATCHES]);
  return {
    split,
    stage,
    cases: cases.length,
    hu: intensityRecord(merged(strata, 'hu')),
    tumor_hu: intensityRecord(merged(strata, 'tumor_hu')),
    tumor_volume_ml: spreadOf(records.map((r) => r.tumor_volume_ml)),
    bbox_size_mm: spread3Of(records.map((r) => r.bbox_size_mm)),
    bbox_padded_size_mm: spread3Of(records.map((r) => r.bbox_padded_size_mm)),
    patches: [...patches].map((patch) => fitOf(patch, records, config, bounds)),
  };
}

/**
 * Statistics per split and stage, empty groups left out. The voxel statistics are read from the sum of the cases'
 * tallies, so they depend on who is in a group alone, not on the order or the parts it was measured in.
 *
 * @param cases in order of their patients
 */
export function groupsOf(cases: readonly Pass1Case[], config: Config, bounds: BoxBounds): StatsGroup[] {
  const strata = strataOf(cases);
  const stages = stageNames(config.split.stages);
  const others = [...new Set(cases.map(stageOf))].filter((stage) => !stages.includes(stage)).sort();
  const groups: StatsGroup[] = [];
  for (const split of ['all', 'train', 'test']) {
    for (const stage of ['all', ...stages, ...others]) {
      const isIn = (ofSplit: string, ofStage: string): boolean =>
        (split === 'all' || ofSplit === split) && (stage === 'all' || ofStage === stage);
      const members = cases.filter((one) => isIn(one.record.split, stageOf(one)));
      const parts = strata.filter((stratum) => isIn(stratum.split, stratum.stage));
      if (members.length > 0) groups.push(groupOf(split, stage, members, parts, config, bounds));
    }
  }
  return groups;
}
