import type { SourceImages } from '../dicom/derived/source-images.ts';
import type { DicomFile } from '../dicom/file/part10.ts';
import { sliceGrid } from '../dicom/series/gaps.ts';
import { orderSlices } from '../dicom/series/slice-order.ts';
import type { Stack } from '../dicom/series/stack.ts';
import type { StudyRules } from '../dicom/study/study.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';
import { CaseExclusion } from '../errors.ts';
import { type Headers, readHeaders } from '../raw/patient/headers.ts';
import type { PatientInputs } from '../raw/patient/patient-inputs.ts';
import type { ReadableStore } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import type { Volume } from '../volume/geometry.ts';
import { equalSeries } from './equal-series.ts';
import { type Candidate, seriesOnGrid, type VolumeGrid } from './series-on-grid.ts';
import { sourceFlags } from './source-flags.ts';

/** The CT images that convert made a volume of, found again among a patient's raw data. */
export interface Source {
  readonly images: SourceImages;
  /** How they became that volume. */
  readonly stack: Stack;
  /** What was done to bring a map onto the images, and how they were found, where that needs a word. */
  readonly flags: readonly StudyFlag[];
  /** Of all DICOM files of the patient. */
  readonly headers: readonly DicomFile[];
}

/** The volume that convert wrote, by its record and voxels. */
export interface WantedCt extends VolumeGrid {
  /** The raw files are those that it was made of, by name, size and version: then a series that alone has its grid is the one. */
  readonly unchanged: boolean;
  /**
   * Reads its voxels, asked for only where headers do not tell, and given back when they were looked at; undefined where they
   * cannot be read.
   */
  readonly voxels: (() => Promise<Volume<Int16Array>>) | undefined;
}

/** Those of several on one grid that hold the voxels, the one to take first. Throws a CaseExclusion where none does. */
async function byVoxels(
  candidates: readonly Candidate[],
  { voxels }: WantedCt,
  store: ReadableStore,
  { files }: Headers,
  rules: StudyRules,
  clock: StageClock,
): Promise<readonly Candidate[]> {
  const several =
    candidates.length === 1
      ? 'one CT series has the grid of its converted CT'
      : `${candidates.length} CT series, or scans of a series, have the grid of its converted CT, such as two kernels or two phases of a scan`;
  if (voxels === undefined)
    throw new CaseExclusion(
      'several-source-series',
      `${several}, and headers do not tell which was taken: give --interim of the run that converted it, so that their voxels can be compared`,
    );
  const { equal, refusals } = await equalSeries(candidates, voxels, { store, files }, rules, clock);
  if (equal.length > 0) return equal;
  throw new CaseExclusion(
    'no-source-series',
    [
      `${several}, and ${candidates.length === 1 ? 'not' : 'none has'} its voxels: give the --raw of the run that converted it, as it was then, and the --config of that run`,
      ...refusals,
    ].join('; '),
  );
}

/** Distance of neighbouring slices, undefined where they are unevenly spaced or some are missing. */
function sliceSpacingMm({ slices }: Stack, { spacingToleranceMm }: StudyRules): number | undefined {
  const grid = sliceGrid(orderSlices(slices).heightsMm, spacingToleranceMm);
  return grid?.planeOfSlice[slices.length - 1] === slices.length - 1 ? grid.spacingMm : undefined;
}

/**
 * Finds the CT series of which convert made a volume, by the rules that it went by (`patientRules`): the one whose slices
 * stack to the grid of that volume, by the same repairs. Headers alone are read, unless several do, or the files are others than
 * then, such as those of another patient by the same name: then pixels are too, and the one whose HU are those of the volume in
 * every voxel is taken. Never do names or the order of files decide. UIDs are told as they are now.
 *
 * Where the voxels cannot be read, one series that has the grid is taken for it.
 *
 * Throws a CaseExclusion: `no-dicom` where the CT is a NIfTI file, `no-source-series`, `several-source-series` where the
 * voxels would tell and cannot be read, and what `readHeaders` throws, or found of files that cannot be read.
 */
export async function findSource(
  { dicom }: PatientInputs,
  rules: StudyRules,
  wanted: WantedCt,
  clock: StageClock,
): Promise<Source> {
  if (dicom === undefined)
    throw new CaseExclusion(
      'no-dicom',
      'its CT is a NIfTI file: there are no DICOM images that a DICOM object could refer to',
    );
  const store = await dicom();
  const headers = await readHeaders(store, clock);
  // convert takes no patient with a file that cannot be read, which may be a slice.
  if (headers.refusal !== undefined) throw headers.refusal;
  const candidates = await seriesOnGrid({ store, headers }, rules, wanted, clock);
  const told = candidates.length === 1 && (wanted.unchanged || wanted.voxels === undefined);
  const found = told ? candidates : await byVoxels(candidates, wanted, store, headers, rules, clock);
  const [{ series, stack }] = found;
  return {
    images: { slices: stack.slices, spacingMm: sliceSpacingMm(stack, rules) },
    stack,
    headers: headers.dicom,
    flags: sourceFlags(stack, series.planes.length - stack.slices.length, found.length - 1),
  };
}
