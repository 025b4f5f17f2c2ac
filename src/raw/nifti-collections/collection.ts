import type { Config } from '../../config/schema.ts';
import { isNiftiName } from '../../records/pairs.ts';
import type { Child } from '../../storage/store.ts';

/** Where the CT and the mask of a patient of a collection lie. */
export interface CollectedPair {
  readonly kind: 'pair';
  /** Relative to the place of the collection, `/` between parts; absolute, or with `..`, where `dataset.json` says so. */
  readonly ct: string;
  readonly mask: string;
  /** Labels that are tumour; absent where all above 0 are, or `mask.labels` says. */
  readonly labels?: readonly number[];
}

/** A patient that is there and cannot be taken. */
export interface CollectedRefusal {
  readonly kind: 'refused';
  /** Of the exclusion: stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface CollectedPatient {
  /** Its case or subject, before any HMAC. */
  readonly name: string;
  readonly source: CollectedPair | CollectedRefusal;
}

/** CTs and masks as NIfTI, in one of the layouts that others agree on. */
export interface NiftiCollection {
  readonly patients: readonly CollectedPatient[];
  /** What was found and taken, a line each. They name no patient. */
  readonly notes: readonly string[];
  /** Children of the place that the collection does not account for: they may be patients of another kind. */
  readonly rest: readonly Child[];
}

/** By which rules a label or mask is told to be the tumour, from the section `mask` of the configuration. */
export type LabelRules = Pick<Config['mask'], 'labels' | 'roiNames' | 'policy' | 'unionNames'>;

/** What messages call the way out of everything that names do not decide. */
export const PAIRS_WAY = 'give --raw a table patient_id,ct,mask (pairs.csv)';

/** The part of a key after its last `/`. */
export const baseName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The name of a NIfTI file without folder and ending. */
export const niftiStem = (key: string): string => baseName(key).replace(/\.nii(\.gz)?$/i, '');

/** Whether some part of a key begins with a dot: `._NAME` are the AppleDouble files that tar archives made on a Mac hold. */
export const isHidden = (key: string): boolean => /(^|\/)\./.test(key);

/** Whether a key is that of a NIfTI volume: hidden files are none, and neither are CIFTI's `.dlabel.nii` and its like. */
export const isVolumeKey = (key: string): boolean =>
  isNiftiName(key) && !isHidden(key) && !/\.[a-z]+\.nii$/i.test(key);
