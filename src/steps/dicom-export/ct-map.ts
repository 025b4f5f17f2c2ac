import { readInterimCt, readInterimTumor } from '../../both-passes/interim.ts';
import type { SegmentAlgorithm } from '../../dicom/derived/segment.ts';
import type { DicomFile } from '../../dicom/file/part10.ts';
import { CaseExclusion, messageOf, UsageError } from '../../errors.ts';
import { WITHHELD } from '../../privacy/roi-name.ts';
import { CASE_FILE, CT_FILE, caseSchema, type OkCase, TUMOR_FILE } from '../../records/case.ts';
import { geometryOfRecord } from '../../records/grid.ts';
import { decodeJson } from '../../records/json.ts';
import type { Flag } from '../../records/record.ts';
import type { Stores } from '../../storage/open.ts';
import type { Store } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import type { Volume } from '../../volume/geometry.ts';
import { type MappedFacts, mapPrediction } from '../../way-back/mapped-prediction.ts';
import type { AlgorithmOptions } from '../../way-back/segments-file.ts';
import { NOT_KNOWN, sourceAlgorithm } from '../../way-back/source-algorithm.ts';
import type { WantedCt } from '../../way-back/source-images.ts';
import { type ExportInputs, isAsConverted, type ListedMap } from './inputs.ts';
import type { ExportTask, MaskTask } from './task.ts';

/** Segment Label of a tumour whose own name is withheld, or that a model found. */
const TUMOUR = 'GTV-1';

/** How the segments of a map were made, where no file describes them. */
export interface MadeBy {
  readonly algorithm: SegmentAlgorithm;
  readonly flags: readonly Flag[];
}

/** A map on the grid of the converted CT. */
export interface CtMap {
  /** For messages. */
  readonly file: string;
  readonly volume: Volume;
  readonly kind: 'labels' | 'probabilities';
  /** Segment Label of label 1 by default. */
  readonly tumourName: string;
  /** By the headers of the raw files. */
  readonly madeBy: (headers: readonly DicomFile[]) => MadeBy;
  /** Of a prediction, how it came onto the CT grid. */
  readonly mapped: MappedFacts | null;
}

/** A map that is not read yet, and the CT whose grid it is on. */
export interface ReadableMap {
  readonly wanted: WantedCt;
  readonly read: () => Promise<CtMap>;
}

/** The record of convert, of the same run as its list. */
async function readCase(store: Store, patientId: string, converted: MaskTask['converted']): Promise<OkCase> {
  const key = `${patientId}/${CASE_FILE}`;
  const bytes = await store.read(key);
  if (bytes === undefined)
    throw new CaseExclusion('unreadable-case', 'is not there: run convert again', { file: key });
  const record = (() => {
    try {
      return decodeJson(key, bytes, caseSchema);
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      throw new CaseExclusion('unreadable-case', messageOf(cause), { cause });
    }
  })();
  const same =
    record.state === 'ok' &&
    record.ct.sha256 === converted.ct?.sha256 &&
    record.tumor.sha256 === converted.tumor?.sha256;
  if (!same)
    throw new CaseExclusion(
      'unreadable-case',
      'is not of the run that cases.json beside it is of: run convert to its end',
      { file: key },
    );
  return record;
}

/** Where the source tells nothing: a claim that a person drew it would be made up. */
const UNTOLD: MadeBy = {
  algorithm: { type: 'SEMIAUTOMATIC', name: NOT_KNOWN, version: '' },
  flags: [
    {
      code: 'algorithm-not-known',
      message:
        'segments whose source does not tell how they were drawn: SEMIAUTOMATIC by something not known is written, as MANUAL would be a claim',
      value: 1,
    },
  ],
};

/** How the mask of convert was made: by its source, and where that names no algorithm by the options. */
function madeByOf(
  tumour: OkCase['tumor'],
  headers: readonly DicomFile[],
  { algorithmName, algorithmVersion }: AlgorithmOptions,
): MadeBy {
  const told = sourceAlgorithm(tumour, headers);
  if (told?.type === 'MANUAL') return { algorithm: told, flags: [] };
  if (told === undefined && algorithmName === undefined) return UNTOLD;
  const { type, name, version } = told ?? UNTOLD.algorithm;
  const algorithm = {
    type,
    name: name === NOT_KNOWN ? (algorithmName ?? name) : name,
    version: algorithmVersion ?? version,
  };
  return { algorithm, flags: [] };
}

async function maskOf(
  { interim, converted }: MaskTask,
  { patientId, rules }: ExportTask,
  unchanged: boolean,
  stores: Stores,
  clock: StageClock,
): Promise<ReadableMap> {
  const store = await stores.open(interim);
  const record = await readCase(store, patientId, converted);
  const { tumor } = record;
  return {
    wanted: {
      grid: geometryOfRecord(record.ct),
      unchanged,
      flags: record.flags,
      voxels: () => readInterimCt(store, record, clock),
    },
    read: async () => ({
      file: `${patientId}/${TUMOR_FILE}`,
      volume: await readInterimTumor(store, record, clock),
      kind: 'labels',
      tumourName: tumor.roi_name === WITHHELD ? TUMOUR : tumor.roi_name,
      madeBy: (headers) => madeByOf(tumor, headers, rules.algorithm),
      mapped: null,
    }),
  };
}

/** Whether every value is a label, whatever type it is stored as. */
function isWhole({ data }: Volume): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isInteger(data[i])) return false;
  return true;
}

/** Values that were interpolated are no labels, though all may be 0. */
function kindOf(volume: Volume, { interpolation, threshold }: MappedFacts): CtMap['kind'] {
  if (threshold !== null) return 'labels';
  return interpolation === 'nearest' && isWhole(volume) ? 'labels' : 'probabilities';
}

async function predictionOf(
  { interim, job, transforms }: Extract<ListedMap, { kind: 'prediction' }>,
  { patientId, rules }: ExportTask,
  unchanged: boolean,
  stores: Stores,
  clock: StageClock,
): Promise<ReadableMap> {
  const { algorithmName = NOT_KNOWN, algorithmVersion = '' } = rules.algorithm;
  const algorithm = { type: 'AUTOMATIC', name: algorithmName, version: algorithmVersion } as const;
  const store = interim === undefined ? undefined : await stores.open(interim);
  const ct = { patient_id: patientId, ct: { ...transforms.original_ct.ct, file: CT_FILE } };
  return {
    wanted: {
      grid: geometryOfRecord(transforms.original_ct_geometry),
      unchanged,
      flags: transforms.original_ct.geometry_flags,
      voxels: store && (() => readInterimCt(store, ct, clock)),
    },
    read: async () => {
      const { volume, facts } = await mapPrediction(job, transforms, clock);
      return {
        file: job.prediction.key,
        volume,
        kind: kindOf(volume, facts),
        tumourName: TUMOUR,
        madeBy: () => ({ algorithm, flags: [] }),
        mapped: facts,
      };
    },
  };
}

/**
 * The map of a patient on the grid of its converted CT. Throws a CaseExclusion where there is none, and a StorageError where
 * `interim` does not hold what its records say.
 */
export function readableMap(
  inputs: ExportInputs,
  task: ExportTask,
  stores: Stores,
  clock: StageClock,
): Promise<ReadableMap> {
  const { map } = inputs;
  const unchanged = isAsConverted(inputs, task);
  return map.kind === 'mask'
    ? maskOf(map, task, unchanged, stores, clock)
    : predictionOf(map, task, unchanged, stores, clock);
}
