import type { SourceImages } from '../dicom/derived/source-images.ts';
import type { Stack } from '../dicom/series/stack.ts';
import type { StudyRules } from '../dicom/study/study.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';
import type { PatientInputs } from '../raw/patient/patient-inputs.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import type { Geometry, Volume } from '../volume/geometry.ts';

/** The CT images that convert made a volume of, found again among a patient's raw data. */
export interface Source {
  readonly images: SourceImages;
  /** How they became that volume. */
  readonly stack: Stack;
  /** What was done to bring a map onto the images, and how they were found, where that needs a word. */
  readonly flags: readonly StudyFlag[];
}

/** The volume that convert wrote, by its record and voxels. */
export interface WantedCt {
  /** Grid of `ct.nii.gz`. */
  readonly grid: Geometry;
  /** Reads its voxels, asked for where several series have the grid; undefined where they cannot be read. */
  readonly voxels: (() => Promise<Volume<Int16Array>>) | undefined;
}

/**
 * Finds the CT series of which convert made a volume, by the rules that it went by (`patientRules`).
 *
 * Throws a CaseExclusion: `no-dicom`, `no-source-series`, `several-source-series`.
 */
export async function findSource(
  inputs: PatientInputs,
  rules: StudyRules,
  wanted: WantedCt,
  clock: StageClock,
): Promise<Source> {
  throw new Error(`not yet ${[inputs, rules, wanted, clock].length}`);
}
