import type { StudyFlag } from '../study-flag.ts';

/** How what a mask object holds fell on the CT. */
export interface MaskFit {
  /** Share of its pixels or contours that lie outside the CT, wholly or partly. */
  readonly outsideShare: number;
  /** Volume of the mask as a share of that of its pixels within the CT; 1 where none was resampled. */
  readonly volumeShare: number;
}

/** A mask on a CT's grid, 1 inside, and what was met while drawing it. */
export interface DrawnMask {
  readonly mask: Uint8Array;
  readonly fit: MaskFit;
  readonly flags: readonly StudyFlag[];
}
