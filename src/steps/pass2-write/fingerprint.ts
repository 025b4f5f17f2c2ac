import { needsLungs } from '../../both-passes/masks.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { OkRoi } from '../../records/roi.ts';
import { VERSION } from '../../version.ts';
import { convertSteps } from './pipeline-steps.ts';
import type { RoiTask } from './task.ts';

type RoiInputs = Pick<RoiTask, 'record' | 'member' | 'config' | 'constants'>;

/** All of the configuration that pass 2 goes by. zlib goes unsaid, as in the rules of convert. */
export function roiRules(config: RoiTask['config']): object {
  const { resample, roi, lung, thorax, roiQc, intensity } = config;
  const { gzipEngine, ...rest } = config.output;
  const output = { ...rest, ...(gzipEngine !== 'zlib' && { gzipEngine }) };
  return { resample, roi, ...(needsLungs(config) && { lung }), thorax, roiQc, intensity, output };
}

/** The constants of pass 1 that an ROI or its records hold; others only describe the cohort and redo nothing. */
export function roiConstants({ global_mu, global_sigma, min_box_mm, max_box_mm }: RoiTask['constants']) {
  return { global_mu, global_sigma, min_box_mm, max_box_mm };
}

/** What decides a patient's ROI but for the constants: where these alone differ, its HU and masks stay as they are. */
export function huFingerprint({ record, member, config }: Omit<RoiInputs, 'constants'>): string {
  const { split, stage, stage_index } = member;
  const { sha256, voxels, volume_ml, source } = record.tumor;
  return fingerprintOf({
    step: 'pass2-write',
    version: VERSION,
    inputs: [record.ct.sha256, record.ct.spacing_mm, sha256, voxels, volume_ml, source, record.flags],
    converted: [convertSteps(record, config), record.ct.orientation],
    member: [split, stage, stage_index],
    ...roiRules(config),
  });
}

/** What decides a patient's ROI. */
export function roiFingerprint(inputs: RoiInputs): string {
  return fingerprintOf({ hu: huFingerprint(inputs), constants: roiConstants(inputs.constants) });
}

/** What `meta.json` says made an ROI. */
export function roiProvenance(inputs: RoiInputs): OkRoi['provenance'] {
  return {
    swinprep_version: VERSION,
    config_sha256: fingerprintOf(inputs.config),
    hu_fingerprint: huFingerprint(inputs),
    fingerprint: roiFingerprint(inputs),
  };
}
