import { z } from 'zod';
import { algorithm, criterion } from './case.ts';
import { flag, triple } from './record.ts';

/** An ROI or segment as it is shown: its names are withheld where they may identify somebody, unless they were asked for. */
const inspectedRoi = z.strictObject({
  number: z.int(),
  /** Name first; then description and label; each with whether `mask.roiNames` (of a union, `mask.unionNames`) has it. */
  names: z.array(z.strictObject({ name: z.string(), matches: z.boolean() })).min(1),
  /** Whether the rules choose it within its object. */
  wanted: z.boolean(),
  /** False where it is known to hold nothing to draw. */
  drawable: z.boolean(),
});

const maskSource = z.enum(['SEG', 'RTSTRUCT', 'NIFTI']);
const linkRule = z.enum(['series-uid', 'frame-of-reference-uid', 'patient']);

/** What headers tell of one patient. Built from an allow-list: no UID, name or date of any header. */
const inspectedPatient = z.strictObject({
  patient_id: z.string(),
  verdict: z.enum(['would-convert', 'would-be-excluded']),
  /** Null where the patient would be converted. */
  exclusion: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  files: z.int(),
  /** Files that are no DICOM. */
  ignored_files: z.int(),
  /** The volume that would be written. */
  ct: z.strictObject({ slices: z.int(), size_ijk: triple, spacing_mm: triple }).nullable(),
  /** The mask that would be written. */
  tumor: z
    .strictObject({
      source: maskSource,
      file: z.string(),
      roi_number: z.int(),
      roi_name: z.string(),
      /** More than 1 under the policy `union`. */
      rois: z.int(),
      link_rule: linkRule,
      /** Null of a DICOM segmentation, whose pixels were not read. */
      volume_ml: z.number().nullable(),
    })
    .nullable(),
  series: z.array(
    z.strictObject({
      slices: z.int(),
      columns: z.int(),
      rows: z.int(),
      spacing_mm: triple,
      coverage_mm: z.number(),
      kernel: z.string(),
      chosen: z.boolean(),
      reason: z.string(),
      /** What tells it from the other scans of its series, where it is one of several. */
      scan: z.string().optional(),
    }),
  ),
  series_rejected: z.array(z.strictObject({ modality: z.string(), images: z.int(), reason: z.string() })),
  masks: z.array(
    z.strictObject({
      source: maskSource,
      file: z.string(),
      /** Null where the patient has no CT series to belong to. */
      link_rule: linkRule.nullable(),
      chosen: z.boolean(),
      reason: z.string(),
      /** Only where several masks of one source could be that of the CT. */
      competing: z
        .strictObject({
          algorithm,
          /** By what it stands behind; `pixels` where they alone tell; '' where it does not. */
          decided_by: z.union([criterion, z.enum(['pixels', ''])]),
        })
        .optional(),
      rois: z.array(inspectedRoi),
    }),
  ),
  flags: z.array(flag),
});

export type InspectedPatient = z.infer<typeof inspectedPatient>;
export type InspectedRoi = z.infer<typeof inspectedRoi>;

/** A table of pairs, NIfTI in a known layout, or DICOM: a folder or archive a patient, by headers, all of one patient. */
const RAW_LAYOUTS = ['pairs', 'nifti', 'folders', 'headers', 'one-patient'] as const;

/** What `swinprep inspect --json` prints. */
export const inspectionSchema = z.strictObject({
  swinprep_version: z.string(),
  /** How patients lie in the raw data. */
  layout: z.enum(RAW_LAYOUTS),
  /** Patients that the headers of DICOM files name; null where none was looked at. */
  num_by_header: z.int().nullable(),
  summary: z.strictObject({
    num_patients: z.int(),
    num_would_convert: z.int(),
    num_would_be_excluded: z.int(),
    exclusions: z.array(z.strictObject({ code: z.string(), patients: z.int() })),
    /** Every name of any ROI or segment, and in how many patients it occurs: what `mask.roiNames` is to be set by. */
    roi_names: z.array(z.strictObject({ name: z.string(), patients: z.int(), matches: z.boolean() })),
  }),
  patients: z.array(inspectedPatient),
});

export type Inspection = z.infer<typeof inspectionSchema>;

const mostFirst = (a: { patients: number }, b: { patients: number }): number => b.patients - a.patients;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function exclusionCounts(patients: readonly InspectedPatient[]): Inspection['summary']['exclusions'] {
  const counts = new Map<string, number>();
  for (const { exclusion } of patients)
    if (exclusion !== null) counts.set(exclusion.code, (counts.get(exclusion.code) ?? 0) + 1);
  return [...counts]
    .map(([code, count]) => ({ code, patients: count }))
    .sort((a, b) => mostFirst(a, b) || compare(a.code, b.code));
}

function roiNameCounts(patients: readonly InspectedPatient[]): Inspection['summary']['roi_names'] {
  const counts = new Map<string, { name: string; patients: number; matches: boolean }>();
  for (const { masks } of patients) {
    const own = new Map<string, { name: string; matches: boolean }>();
    for (const { names } of masks.flatMap(({ rois }) => rois))
      for (const { name, matches } of names) own.set(`${name} ${matches}`, { name, matches });
    for (const [key, found] of own)
      counts.set(key, { ...found, patients: (counts.get(key)?.patients ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => mostFirst(a, b) || compare(a.name, b.name));
}

/** The findings of a cohort, in order of its patients; the order they came in does not matter. */
export function inspectionOf(
  version: string,
  { layout, num_by_header }: Pick<Inspection, 'layout' | 'num_by_header'>,
  found: readonly InspectedPatient[],
): Inspection {
  const patients = [...found].sort((a, b) => compare(a.patient_id, b.patient_id));
  const convertible = patients.filter(({ exclusion }) => exclusion === null).length;
  return {
    swinprep_version: version,
    layout,
    num_by_header,
    summary: {
      num_patients: patients.length,
      num_would_convert: convertible,
      num_would_be_excluded: patients.length - convertible,
      exclusions: exclusionCounts(patients),
      roi_names: roiNameCounts(patients),
    },
    patients,
  };
}
