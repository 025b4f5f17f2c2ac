import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArmRequest } from '../../src/azureml/request-bodies/asset-body.ts';
import { comparable, comparableSet, FILES, KINDS } from '../support/azure/arm-bodies.ts';
import { sharedData } from '../support/shared-data.ts';

/** A script that writes known answers of other programs, and what it needs. */
export interface Recorder {
  /** From this folder: Python, run with the packages of `requirements`, or TypeScript. */
  readonly script: string;
  /** Files of test/goldens that it writes. */
  readonly goldens: readonly string[];
  /** `requirements.txt` unless it says another. */
  readonly requirements?: string;
  /**
   * Its arguments. `realPatients` gives the folder that `swinprep preprocess --preset reference` wrote for the real patients,
   * made when first asked for.
   */
  readonly args?: (realPatients: () => Promise<string>) => readonly string[] | Promise<readonly string[]>;
  /** What it prints is its one golden; others write theirs. */
  readonly prints?: true;
  /** Reads ../shared/data, or $SWINPREP_SHARED_DATA. */
  readonly readsSharedData?: true;
  /** Programs on the PATH that it runs, and whose version decides what comes out. */
  readonly programs?: readonly string[];
  /** What a golden says: where that stays equal, nothing changed. Its JSON unless this is given. */
  readonly told?: (golden: string) => unknown;
  /** Why what it writes is never equal twice, or not on two machines. */
  readonly varies?: string;
}

const NEW = 'UIDs and dates in the files are new';

/** Ids of jobs and hashes of uploads are chosen anew each time. */
function bodiesTold(golden: string): unknown {
  const requests = Object.entries<ArmRequest[]>(JSON.parse(golden));
  return requests.map(([file, sent]) => [file, comparable(sent)]);
}

function variantsTold(golden: string): unknown {
  const variants = Object.entries<{ requests: ArmRequest[] }>(JSON.parse(golden));
  return variants.map(([file, told]) => [file, { ...told, requests: comparableSet(told.requests) }]);
}

/** Pipelines among the files of the variants; the others are components that they name. */
function variants(): string[] {
  const folder = join(FILES, '../../variants');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort();
  return files
    .map((name) => join(folder, name))
    .filter((file) => readFileSync(file, 'utf8').includes('pipelineJob.schema.json'));
}

/** The last bits of a turned affine are those of the machine's LAPACK, and so are those of the files that have it as float64. */
function niftiTold(golden: string): unknown {
  return JSON.parse(golden, (key, value) => {
    if (key === 'file') return undefined;
    return typeof value === 'number' ? Number(value.toPrecision(12)) : value;
  });
}

/** Every recorder by the name that `npm run record -- NAME` takes. A new one is a line here. */
export const RECORDERS: Readonly<Record<string, Recorder>> = {
  'azure-bodies': {
    script: 'record_azure_bodies.py',
    goldens: ['azure-bodies.json'],
    requirements: 'requirements-azure.txt',
    args: () => Object.entries(KINDS).map(([name, kind]) => `${kind}=${join(FILES, name)}`),
    prints: true,
    told: bodiesTold,
  },
  'azure-lookups': {
    script: 'record_azure_lookups.py',
    goldens: ['azure-lookups.json'],
    requirements: 'requirements-azure.txt',
    prints: true,
  },
  'azure-variants': {
    script: 'record_azure_variants.py',
    goldens: ['azure-variants.json'],
    requirements: 'requirements-azure.txt',
    args: () => variants().map((file) => `pipeline=${file}`),
    prints: true,
    told: variantsTold,
  },
  'azureml-mlflow': {
    script: 'record_azureml_mlflow.py',
    goldens: ['azureml-mlflow.json'],
    requirements: 'requirements-azureml-mlflow.txt',
    prints: true,
  },
  'yaml-words': {
    script: 'record_yaml_words.py',
    goldens: ['yaml-words.json'],
    requirements: 'requirements-azure.txt',
    prints: true,
  },
  'class-weights': { script: 'record_class_weights.py', goldens: ['class-weights.json'] },
  dcm2niix: {
    script: 'record_dcm2niix.py',
    goldens: ['dcm2niix.json'],
    args: () => [sharedData],
    readsSharedData: true,
    programs: ['dcm2niix'],
  },
  htj2k: { script: 'record-htj2k.ts', goldens: ['encodings-htj2k.json'] },
  'identifying-attributes': {
    script: 'record_identifying_attributes.py',
    goldens: ['identifying-attributes.json'],
  },
  'map-back': {
    script: 'record_map_back.py',
    goldens: ['map-back.json'],
    args: async (realPatients) => [await realPatients()],
    readsSharedData: true,
  },
  masks: {
    script: 'record_masks.py',
    goldens: [
      'numpy-hu.json',
      'scipy-balls.json',
      'scipy-holes.json',
      'simpleitk-components.json',
      'simpleitk-staple.json',
    ],
  },
  multiframe: {
    script: 'record_multiframe.py',
    goldens: ['multiframe.json'],
    programs: ['dcm2niix'],
    varies: NEW,
  },
  nifti: {
    script: 'record_nifti.py',
    goldens: ['nifti.json'],
    args: () => [sharedData],
    readsSharedData: true,
    told: niftiTold,
  },
  pixels: {
    script: 'record_pixels.py',
    goldens: ['pixels.json'],
    args: () => [sharedData],
    readsSharedData: true,
  },
  'reference-program': { script: 'record-reference-program.ts', goldens: ['reference-program.json'] },
  resample: { script: 'record_goldens.py', goldens: ['numpy-percentile.json', 'simpleitk-resample.json'] },
  seg: { script: 'record_seg.py', goldens: ['seg.json'], args: () => [sharedData], readsSharedData: true },
  'seg-writers': {
    script: 'record_seg_writers.py',
    goldens: ['seg-writers.json'],
    varies: NEW,
  },
  'segment-codes': { script: 'record_segment_codes.py', goldens: ['segment-codes.json'] },
  'swinunetr-memory': {
    script: '../device/swinunetr_memory.py',
    goldens: ['swinunetr-memory.json'],
    requirements: 'requirements-training.txt',
    args: () => ['--computed'],
    prints: true,
  },
  stacks: { script: 'record_stacks.py', goldens: ['stacks.json'], readsSharedData: true },
};
