import { CaseExclusion } from '../../../errors.ts';
import { nextSet, setBytes } from '../../../kernels/mask/set-bytes.ts';
import type { Segment } from '../segment.ts';

/** The pixels of one label on one slice, cut out along their box: 1 where they are, x fastest. */
export interface LabelBox {
  /** Of the segment that the label stands for. */
  readonly segment: number;
  /** Of the upper left pixel of the box. */
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  readonly mask: Uint8Array;
}

type Labels = Uint8Array | Uint16Array;

/** First and last row and column of each label, kept from slice to slice. */
class Extents {
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #top: Int32Array;
  readonly #bottom: Int32Array;
  /** Labels of the slice that was read last, as they were met. */
  present: number[] = [];

  constructor(labels: number) {
    this.#left = new Int32Array(labels);
    this.#right = new Int32Array(labels);
    this.#top = new Int32Array(labels);
    this.#bottom = new Int32Array(labels).fill(-1);
  }

  read(slice: Labels, columns: number): void {
    for (const label of this.present) this.#bottom[label] = -1;
    this.present = [];
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: width } = slice;
    const set = setBytes(new Uint8Array(buffer, byteOffset, byteLength));
    // Most rows hold nothing.
    for (let at = nextSet(set, 0); at < byteLength; ) {
      const y = Math.floor(at / (width * columns));
      this.#readRow(slice, y, y * columns, columns);
      at = nextSet(set, (y + 1) * width * columns);
    }
  }

  #readRow(slice: Labels, y: number, start: number, columns: number): void {
    for (let x = 0; x < columns; x++) {
      const label = slice[start + x];
      if (label === 0) continue;
      if (this.#bottom[label] < 0) {
        this.present.push(label);
        this.#left[label] = x;
        this.#right[label] = x;
        this.#top[label] = y;
      } else if (x < this.#left[label]) this.#left[label] = x;
      else if (x > this.#right[label]) this.#right[label] = x;
      this.#bottom[label] = y;
    }
  }

  cutOut(slice: Labels, columns: number, label: number): Omit<LabelBox, 'segment'> {
    const [x, y] = [this.#left[label], this.#top[label]];
    const box = { x, y, columns: this.#right[label] - x + 1, rows: this.#bottom[label] - y + 1 };
    const mask = new Uint8Array(box.columns * box.rows);
    for (let row = 0, to = 0; row < box.rows; row++) {
      const start = (y + row) * columns + x;
      for (let at = start; at < start + box.columns; at++, to++) if (slice[at] === label) mask[to] = 1;
    }
    return { ...box, mask };
  }
}

/**
 * The labels on each slice, in the order of their segments, so that each is worked on within its box and not over the whole
 * slice. Throws a CaseExclusion where a label has no segment (`label-without-segment`).
 */
export function* labelBoxes(
  labels: Labels,
  columns: number,
  rows: number,
  segments: readonly Segment[],
): Generator<readonly LabelBox[]> {
  const segmentOf = new Map(segments.map(({ label }, i) => [label, i]));
  const extents = new Extents(2 ** (8 * labels.BYTES_PER_ELEMENT));
  for (let start = 0; start < labels.length; start += columns * rows) {
    const slice = labels.subarray(start, start + columns * rows);
    extents.read(slice, columns);
    const boxes = extents.present.map((label): LabelBox => {
      const segment = segmentOf.get(label);
      if (segment === undefined)
        throw new CaseExclusion(
          'label-without-segment',
          `has voxels of label ${label}, which no segment stands for: describe it among the segments, or take it out`,
        );
      return { segment, ...extents.cutOut(slice, columns, label) };
    });
    yield boxes.sort((a, b) => a.segment - b.segment);
  }
}
