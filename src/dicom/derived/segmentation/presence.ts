import { CaseExclusion } from '../../../errors.ts';
import { skipZeros } from '../../../kernels/mask/set-bytes.ts';
import type { Segment } from '../segment.ts';
import type { SourceVoxels } from '../source-images.ts';

/** Maximum Fractional Value (DICOM PS3.3 C.8.20.2.3): what a probability of 1 is stored as. */
export const MOST_FRACTIONAL = 255;

/** A probability as a share of MOST_FRACTIONAL, rounded half up: from one half on it is one half or more. */
export const fractionalOf = (probability: number): number => Math.floor(probability * MOST_FRACTIONAL + 0.5);

/** The index of the segment that a label stands for, -1 where there is none. */
export function segmentsByLabel(voxels: Uint8Array | Uint16Array, segments: readonly Segment[]): Int32Array {
  const indices = new Int32Array(2 ** (8 * voxels.BYTES_PER_ELEMENT)).fill(-1);
  segments.forEach(({ label }, index) => {
    if (label < indices.length) indices[label] = index;
  });
  return indices;
}

/** In which slices segments have pixels. */
export class SegmentPresence {
  readonly segments: number;
  readonly slices: number;
  readonly #marks: Uint8Array;

  constructor(segments: number, slices: number) {
    this.segments = segments;
    this.slices = slices;
    this.#marks = new Uint8Array(segments * slices);
  }

  mark(segment: number, slice: number): void {
    this.#marks[segment * this.slices + slice] = 1;
  }

  has(segment: number, slice: number): boolean {
    return this.#marks[segment * this.slices + slice] === 1;
  }

  any(slice: number): boolean {
    for (let segment = 0; segment < this.segments; segment++) if (this.has(segment, slice)) return true;
    return false;
  }

  get empty(): boolean {
    return !this.#marks.includes(1);
  }
}

function presenceOfLabels(
  labels: Uint8Array | Uint16Array,
  planeLength: number,
  segments: readonly Segment[],
): SegmentPresence {
  const presence = new SegmentPresence(segments.length, labels.length / planeLength);
  const segmentOf = segmentsByLabel(labels, segments);
  const lastSlice = new Int32Array(segmentOf.length).fill(-1);
  for (let slice = 0; slice < presence.slices; slice++) {
    const plane = labels.subarray(slice * planeLength, (slice + 1) * planeLength);
    const next = skipZeros(plane);
    for (let i = next(0); i < planeLength; i++) {
      const label = plane[i];
      if (label === 0) {
        // The loop goes on with the one after.
        i = next(i + 1) - 1;
        continue;
      }
      if (lastSlice[label] === slice) continue;
      lastSlice[label] = slice;
      if (segmentOf[label] < 0)
        throw new CaseExclusion(
          'label-without-segment',
          `has voxels of label ${label}, which no segment stands for: describe it among the segments, or take it out`,
        );
      presence.mark(segmentOf[label], slice);
    }
  }
  return presence;
}

function presenceOfProbabilities(probabilities: Float32Array, planeLength: number): SegmentPresence {
  const presence = new SegmentPresence(1, probabilities.length / planeLength);
  for (let slice = 0; slice < presence.slices; slice++) {
    const end = (slice + 1) * planeLength;
    let most = 0;
    for (let i = slice * planeLength; i < end; i++) {
      const probability = probabilities[i];
      // Not `<`: what is no number is refused too.
      if (!(probability >= 0 && probability <= 1))
        throw new CaseExclusion(
          'no-probability',
          `holds ${probability}, and probabilities from 0 to 1 are needed`,
        );
      if (probability > most) most = probability;
    }
    if (fractionalOf(most) > 0) presence.mark(0, slice);
  }
  return presence;
}

/**
 * Where segments have pixels that are not stored as 0, in one pass over the voxels. Throws a CaseExclusion where a label has no
 * segment (`label-without-segment`) or a value is no probability (`no-probability`).
 */
export function segmentPresence(
  voxels: SourceVoxels,
  planeLength: number,
  segments: readonly Segment[],
): SegmentPresence {
  return voxels instanceof Float32Array
    ? presenceOfProbabilities(voxels, planeLength)
    : presenceOfLabels(voxels, planeLength, segments);
}
