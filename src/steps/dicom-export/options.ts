import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import type { PresetName } from '../../config/presets.ts';
import type { ShardOptions } from '../../runner/ranks/run-rank.ts';
import type { Report } from '../../runner/report.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import type { PredictionOptions } from '../../way-back/predictions.ts';
import type { ObjectOptions } from './object-rules.ts';

/** Options of every way to DICOM objects. */
export interface DicomOptions extends ObjectOptions {
  /** Raw data, as `findPatients` takes them: those that convert read. */
  readonly raw: string;
  /** Where PATIENT/{seg.dcm,rtstruct.dcm} are written, or the one file. */
  readonly out: string;
  /** Looks up the datastores that a table or list of raw data names. */
  readonly resolveUri?: ResolveUri | undefined;
  readonly report: Report;
}

export interface ExportMasksOptions extends DicomOptions, ShardOptions, MemoryOptions {
  /** Where convert wrote the masks. */
  readonly interim: string;
}

/** How map-back reads the raw data: as the run of convert at `interim` did, else by a configuration. */
export interface RawReading {
  /** Where convert wrote the CTs. */
  readonly interim?: string | undefined;
  readonly preset?: PresetName | undefined;
  /** A YAML file laid over the preset: a path or URI. */
  readonly config?: string | undefined;
}

export interface PredictionObjectOptions extends DicomOptions, RawReading, PredictionOptions {}

export interface ExportPredictionsOptions extends PredictionObjectOptions, ShardOptions, MemoryOptions {}
