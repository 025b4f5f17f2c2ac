import { pathToFileURL } from 'node:url';
import { counted } from '../../counted.ts';
import type { CohortResult } from '../../default-pipeline/cohort-result.ts';
import type { NnunetExport } from '../../exports/nnunet-export.ts';
import { flaggedText, type Manifest } from '../../records/manifest.ts';
import { REVIEW_CODE } from '../../records/review.ts';
import type { DicomFacts, OkMapped } from '../../records/way-back/mapped.ts';
import type { WrittenReport } from '../../report/report-of-outputs.ts';
import type { StepSummary } from '../../runner/report.ts';
import { displayUri, parseLocation } from '../../storage/location.ts';
import { doneBefore } from './done-before.ts';
import { table } from './table.ts';

/** Excluded patients named at the end of a step; the rest are in its artifact. */
const NAMED = 10;

/** The closing lines of a step. */
export function stepLines({ step, shard, ok, excluded, skipped, facts, places }: StepSummary): string[] {
  const counts = [
    `${ok} ok`,
    `${excluded.length} excluded`,
    ...(skipped > 0 ? [`${skipped} ${doneBefore(step)}`] : []),
  ];
  const more = excluded.length - NAMED;
  return [
    `${step}: ${counts.join(', ')}${shard === undefined ? '' : ` on rank ${shard.rank} of ${shard.ranks}`}`,
    ...excluded.slice(0, NAMED).map((e) => `  excluded ${e.patient_id} (${e.code}): ${e.message}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...facts.map((fact) => `  ${fact}`),
    ...Object.entries(places).map(([what, where]) => `  ${what}: ${where}`),
  ];
}

/** What a DICOM object holds: `dicom-seg, 1 segment in 45 frames`. */
function objectText({ kind, segments }: DicomFacts): string {
  const parts = segments.reduce((sum, segment) => sum + segment.parts, 0);
  const what = kind === 'rtstruct' ? 'contour' : 'frame';
  return `${kind}, ${counted(segments.length, 'segment')} in ${counted(parts, what)}`;
}

/** What became of one map. */
export function mappedLines(
  { patient_id, interpolation, threshold, voxels, volume_ml, compared, dicom }: OkMapped,
  out: string,
): string[] {
  const how = threshold === null ? interpolation : `${interpolation}, threshold ${threshold}`;
  const size = (count: number, ml: number): string => `${count} voxels, ${ml.toFixed(2)} ml`;
  return [
    `map-back: ${patient_id} ok (${how}): ${size(voxels, volume_ml)}`,
    ...(compared === null
      ? []
      : [
          `  Dice ${compared.dice?.toFixed(4) ?? 'undefined, both are empty'} with ${size(compared.voxels, compared.volume_ml)}`,
        ]),
    ...(dicom === undefined ? [`  volume: ${out}`] : [`  ${objectText(dicom)}: ${out}`]),
  ];
}

/** What `export nnunet` wrote. */
export function nnunetLines({ dataset, folder, training, test, folds, channel }: NnunetExport): string[] {
  return [
    `export nnunet: ${folder}, ${training} training and ${test} test cases, channel ${channel}`,
    folds === 0
      ? '  no splits_final.json: cross-validation takes two training cases or more'
      : `  splits_final.json: ${folds} folds; copy it to nnUNet_preprocessed/${folder} before training`,
    `  data set: ${dataset}`,
  ];
}

/** Where a page opens: a URL that terminals make clickable, of a local file too. */
export function pageUrl(uri: string): string {
  const location = parseLocation(uri);
  return location.kind === 'folder' ? pathToFileURL(location.path).href : displayUri(uri);
}

/** What `report` wrote. */
export function reportLines({ page, patients, pictures, compared }: WrittenReport): string[] {
  const predictions = compared === 0 ? '' : `, ${counted(compared, 'prediction')} compared`;
  return [
    `report: ${counted(patients, 'patient')}, ${counted(pictures, 'picture')}${predictions}`,
    `  report: ${pageUrl(page)}`,
  ];
}

function cohortRows({ manifest, failures }: CohortResult): (string | number)[][] {
  const ok = manifest.outputs.map((o) => [
    o.patient_id,
    o.stage || '-',
    o.split,
    o.tumor_volume_ml.toFixed(1),
    o.final_roi_size_vox.join('x'),
    o.flags.map((flag) => flag.code).join(', ') || '-',
  ]);
  const excluded = failures
    .filter((f) => f.code !== 'no-image')
    .map((f) => [f.patient_id, f.stage || '-', 'excluded', '-', '-', `${f.step}: ${f.code}`]);
  return [...ok, ...excluded].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A row a patient, and the constants of the data set. */
export function cohortTable(result: CohortResult): string {
  return [
    table(['patient', 'stage', 'split', 'tumour ml', 'ROI size', 'flags'], cohortRows(result)),
    '',
    constantsLine(result.manifest),
  ].join('\n');
}

function constantsLine({ global_mu, global_sigma, config }: Manifest): string {
  const { stats, intensity } = config;
  return `data set constants: mu ${global_mu.toFixed(4)} HU, sigma ${global_sigma.toFixed(4)} HU (window ${intensity.windowHu.join(' to ')} HU, scope ${stats.scope}, ${stats.variance} variance)`;
}

/** Counts per state and where everything lies. */
export function cohortLines(
  { manifest, failures }: CohortResult,
  places: Readonly<Record<string, string>>,
): string[] {
  const { summary } = manifest;
  const countOf = (code: string): number => failures.filter((f) => f.code === code).length;
  const [withoutImage, byReview] = [countOf('no-image'), countOf(REVIEW_CODE)];
  const ofThem = [
    ...(withoutImage > 0 ? [`${withoutImage} of them in the clinical table only`] : []),
    ...(byReview > 0 ? [`${byReview} by the review`] : []),
  ];
  return [
    `${summary.num_ok} ok (train ${summary.num_train}, test ${summary.num_test}, ${flaggedText(manifest)}), ${failures.length} excluded${ofThem.length > 0 ? ` (${ofThem.join(', ')})` : ''}`,
    ...(summary.num_tumor_clipped > 0
      ? [
          `  tumour cut off by the ROI in ${summary.num_tumor_clipped} of them: see tumor-clipped in the manifest`,
        ]
      : []),
    ...Object.entries(places).map(([what, where]) => `  ${what}: ${where}`),
  ];
}
