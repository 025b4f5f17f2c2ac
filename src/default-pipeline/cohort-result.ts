import {
  FAILURES_FILE,
  type Failures,
  failuresSchema,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from '../records/manifest.ts';
import { REVIEW_CODE } from '../records/review.ts';
import { readArtifact } from '../runner/artifact.ts';

/** What a finished pipeline says of the cohort. */
export interface CohortResult {
  readonly manifest: Manifest;
  readonly failures: Failures;
}

/** Reads the manifest artifact of pass2-write. */
export async function readCohortResult(manifestDir: string): Promise<CohortResult> {
  return {
    manifest: await readArtifact(manifestDir, MANIFEST_FILE, manifestSchema, 'pass2-write'),
    failures: await readArtifact(manifestDir, FAILURES_FILE, failuresSchema, 'pass2-write'),
  };
}

/** Excluded patients whom `--max-excluded` counts: whose raw data were found, and whom no review left out. */
export function countedAsExcluded({ failures }: CohortResult): number {
  return failures.filter(({ code }) => code !== 'no-image' && code !== REVIEW_CODE).length;
}
