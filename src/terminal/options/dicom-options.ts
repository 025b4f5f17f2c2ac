import { PRESET_NAMES } from '../../config/presets.ts';
import { mapBackOptions, RAW_DATA, shardOptions } from './options.ts';
import { count, maxExcluded, memoryLimit, profile, uri, workers } from './shared-options.ts';

const value = (description: string) => ({ type: 'string', requiresArg: true, description }) as const;

/** What every DICOM object is written by. None has a default here: what does not go with the kind is refused, if it is given. */
const objectOptions = {
  segments: value(
    'JSON file that describes the segments, as the itkimage2segimage of dcmqi takes it (a path or URI); by default label 1 is the tumour, others are Label N',
  ),
  'algorithm-name': value('Name of what made the segments, where neither --segments nor the source tells it'),
  'algorithm-version': value('Version of what made the segments'),
  'uid-root': value('Root of the UIDs that are made, which are hashes of the content (default: 2.25)'),
  'content-date': value(
    'When the content was made, YYYYMMDD or YYYYMMDDHHMMSS (default: when the CT was; nothing hangs on the time of writing)',
  ),
  'series-description': value(
    'Series Description (default: that of --segments, else Tumour segmentation or Predicted segmentation)',
  ),
  'series-number': count('Series Number (default: that of --segments, else 300, of structure sets 301)'),
  creator: value('Content Creator Name, who made the content (default: that of --segments, else empty)'),
} as const;

const segmentationOptions = {
  type: {
    choices: ['auto', 'binary', 'labelmap', 'fractional'] as const,
    description: 'Segmentation Type of a SEG; auto (default): labels as BINARY, probabilities as FRACTIONAL',
  },
  frames: {
    choices: ['occupied', 'all'] as const,
    description: 'Frames of a SEG: where a segment has a pixel (default), or on every image',
  },
  compress: {
    choices: ['none', 'deflate', 'rle', 'deflate-frames'] as const,
    description:
      'How a SEG is compressed: none (default); deflate, of all of it; rle, of each frame, for --type labelmap or fractional; deflate-frames, of 2025, which few programs read',
  },
} as const;

const structureSetOptions = {
  holes: {
    choices: ['keyhole', 'separate'] as const,
    description:
      'Holes of a structure set: cut in by a keyhole (default), or as contours of their own, to be combined by XOR',
  },
} as const;

const NEVER_BESIDE =
  'the objects name the patient, so nothing that is read, and no output of the pipeline, may lie there';

const exportOptions = (file: string) =>
  ({
    interim: uri('Where convert wrote the masks'),
    raw: uri(`What convert read. ${RAW_DATA}`),
    out: uri(`Where PATIENT/${file} and dicom_export.json are written: ${NEVER_BESIDE}`),
  }) as const;

const cohortOptions = { ...shardOptions, ...workers, ...memoryLimit, ...profile, ...maxExcluded } as const;

/** The masks of convert as DICOM objects. */
export const exportDicomOptions = {
  'dicom-seg': {
    ...exportOptions('seg.dcm'),
    ...segmentationOptions,
    ...objectOptions,
    ...cohortOptions,
  },
  rtstruct: {
    ...exportOptions('rtstruct.dcm'),
    ...structureSetOptions,
    ...objectOptions,
    ...cohortOptions,
  },
} as const;

/** What map-back takes for DICOM objects alone. */
export const mapBackDicomOptions = {
  raw: value(`With --as dicom-seg or rtstruct, what convert read. ${RAW_DATA}`),
  interim: value(
    'Where convert wrote the CTs: its configuration tells how the raw data were read, and its CT which series was taken where several lie on one grid',
  ),
  preset: {
    choices: PRESET_NAMES,
    description: 'Configuration that the raw data were read by, without --interim (default: lung1)',
  },
  config: value('YAML file laid over the preset (a path or URI), as it was given to convert'),
  ...segmentationOptions,
  ...structureSetOptions,
  ...objectOptions,
  shard: shardOptions.shard,
  'gather-timeout': { ...count(shardOptions['gather-timeout'].description) },
} as const;

/** Options of map-back, whatever it writes. */
export const mapBackOrDicomOptions = {
  ...mapBackOptions,
  out: uri(
    `The file to write (.nii, .nii.gz, .dcm), or where PATIENT.nii.gz or PATIENT/{seg.dcm,rtstruct.dcm}, and map_back.json, are written; of DICOM: ${NEVER_BESIDE}`,
  ),
  as: {
    choices: ['nifti', 'dicom-seg', 'rtstruct'] as const,
    default: 'nifti' as const,
    description:
      'What to write: NIfTI, or DICOM objects on the images as scanned, which name the patient and take --raw',
  },
  ...mapBackDicomOptions,
} as const;
