import { z } from 'zod';
import { configSchema } from '../config/schema.ts';
import { DATALIST_FILE, datalistSchema } from '../exports/datalist.ts';
import {
  NNUNET_DATASET_FILE,
  nnunetDatasetSchema,
  SPLITS_FINAL_FILE,
  splitsFinalSchema,
} from '../exports/nnunet-layout.ts';
import { CASE_FILE, caseSchema } from '../records/case.ts';
import { CASES_FILE, casesSchema } from '../records/cases.ts';
import { CHANGES_FILE, changesSchema } from '../records/changes.ts';
import { FAILURES_FILE, failuresSchema, MANIFEST_FILE, manifestSchema } from '../records/manifest.ts';
import { PROFILE_FILE, profileSchema } from '../records/profile.ts';
import { exclusion, flag, gridRecord, outputFile, triple } from '../records/record.ts';
import { META_FILE, roiSchema, TRANSFORMS_FILE, transformsSchema } from '../records/roi.ts';
import { ROI_CHANGES_FILE, ROIS_FILE, roiChangesSchema, roisSchema } from '../records/roi-changes.ts';
import { foregroundSchema, samplingSchema } from '../records/sampling.ts';
import { SPLIT_FILE, splitSchema } from '../records/split.ts';
import { MEASURES_FILE, measuresFileSchema, STATS_FILE, statsSchema } from '../records/stats.ts';
import {
  DICOM_EXPORT_FILE,
  dicomExportSchema,
  EXPORT_RECORD_FILE,
  exportSchema,
} from '../records/way-back/dicom-export.ts';
import { MAP_BACK_FILE, mapBackSchema } from '../records/way-back/mapped.ts';
import { VERSION } from '../version.ts';
import { GLOSSARY } from './glossary.ts';

/** A JSON file that swinprep writes. */
export interface JsonFile {
  readonly file: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** Every JSON file that swinprep writes, in the order of the steps. */
export const JSON_FILES: readonly JsonFile[] = [
  {
    file: CASE_FILE,
    schema: caseSchema,
    description: 'One patient after convert: CT and tumour mask, where they come from, quality checks.',
  },
  {
    file: CASES_FILE,
    schema: casesSchema,
    description: 'Every patient after convert, and the configuration that all later steps run with.',
  },
  {
    file: CHANGES_FILE,
    schema: changesSchema,
    description:
      'What is new, changed and gone since the last run that was finished over the same volumes, and why.',
  },
  {
    file: SPLIT_FILE,
    schema: splitSchema,
    description: 'Every patient in train, test or excluded, with counts and class weights.',
  },
  {
    file: MEASURES_FILE,
    schema: measuresFileSchema,
    description: 'What pass 1 measured of one patient.',
  },
  {
    file: STATS_FILE,
    schema: statsSchema,
    description: 'The constants of the data set after pass 1 and what they were made from.',
  },
  {
    file: TRANSFORMS_FILE,
    schema: transformsSchema,
    description:
      'The way from the original CT grid to the ROI, step by step, with all that the way back needs.',
  },
  {
    file: META_FILE,
    schema: roiSchema,
    description:
      'One patient after pass 2: every step with its parameters, geometry, statistics, quality, provenance.',
  },
  {
    file: MANIFEST_FILE,
    schema: manifestSchema,
    description: 'The ROI set: every patient that can be trained on or tested with, and where its files lie.',
  },
  {
    file: FAILURES_FILE,
    schema: failuresSchema,
    description: 'Every patient that is not in the manifest, the step that excluded it, and why.',
  },
  {
    file: DATALIST_FILE,
    schema: datalistSchema,
    description: 'The ROI set in the form of the Medical Segmentation Decathlon, as MONAI reads it.',
  },
  {
    file: ROIS_FILE,
    schema: roisSchema,
    description: 'The ROIs that the last finished run made, and of what, for the next one to compare with.',
  },
  {
    file: ROI_CHANGES_FILE,
    schema: roiChangesSchema,
    description:
      'Which ROIs are new, changed and gone since the last run that was finished over the same place, and why.',
  },
  {
    file: NNUNET_DATASET_FILE,
    schema: nnunetDatasetSchema,
    description: 'The data set for nnU-Net v2: channels, labels, number of training cases.',
  },
  {
    file: SPLITS_FINAL_FILE,
    schema: splitsFinalSchema,
    description: 'Folds of cross-validation for nnU-Net v2.',
  },
  {
    file: MAP_BACK_FILE,
    schema: mapBackSchema,
    description: 'What became of each prediction that was mapped back onto its original CT grid.',
  },
  {
    file: EXPORT_RECORD_FILE,
    schema: exportSchema,
    description:
      'The DICOM object of one patient beside it: what it holds, and nothing that names the patient.',
  },
  {
    file: DICOM_EXPORT_FILE,
    schema: dicomExportSchema,
    description: 'What became of each mask of convert that was to be written as a DICOM object.',
  },
  {
    file: PROFILE_FILE,
    schema: profileSchema,
    description: 'Where the time of a step went, by stage and patient, and the memory it took (--profile).',
  },
];

/** Pieces that several files share, under `$defs` by these names. */
const SHARED: Readonly<Record<string, z.ZodType>> = {
  config: configSchema,
  exclusion,
  flag,
  foreground: foregroundSchema,
  grid: gridRecord,
  output_file: outputFile,
  sampling: samplingSchema,
  triple,
};

const shared = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(SHARED)) shared.add(schema, { id });

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/** Puts in what keys mean and takes out what is a fact of JavaScript, not of the files. */
const explain: Override = ({ zodSchema, jsonSchema }) => {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined) jsonSchema.description = description;
  delete jsonSchema.readOnly;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  // Keys of the configuration are explained by their own descriptions.
  if (zodSchema === configSchema) return;
  for (const [key, property] of Object.entries(jsonSchema.properties ?? {}))
    if (typeof property === 'object' && key in GLOSSARY) property.description ??= GLOSSARY[key];
};

/** The name of a file's schema in `dist/schemas`: `meta.schema.json` for meta.json. */
export function schemaFile({ file }: JsonFile): string {
  return file.replace(/\.json$/, '.schema.json');
}

/** A JSON Schema document, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema (draft 2020-12) of a file that this version writes. */
export function jsonSchemaOf({ file, description, schema }: JsonFile): JsonSchema {
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    metadata: shared,
    override: explain,
  });
  return {
    $schema,
    $id: `urn:swinprep:${VERSION}:${file}`,
    title: file,
    description,
    ...body,
  };
}
