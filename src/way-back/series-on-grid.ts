import { type CtStack, stackCt } from '../dicom/series/ct-volume.ts';
import { stackHeaders } from '../dicom/series/header-stack.ts';
import type { CtSeries } from '../dicom/series/series.ts';
import { ctSeries } from '../dicom/series/series-grouping.ts';
import type { SlicePlane } from '../dicom/series/slice-plane.ts';
import { type Stack, stackSlices } from '../dicom/series/stack.ts';
import { GEOMETRY_FLAGS } from '../dicom/series/stack-flags.ts';
import { noSeries, type StudyRules } from '../dicom/study/study.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';
import { CaseExclusion } from '../errors.ts';
import type { Headers } from '../raw/patient/headers.ts';
import { withWayOut } from '../raw/patient/way-out.ts';
import type { ReadableStore } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { type Geometry, gridDistanceMm } from '../volume/geometry.ts';
import { withWholeFiles } from './whole-files.ts';

/** The grid of a volume that convert wrote, and how it came about. */
export interface VolumeGrid {
  /** Grid of `ct.nii.gz`. */
  readonly grid: Geometry;
  /** Those of `case.json`, or `geometry_flags` of `transforms.json`. */
  readonly flags: readonly StudyFlag[];
}

/** A series whose stack has the grid of a volume, told by headers, of which its files hold no more. */
export interface Candidate {
  readonly series: CtSeries;
  readonly stack: Stack;
}

/**
 * How far a corner voxel of a stack may lie from that of the volume: a record may hold what a NIfTI header rounds to float32,
 * some 1e-4 mm. Nearer than this two slices lie at one position (`SAME_POSITION_MM`).
 */
export const SAME_GRID_MM = 0.01;

/** Most series that a message lists. */
const MOST_LISTED = 12;

const rounded = (mm: number): number => Number(mm.toFixed(3));

function sizeText({ size, spacingMm }: Geometry): string {
  return `${size.join(' x ')} voxels of ${spacingMm.map(rounded).join(' x ')} mm`;
}

/** What was done to slices, by the flags of a volume, for messages and to compare. */
function doneText(flags: readonly StudyFlag[]): string {
  const done = flags.filter(({ code }) => GEOMETRY_FLAGS.includes(code));
  return (
    done.map(({ code, value }) => `${code} ${rounded(value)}`).join(', ') || 'nothing done to its slices'
  );
}

/** In what a stack differs from the volume; undefined where it may be what that was made of. */
function difference({ geometry, flags }: Stack, wanted: VolumeGrid): string | undefined {
  const mm = gridDistanceMm(geometry, wanted.grid);
  if (!Number.isFinite(mm)) return sizeText(geometry);
  if (mm > SAME_GRID_MM) return `${sizeText(geometry)}, ${rounded(mm)} mm away`;
  const [done, before] = [flags, wanted.flags].map(doneText);
  return done === before ? undefined : `the same grid, ${done}, and not ${before}`;
}

function noSource({ grid, flags }: VolumeGrid, seen: readonly string[]): CaseExclusion {
  const more = seen.length - MOST_LISTED;
  const shown = [...seen.slice(0, MOST_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return new CaseExclusion(
    'no-source-series',
    `no CT series has the grid of its converted CT, ${sizeText(grid)}, ${doneText(flags)}: give the --raw of the run that converted it, as it was then, and the --config of that run. Seen: ${shown}`,
  );
}

interface Compared {
  readonly found: readonly Candidate[];
  /** What the others are. */
  readonly seen: readonly string[];
}

async function compared(
  series: readonly CtSeries[],
  stackOf: (one: CtSeries) => Promise<CtStack>,
  wanted: VolumeGrid,
): Promise<Compared> {
  const found: Candidate[] = [];
  const seen: string[] = [];
  for (const one of series) {
    try {
      const { stack } = await stackOf(one);
      const other = difference(stack, wanted);
      if (other === undefined) found.push({ series: one, stack });
      else seen.push(other);
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      seen.push(`${one.planes.length} slices: ${thrown.message}`);
    }
  }
  return { found, seen };
}

/** The same of series that headers divide into scans, by their pixels, as convert looks at them. */
async function comparedWhole(
  divided: readonly CtSeries[],
  raw: { readonly store: ReadableStore; readonly headers: Headers },
  rules: StudyRules,
  wanted: VolumeGrid,
  clock: StageClock,
): Promise<Compared> {
  const { store, headers } = raw;
  const files = new Set(divided.flatMap(({ planes }) => planes.map(({ file }) => file)));
  const byName = new Map([...files].map((file) => [file.name, file]));
  return withWholeFiles(files, { store, files: headers.files }, clock, async (whole) => {
    const { candidates } = ctSeries([...whole.values()], rules);
    const { found, seen } = await compared(candidates, (one) => stackCt(one, rules), wanted);
    const withHeaders = (planes: readonly SlicePlane[]): SlicePlane[] =>
      planes.map((plane) => ({ ...plane, file: byName.get(plane.file.name)! }));
    return {
      found: found.map(({ series, stack }) => ({
        series: { ...series, planes: withHeaders(series.planes) },
        stack: stackSlices(withHeaders(stack.slices), rules),
      })),
      seen,
    };
  });
}

/**
 * The CT series, or scans of a series, whose slices stack to the grid of a volume by the same repairs. Headers are enough, but
 * for a series with copies of some slices only: these may look like a scan of their own, and their pixels tell. Throws a
 * CaseExclusion `no-source-series` where there is none.
 */
export async function seriesOnGrid(
  raw: { readonly store: ReadableStore; readonly headers: Headers },
  rules: StudyRules,
  wanted: VolumeGrid,
  clock: StageClock,
): Promise<readonly Candidate[]> {
  const { dicom, files } = raw.headers;
  const { candidates, rejected } = ctSeries(dicom, rules);
  if (candidates.length === 0) {
    const keys = files.map(({ key }) => key);
    const { message } = withWayOut(noSeries(rejected), keys) as CaseExclusion;
    throw noSource(wanted, [message]);
  }
  const byHeaders = await compared(candidates, (one) => stackHeaders(one, rules), wanted);
  if (byHeaders.found.length > 0) return byHeaders.found;
  const divided = candidates.filter(({ scan }) => scan !== undefined);
  const { found } = await comparedWhole(divided, raw, rules, wanted, clock);
  if (found.length > 0) return found;
  throw noSource(wanted, byHeaders.seen);
}
