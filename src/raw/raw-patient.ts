import type { Child, Entry } from '../storage/store.ts';

/** Files of a patient in one folder of a place: all that lie directly in it, all that lie below it, or those that are listed. */
export interface PatientRun {
  /** URI of a place of raw data: a folder or an archive. */
  readonly place: string;
  /** Without a slash at its end; '' for all of the place. */
  readonly folder: string;
  readonly depth: 'files' | 'below';
  readonly files?: readonly Entry[] | undefined;
}

/** Where a patient's data lie. */
export type PatientSource =
  /** A folder or archive directly in a place of raw data. */
  | { readonly kind: 'child'; readonly place: string; readonly child: Child }
  /** Wherever its files lie. `named`: by the Patient ID of headers, so that names of files decide nothing. */
  | { readonly kind: 'files'; readonly runs: readonly PatientRun[]; readonly named: 'header' | 'folder' }
  /** URIs that a row of a table of pairs or a collection names; `mask` is '' where the DICOM holds the mask. */
  | {
      readonly kind: 'pair';
      readonly ct: string;
      readonly mask: string;
      /** Labels of the mask that are tumour, where the collection names them. */
      readonly labels?: readonly number[];
    };

/** Why a patient cannot be used, known before any of its files is read. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A patient of the raw data. */
export interface RawPatient {
  /** Of its folder, archive, row or header, before any HMAC. */
  readonly name: string;
  /** How the clinical table calls it, as outputs may say it; undefined where that is its name. */
  readonly clinicalId?: string;
  readonly source: PatientSource;
  readonly refusal?: Refusal;
}
