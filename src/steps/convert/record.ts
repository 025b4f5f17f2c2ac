import type { MaskAgreement, MaskExtent } from '../../dicom/mask/mask-agreement.ts';
import type { MaskChoice } from '../../dicom/mask/mask-choice.ts';
import type { Study } from '../../dicom/study/study.ts';
import { CaseExclusion } from '../../errors.ts';
import type { HuHistogram } from '../../kernels/intensity/histogram.ts';
import { boundingBox } from '../../kernels/mask/bounding-box.ts';
import { maskedMean } from '../../kernels/mask/masked-mean.ts';
import { qcFlags } from '../../qc/ct-and-mask-checks.ts';
import type { ExcludedCase, OkCase, QcCheck } from '../../records/case.ts';
import { gridRecordOf } from '../../records/grid.ts';
import type { Exclusion, OutputFile } from '../../records/record.ts';
import { VERSION } from '../../version.ts';

function agreementRecord(
  { source, roiName, dice, taken, other, refusal }: MaskAgreement,
  voxelMl: number,
): OkCase['tumor']['agreement'][number] {
  const range = ({ firstSlice, lastSlice }: MaskExtent) =>
    firstSlice === null || lastSlice === null ? null : ([firstSlice, lastSlice] as const);
  return {
    source,
    roi_name: roiName,
    dice,
    volume_ml: taken.voxels * voxelMl,
    other_volume_ml: other.voxels * voxelMl,
    slices: range(taken),
    other_slices: range(other),
    refusal,
  };
}

function choiceRecord(
  { rule, equals, lesions, masks }: MaskChoice,
  voxelMl: number,
): NonNullable<OkCase['tumor']['choice']> {
  const volume = (voxels: number | null): number | null => (voxels === null ? null : voxels * voxelMl);
  return {
    rule,
    equals,
    lesions: lesions.map(({ readers, leastDice, voxels }) => ({
      readers,
      least_dice: leastDice,
      volume_ml: volume(voxels),
    })),
    masks: masks.map((mask) => ({
      source: mask.source,
      roi_name: mask.roiName,
      algorithm: mask.algorithm,
      link_rule: mask.linkRule,
      taken: mask.taken,
      reason: mask.reason,
      dice: mask.dice,
      volume_ml: volume(mask.voxels),
      lesion: mask.lesion,
      refusal: mask.refusal,
    })),
  };
}

/** `case.json` of a usable patient, by the allow-list of its schema. */
export function caseRecord(
  patientId: string,
  { ct, tumor, facts, uids }: Study,
  histogram: HuHistogram,
  checks: readonly QcCheck[],
  files: { ct: OutputFile; tumor: OutputFile },
  uidHmac: (uid: string) => string | null,
  fingerprint: string,
): OkCase {
  const box = boundingBox(tumor.data, tumor.geometry.size);
  if (box === undefined) throw new CaseExclusion('tumor-empty', 'the tumour mask holds no voxel');
  const hu = histogram.range();
  const { spacingMm } = ct.geometry;
  const voxelMl = (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  return {
    patient_id: patientId,
    state: 'ok',
    ct: {
      ...files.ct,
      ...gridRecordOf(ct.geometry),
      hu_min: hu.min,
      hu_max: hu.max,
      hu_mean: hu.mean,
      slices: ct.geometry.size[2],
      padded_pixels: facts.paddedPixels,
      series_uid_hmac: uidHmac(uids.series),
      rescale: [...facts.rescale],
      series_candidates: facts.candidateSeries.map((c) => ({
        slices: c.slices,
        spacing_mm: c.spacingMm,
        coverage_mm: c.coverageMm,
        kernel: c.kernel,
        chosen: c.chosen,
        reason: c.reason,
        ...(c.scan !== undefined && { scan: c.scan }),
      })),
      series_rejected: [...facts.rejectedSeries],
      ignored_files: facts.ignoredFiles,
    },
    tumor: {
      ...files.tumor,
      voxels: box.voxels,
      volume_ml: box.voxels * voxelMl,
      bbox_start_ijk: box.start,
      bbox_size_ijk: box.size,
      mean_hu: maskedMean(ct.data, tumor.data),
      source: facts.mask.source,
      roi_number: facts.mask.roiNumber,
      roi_name: facts.mask.roiName,
      link_rule: facts.mask.linkRule,
      rois_seen: [...facts.mask.roisSeen],
      passed_over: [...facts.mask.passedOver],
      agreement: facts.mask.agreement.map((found) => agreementRecord(found, voxelMl)),
      ...(facts.mask.choice !== undefined && { choice: choiceRecord(facts.mask.choice, voxelMl) }),
      mask_uid_hmac: uidHmac(uids.mask),
    },
    acquisition: {
      manufacturer: facts.acquisition.manufacturer,
      model: facts.acquisition.model,
      convolution_kernel: facts.acquisition.convolutionKernel,
      kvp: facts.acquisition.kvp,
      slice_thickness_mm: facts.acquisition.sliceThicknessMm,
      patient_position: facts.acquisition.patientPosition,
    },
    qc: [...checks],
    flags: [...facts.flags, ...qcFlags(checks)],
    swinprep_version: VERSION,
    fingerprint,
  };
}

/** `case.json` of a patient that cannot be used. */
export function excludedCase(exclusion: Exclusion, fingerprint: string, clinicalId?: string): ExcludedCase {
  return {
    patient_id: exclusion.patient_id,
    ...(clinicalId !== undefined && { clinical_id: clinicalId }),
    state: 'excluded',
    exclusion,
    swinprep_version: VERSION,
    fingerprint,
  };
}
