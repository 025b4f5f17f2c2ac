import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import type { Config } from '../../config/schema.ts';
import type { Inspection } from '../../records/inspection.ts';
import type { Report } from '../../runner/report.ts';
import type { Store } from '../../storage/store.ts';
import type { RawPatient } from '../raw-patient.ts';

export interface RawDataOptions {
  /** A place, an archive, a table `patient_id,ct,mask` (.csv), or a list of places (.txt). */
  readonly raw: string;
  readonly config: Pick<Config, 'privacy' | 'raw' | 'mask'>;
  /** Where what headers told is kept for the next run; undefined: nowhere. */
  readonly kept?: Pick<Store, 'read' | 'write'> | undefined;
  /** Whether all of it is one patient; undefined: as it looks. */
  readonly onePatient?: boolean | undefined;
  readonly report: Report;
  /** Looks up the datastores that a table or list names. */
  readonly resolveUri?: ResolveUri | undefined;
}

export interface FoundPatients {
  readonly layout: Inspection['layout'];
  readonly patients: readonly RawPatient[];
  /** Patients that headers name; undefined where none was read. */
  readonly byHeader: number | undefined;
  /** Headers that were read for it. */
  readonly headersRead: number;
  /** What is to be told of it, a line each. */
  readonly notes: readonly string[];
}

export interface RawData extends Pick<FoundPatients, 'layout' | 'byHeader' | 'headersRead'> {
  /** By the id that outputs call them. */
  readonly patients: ReadonlyMap<string, RawPatient>;
}
