import type { Child, Entry } from '../storage/store.ts';
import type { CollectedPair, CollectedRefusal } from './nifti-collections/collection.ts';

/** Files of a patient in one folder of a place: all that lie directly in it, all that lie below it, or those that are listed. */
export interface PatientRun {
  /** URI of a place of raw data: a folder or an archive. */
  readonly place: string;
  /** Without a slash at its end; '' for all of the place. Archives are folders of their names. */
  readonly folder: string;
  readonly depth: 'files' | 'below';
  readonly files?: readonly Entry[] | undefined;
}

/** A patient that is there and cannot be taken, known before any of its files is read. */
export type Refused = CollectedRefusal;

/** Where a patient's data lie. */
export type PatientSource =
  /** A folder or archive directly in a place of raw data. */
  | { readonly kind: 'child'; readonly place: string; readonly child: Child }
  /** Wherever its files lie. `named`: by the Patient ID of headers, so that names of files decide nothing. */
  | { readonly kind: 'files'; readonly runs: readonly PatientRun[]; readonly named: 'header' | 'folder' }
  /** URIs that a row of a table of pairs or a collection names; `mask` is '' where the DICOM holds the mask. */
  | CollectedPair
  | Refused;

/** A patient of the raw data. */
export interface RawPatient {
  /** Of its folder, archive, row, case or header, before any HMAC; by a header under HMACs, the HMAC. */
  readonly name: string;
  /** How the clinical table calls it, as outputs may say it; undefined where that is its name. */
  readonly clinicalId?: string;
  readonly source: PatientSource;
}
