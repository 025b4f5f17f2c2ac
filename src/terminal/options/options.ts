import {
  configuration,
  count,
  folder,
  freezeStats,
  masks,
  maxExcluded,
  memoryLimit,
  type Options,
  previous,
  profile,
  prune,
  review,
  state,
  URI_FORMS,
  uri,
  workers,
} from './shared-options.ts';

export const RAW_DATA = `Raw data as they lie there: a folder or archive a patient, DICOM anywhere below (patients by Patient ID), an archive of many, NIfTI in a known layout, a table patient_id,ct,mask (.csv), a list of places (.txt): ${URI_FORMS}`;
const CLINICAL_TABLE = 'Clinical table with a row a patient: CSV, also by semicolons or tabs, or .xlsx';

/** The options of each component; a test holds them equal to components/STEP/component.yml. */
export const COMPONENT_OPTIONS = {
  convert: {
    raw: uri(RAW_DATA),
    masks,
    interim: uri('Where PATIENT/{ct.nii.gz,tumor.nii.gz,case.json,pass1.json} are written'),
    cases: folder('Folder for the cases.json artifact'),
    content: {
      type: 'string',
      requiresArg: true,
      default: 'unknown',
      description:
        'Fingerprint of the raw data, as "azure fingerprint" prints it; only shown, nothing is computed by it',
    },
    ...configuration,
    ...review,
    limit: { ...count('Only this many patients, the first by id, for a trial; 0: all of them'), default: 0 },
    ...prune,
    ...workers,
    ...memoryLimit,
    ...profile,
    ...maxExcluded,
  },
  split: {
    cases: folder('Folder of the cases.json artifact'),
    clinical: uri(CLINICAL_TABLE),
    ...previous,
    ...state,
    split: folder('Folder for the split.json artifact'),
    ...profile,
    ...maxExcluded,
  },
  'pass1-stats': {
    cases: folder('Folder of the cases.json artifact'),
    split: folder('Folder of the split.json artifact'),
    interim: uri('Where convert wrote the volumes'),
    ...freezeStats,
    ...state,
    stats: folder('Folder for the dataset_pass1_stats.json artifact'),
    ...workers,
    ...memoryLimit,
    ...profile,
    ...maxExcluded,
  },
  'pass2-write': {
    cases: folder('Folder of the cases.json artifact'),
    split: folder('Folder of the split.json artifact'),
    stats: folder('Folder of the dataset_pass1_stats.json artifact'),
    interim: uri('Where convert wrote the volumes'),
    roi: uri('Where PATIENT/{ct_roi_norm.nii.gz,tumor_roi.nii.gz,...,meta.json} are written'),
    manifest: folder('Folder for the manifest.json artifact'),
    ...prune,
    ...workers,
    ...memoryLimit,
    ...profile,
    ...maxExcluded,
  },
} as const satisfies Record<string, Options>;

/**
 * Options of the components that many nodes can share. They are no inputs in component.yml: the nodes of a job have one
 * command, and Azure ML tells each its rank in the environment.
 */
export const shardOptions = {
  shard: {
    type: 'string',
    requiresArg: true,
    description:
      'Do share i of n, i from 0, the same n everywhere; share 0 gathers (default: RANK/WORLD_SIZE, OMPI_COMM_WORLD_RANK/SIZE, AZUREML_CR_NODE_RANK/AZUREML_NODE_COUNT, else 0/1)',
  },
  'gather-timeout': {
    ...count('Seconds that share 0 waits for the next of the others to be done'),
    default: 3600,
  },
} as const;

const cohort = {
  raw: uri(RAW_DATA),
  clinical: uri(CLINICAL_TABLE),
} as const;

export const fingerprintOptions = {
  raw: cohort.raw,
  clinical: { ...cohort.clinical, demandOption: false },
} as const;

export const runOptions = {
  set: {
    type: 'string',
    array: true,
    requiresArg: true,
    nargs: 1,
    default: [] as string[],
    description: 'Value of a pipeline input: NAME=VALUE, repeatable',
  },
  artifacts: folder('Folder for the artifacts: JOB/OUTPUT/ below it'),
  inside: {
    type: 'string',
    requiresArg: true,
    description:
      'Command that runs the commands of the jobs, such as "docker run --rm --network host -v DIR:DIR IMAGE"',
  },
  ...profile,
} as const;

export const preprocessOptions = {
  ...cohort,
  out: uri('Where the outputs go: volumes under interim/ and roi/'),
  ...configuration,
  artifacts: {
    type: 'string',
    requiresArg: true,
    description: 'Folder for the artifacts (default: OUT/artifacts where OUT is a folder)',
  },
  ...previous,
  ...freezeStats,
  ...state,
  ...review,
  ...prune,
  ...workers,
  ...memoryLimit,
  ...profile,
  ...maxExcluded,
} as const;

export const mapBackOptions = {
  transforms: uri(`A transforms.json, or where PATIENT/transforms.json lie: ${URI_FORMS}`),
  roi: uri('The label or probability map made from the ROI (.nii, .nii.gz), or where many lie'),
  out: uri('The file to write (.nii, .nii.gz), or where PATIENT.nii.gz and map_back.json are written'),
  pattern: {
    type: 'string',
    requiresArg: true,
    default: '{patient}.nii.gz',
    description: 'How the maps are named below --roi',
  },
  interpolation: {
    choices: ['auto', 'nearest', 'linear'] as const,
    default: 'auto' as const,
    description: 'auto: nearest where all values are whole numbers, linear for others',
  },
  threshold: {
    type: 'number',
    requiresArg: true,
    description: 'Write 1 from this value on and 0 below, after interpolation, such as 0.5',
  },
  channel: count('Which volume of a map with a fourth dimension, from 0'),
  compare: {
    type: 'string',
    requiresArg: true,
    description: 'A mask on the original CT grid, or where many lie: tell Dice and volumes',
  },
  'compare-pattern': {
    type: 'string',
    requiresArg: true,
    default: '{patient}/tumor.nii.gz',
    description: 'How the masks are named below --compare',
  },
  ...workers,
  ...memoryLimit,
  ...profile,
  ...maxExcluded,
} as const;

export const nnunetOptions = {
  roi: uri(`Where pass2-write wrote the ROIs: ${URI_FORMS}`),
  manifest: folder('Folder of the manifest.json artifact'),
  out: uri("nnU-Net's nnUNet_raw: DatasetNNN_NAME/ is written below it"),
  'dataset-id': { ...count('NNN, the number of the data set'), default: 1 },
  name: { type: 'string', requiresArg: true, default: 'Tumor', description: 'NAME of the data set' },
  image: {
    choices: ['ct_roi_norm', 'ct_roi_hu'] as const,
    default: 'ct_roi_norm' as const,
    description: 'ct_roi_norm, which nnU-Net leaves as it is, or ct_roi_hu, which it normalises as CT',
  },
} as const;

export const demoOptions = {
  raw: {
    ...cohort.raw,
    demandOption: false,
    description: 'Real raw data, uploaded to the embedded Azurite in place of the synthetic cohort',
  },
  clinical: { ...cohort.clinical, demandOption: false },
  patients: { ...count('Patients of the synthetic cohort'), default: 12 },
  out: {
    type: 'string',
    default: 'demo-output',
    requiresArg: true,
    description: 'Folder for the result; artifacts/ and roi/ in it are replaced',
  },
  ...configuration,
  ...workers,
  ...memoryLimit,
} as const;

export const phantomOptions = {
  patients: { ...count('How many patients'), demandOption: true },
  out: uri('Where raw/PATIENT/... and clinical.csv are written'),
  seed: { ...count('Seed of the cohort'), default: 1 },
  full: count('How many of the first patients get full 512x512 slices (default 2)'),
} as const;

export const inspectOptions = {
  preset: configuration.preset,
  config: configuration.config,
  masks,
  json: { type: 'boolean', default: false, description: 'Print one JSON document in place of text' },
  names: {
    type: 'boolean',
    default: false,
    description:
      'Show ROI names as they are. They are free text and may identify a patient: for your own eyes, not for logs',
  },
  patient: {
    type: 'boolean',
    description: 'URI is one patient (--no-patient: a cohort); by default looked up',
  },
  ...workers,
  ...memoryLimit,
  ...profile,
} as const;
