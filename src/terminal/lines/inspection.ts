import type { InspectedPatient, InspectedRoi, Inspection } from '../../records/inspection.ts';
import { table } from './table.ts';

type Series = InspectedPatient['series'][number];
type Mask = InspectedPatient['masks'][number];

const LINKS = {
  'series-uid': 'series UID',
  'frame-of-reference-uid': 'frame of reference',
  patient: 'patient alone',
} as const;

function millimetres(spacing: readonly number[]): string {
  return `${spacing.map((mm) => mm.toFixed(3)).join('x')} mm`;
}

function verdictOf({ exclusion, ct, tumor }: InspectedPatient): string {
  if (exclusion !== null) return `would be excluded: ${exclusion.code}: ${exclusion.message}`;
  const [columns, rows, slices] = ct!.size_ijk;
  const { source, roi_name, rois, link_rule, volume_ml } = tumor!;
  const volume = volume_ml === null ? '' : `, ${volume_ml.toFixed(1)} ml`;
  return [
    `would convert: CT ${slices} slices ${columns}x${rows}`,
    millimetres(ct!.spacing_mm),
    `${source} \`${roi_name}\`${rois > 1 ? ` and ${rois - 1} more` : ''} by ${LINKS[link_rule]}${volume}`,
  ].join(', ');
}

function seriesLine({
  slices,
  columns,
  rows,
  spacing_mm,
  coverage_mm,
  kernel,
  chosen,
  reason,
  scan,
}: Series): string {
  const size = `${slices} slices ${columns}x${rows}, ${millimetres(spacing_mm)} over ${coverage_mm.toFixed(0)} mm`;
  const which = scan === undefined ? '' : `, a scan by ${scan}`;
  return `  ${chosen ? '*' : ' '} CT: ${size}${kernel === '' ? '' : `, kernel ${kernel}`}${which}: ${reason}`;
}

function roiText({ names, wanted, drawable }: InspectedRoi, chosen: boolean): string {
  const name = names.map((n) => n.name).join(' / ');
  return `${wanted && chosen ? '*' : ''}${name}${drawable ? '' : ' (empty)'}`;
}

const DRAWN = {
  MANUAL: 'drawn by hand',
  SEMIAUTOMATIC: 'drawn by a program with a person',
  AUTOMATIC: 'drawn by a program',
  unknown: 'not said how it was drawn',
} as const;

function maskLines({ source, file, link_rule, chosen, reason, competing, rois }: Mask): string[] {
  const link = link_rule === null ? '' : `, by ${LINKS[link_rule]}`;
  const drawn = competing === undefined ? '' : `, ${DRAWN[competing.algorithm]}`;
  return [
    `  ${chosen ? '*' : ' '} ${source}: ${file}${link}${drawn}${reason === '' ? '' : `: ${reason}`}`,
    `      ${rois.map((roi) => roiText(roi, chosen)).join(', ') || 'no ROI'}`,
  ];
}

function patientLines(patient: InspectedPatient): string[] {
  const { patient_id, series, series_rejected, masks, flags, ignored_files } = patient;
  return [
    `${patient_id}: ${verdictOf(patient)}`,
    ...series.map(seriesLine),
    ...series_rejected.map(
      ({ modality, images, reason }) => `    rejected: ${images} ${modality || 'other'} images: ${reason}`,
    ),
    ...masks.flatMap(maskLines),
    ...flags.map(({ code, message, value }) => `    flag ${code}: ${message}: ${Number(value.toFixed(3))}`),
    ...(ignored_files > 0 ? [`    ${ignored_files} files are no DICOM`] : []),
  ];
}

const LAYOUTS: Readonly<Record<Inspection['layout'], string>> = {
  pairs: 'a row a patient, of a table of pairs',
  nifti: 'NIfTI files in a layout that is known',
  folders: 'a folder or archive a patient',
  headers: 'patients by the Patient ID of their files, wherever they lie',
  'one-patient': 'one patient',
};

function layoutLine({ layout, num_by_header }: Inspection): string {
  const byHeader = num_by_header === null ? '' : `; by header: ${num_by_header}`;
  return `layout: ${LAYOUTS[layout]}${byHeader}`;
}

function summaryLines({ summary }: Inspection): string[] {
  const { num_patients, num_would_convert, num_would_be_excluded, exclusions, roi_names } = summary;
  return [
    `${num_patients} patients: ${num_would_convert} would convert, ${num_would_be_excluded} would be excluded`,
    ...exclusions.map(({ code, patients }) => `  ${code}: ${patients}`),
    '',
    table(
      ['ROI or segment', 'patients', 'mask.roiNames'],
      roi_names.map(({ name, patients, matches }) => [name, patients, matches ? 'matches' : '-']),
    ),
  ];
}

const HEADERS_ALONE =
  'Told by headers alone: convert looks at pixels too (damage, repeated slices, HU, empty segments, qc).';

/** A block a patient, and of a cohort a summary. */
export function inspectionLines(inspection: Inspection): string[] {
  const { patients } = inspection;
  return [
    layoutLine(inspection),
    '',
    ...patients.flatMap((patient) => [...patientLines(patient), '']),
    ...(patients.length > 1 ? [...summaryLines(inspection), ''] : []),
    HEADERS_ALONE,
  ];
}
