import type { Failures, ManifestOutput } from '../records/manifest.ts';
import type { Decision } from '../records/review.ts';
import type { ReviewMode } from '../report/page-data.ts';

/**
 * What the server of `swinprep review` answers, for the pages that it serves. All URLs are relative to
 * `http://127.0.0.1:PORT/TOKEN/`; a patient stands in them percent-encoded.
 *
 * | request | answer |
 * |---|---|
 * | GET `` | the report, with `review` set in its data |
 * | GET `viewer`, `viewer.js`, `viewer.css` | the viewer; the patient to show stands behind `#`, percent-encoded |
 * | GET `session` | `Session` |
 * | GET `patients` | `ReviewPatient[]`, in order of their ids |
 * | GET `pictures/PATIENT` | `qc_overlay_mid.png`, or 404 |
 * | GET `volumes/roi/PATIENT/FILE`, `volumes/interim/PATIENT/FILE` | the bytes of the volume as they lie in the store |
 * | PUT `decisions/PATIENT` with a `Wish` | 200 with the `Decision` (or null) that is now in the file, or 409 with a `Conflict` |
 * | GET `events` | a stream of server-sent events, each with a `DecisionChange` as JSON; whoever listens first and asks for `patients` then misses none |
 *
 * A request that is refused before it is looked at (403, 404) is told nothing. Else what goes wrong is a `Fault`: 400, 413 and
 * 415 where the request is none of these, 500 where a file cannot be read or written, such as a `review.csv` with a wrong row.
 */
export interface ReviewPatient {
  readonly patient_id: string;
  /** Null where there is no ROI. */
  readonly output: ManifestOutput | null;
  /** Null where there is one. */
  readonly failure: Failures[number] | null;
  /** SHA-256 of the interim mask as it lies there now; null where there is none: then nothing can be decided. */
  readonly mask_sha256: string | null;
  /** The ROI was made of another mask than lies there now: it is not shown, for the decision is on the mask of now. */
  readonly roi_outdated: boolean;
  readonly roi: VolumeSource | null;
  readonly ct: VolumeSource | null;
  readonly decision: Decision | null;
}

/** Who decides, the reasons for leaving a patient out, and the window of the run. */
export interface Session extends ReviewMode {
  /** `intensity.windowHu` of the run: what the ROIs were windowed by. */
  readonly window_hu: readonly [number, number];
}

/** A volume to look at, and the tumour's mask on its grid, as URLs. */
export interface VolumeSource {
  readonly image: string;
  readonly mask: string;
  /** HU of a value of the image: value * slope + intercept. 1 and 0 but for normalised ROIs. */
  readonly slope: number;
  readonly intercept: number;
}

/** What a window asks for: a decision, or (null) that there be none. */
export interface Wish {
  readonly decision: Omit<Decision, 'patient_id' | 'decided_utc'> | null;
  /** The decision that the window shows and means to replace. */
  readonly replaces: Decision | null;
}

/** Why nothing was written: another window has decided, or the mask is another one by now. */
export interface Conflict {
  readonly decision: Decision | null;
  readonly mask_sha256: string | null;
  readonly message: string;
}

/** What stands in the file of a patient from now on, as every window is told. */
export interface DecisionChange {
  readonly patient_id: string;
  readonly decision: Decision | null;
}

/** What went wrong, for the person at the page. */
export interface Fault {
  readonly message: string;
}
