import { attributesOf, imageId } from '../file/functional-groups.ts';
import { Tag, text } from '../file/part10.ts';
import { medianGapMm, ON_GRID_MM, sliceGrid } from './gaps.ts';
import { divisions, SCAN_ATTRIBUTES } from './scan-attributes.ts';
import type { ScanOfSeries } from './series.ts';
import { cross, dot, SAME_POSITION_MM, type SlicePlane } from './slice-plane.ts';

/** An image and its height along the normal of the series, mm. */
interface Placed extends SlicePlane {
  readonly heightMm: number;
}

/** Images by ascending height. */
type Part = readonly Placed[];

type Same = (a: SlicePlane, b: SlicePlane) => boolean;

/** Ways of a first attribute that a second one is tried with. */
const MOST_WAYS = 4;

/** Fewer slices on a line tell no grid. */
const LEAST_RUN = 3;

const sameImage: Same = (a, b) => imageId(a) === imageId(b);

/** Whether pixels and rescale are the same, byte by byte; false where only headers were read. */
const samePixels: Same = (a, b) => {
  const [p, q] = [a, b].map(({ file: { dataset, headerOfBytes } }) => {
    const element = headerOfBytes === undefined ? dataset.elements[Tag.PixelData] : undefined;
    return element && dataset.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  });
  if (p === undefined || q === undefined || a.frame + b.frame > 0 || Buffer.compare(p, q) !== 0) return false;
  return [Tag.RescaleSlope, Tag.RescaleIntercept].every((tag) => {
    const [r, s] = [a, b].map((image) => attributesOf(image, Tag.PixelValueTransformationSequence));
    return text(r, tag) === text(s, tag);
  });
};

function placed(planes: readonly SlicePlane[]): Part {
  const [{ rowDirection, columnDirection }] = planes;
  const normal = cross(rowDirection, columnDirection);
  return planes
    .map((plane) => ({ ...plane, heightMm: dot(plane.positionMm, normal) }))
    .sort((a, b) => a.heightMm - b.heightMm);
}

/** The heights at which there are images. */
function heightsOf(part: Part): number[] {
  const heights: number[] = [];
  for (const { heightMm } of part)
    if (heights.length === 0 || heightMm - heights[heights.length - 1] > SAME_POSITION_MM)
      heights.push(heightMm);
  return heights;
}

/** Whether two different images lie at one height. */
function coincides(part: Part, same: Same): boolean {
  let first = part[0];
  return part.some((image) => {
    if (image.heightMm - first.heightMm > SAME_POSITION_MM) first = image;
    return image !== first && !same(image, first);
  });
}

/** What is asked of a part many times. */
interface Run {
  readonly images: number;
  readonly heightsMm: readonly number[];
  readonly first: number;
  readonly last: number;
}

function runOf(part: Part): Run {
  const heightsMm = heightsOf(part);
  return { images: part.length, heightsMm, first: heightsMm[0], last: heightsMm[heightsMm.length - 1] };
}

/** How far two runs lie in each other; negative for the distance between them. */
function overlapMm(a: Run, b: Run): number {
  return Math.min(a.last, b.last) - Math.max(a.first, b.first);
}

/** Whether one run goes on where the other ends: pieces of one scan rather than two. */
function goOn(a: Run, b: Run): boolean {
  const between = -overlapMm(a, b);
  return between > SAME_POSITION_MM && between < 1.5 * medianGapMm(a.heightsMm);
}

function gridOf({ heightsMm }: Run): ReturnType<typeof sliceGrid> {
  return heightsMm.length < LEAST_RUN ? undefined : sliceGrid(heightsMm, ON_GRID_MM);
}

function most(part: readonly Run[], of: readonly Run[]): boolean {
  const images = (runs: readonly Run[]): number => runs.reduce((sum, run) => sum + run.images, 0);
  return 2 * images(part) > images(of);
}

/** Whether runs without a place in common lie in each other as no images of one scan do. */
function interleave(runs: readonly Run[], large: readonly Run[], whole: Run): boolean {
  const within = (run: Run, others: readonly Run[]): boolean =>
    others.some((other) => other !== run && overlapMm(run, other) > SAME_POSITION_MM);
  const overlapping = large.filter((run) => within(run, runs));
  if (!most(overlapping, runs)) return false;
  const grid = gridOf(whole);
  if (grid === undefined)
    return large.some((run) => within(run, large)) || overlapping.every((run) => gridOf(run) !== undefined);
  // All on one grid: numbers that change along one scan, unless each run has a coarser grid of its own.
  return (
    large.length === runs.length &&
    runs.every(
      (run) => run.heightsMm.length >= LEAST_RUN && (gridOf(run)?.spacingMm ?? 0) > 1.5 * grid.spacingMm,
    )
  );
}

interface Found {
  readonly parts: readonly Part[];
  readonly attribute: string;
  /** Whether some parts are pieces of one scan. */
  readonly inPieces: boolean;
}

/**
 * Divides the images of a series (of one orientation, matrix and pixel spacing) into its scans, where it holds several:
 * two different images at one height, or runs of images that lie in each other. The first attribute of `SCAN_ATTRIBUTES`
 * decides that leaves no scan with two images at one height, two of them together where none does alone; one that cuts
 * scans into pieces stands behind those that do not. No setting changes it but the least number of slices: most images
 * have to lie in scans of so many. Numbers that change along one scan divide nothing. Undefined where the images are one
 * scan, and where nothing tells them apart.
 */
export function scansOf(
  planes: readonly SlicePlane[],
  minSlices: number,
): Omit<ScanOfSeries, 'index'> | undefined {
  const images = placed(planes);
  const positions = heightsOf(images).length;
  const times = new Set(planes.map(imageId)).size / positions;
  // Copies with the same pixels are no scans, unless the whole series is there several times over.
  const copies = !(times >= 2 && Number.isInteger(times));
  const same: Same = copies ? (a, b) => sameImage(a, b) || samePixels(a, b) : sameImage;
  const least = Math.max(minSlices, 2);

  const judge = (parts: readonly Part[], whole: Part, coincident: boolean, attribute: string): Found[] => {
    if (parts.length < 2 || parts.some((part) => coincides(part, same))) return [];
    const runs = parts.map(runOf);
    const large = runs.filter(({ heightsMm }) => heightsMm.length >= least);
    const overlapping = large.filter((run) =>
      runs.some((other) => other !== run && overlapMm(run, other) >= -SAME_POSITION_MM),
    );
    const several = coincident ? most(overlapping, runs) : interleave(runs, large, runOf(whole));
    if (!several) return [];
    return [
      { parts, attribute, inPieces: large.some((run) => large.some((o) => o !== run && goOn(run, o))) },
    ];
  };

  const divide = (whole: Part): Found | undefined => {
    const coincident = coincides(whole, same);
    const found: Found[] = [];
    for (const attribute of SCAN_ATTRIBUTES)
      for (const parts of divisions(whole, attribute))
        found.push(...judge(parts, whole, coincident, attribute.name));
    if (found.length === 0 && coincident)
      SCAN_ATTRIBUTES.forEach((attribute, i) => {
        for (const parts of divisions(whole, attribute).slice(0, MOST_WAYS))
          for (const second of SCAN_ATTRIBUTES.slice(i + 1)) {
            const finer = parts.flatMap((part) =>
              coincides(part, same) ? (divisions(part, second)[0] ?? [part]) : [part],
            );
            if (finer.length > parts.length)
              found.push(...judge(finer, whole, coincident, `${attribute.name} and ${second.name}`));
          }
      });
    return found.find(({ inPieces }) => !inPieces) ?? found[0];
  };

  const found = divide(images);
  if (found === undefined) return undefined;
  const names = [found.attribute];
  const scans = found.parts.flatMap((part): readonly Part[] => {
    const within = divide(part);
    if (within === undefined) return [part];
    if (!names.includes(within.attribute)) names.push(within.attribute);
    return within.parts;
  });
  return { attribute: names.join(' and '), scans };
}
