import type { Failures, Manifest } from '../records/manifest.ts';
import type { RoiChanges } from '../records/roi-changes.ts';
import type { MapBackRecord } from '../records/way-back/mapped.ts';

/** What the page shows: the files of the run as they are. `src/pages/report` reads it. */
export interface PageData {
  readonly manifest: Manifest;
  readonly failures: Failures;
  readonly roi_changes: RoiChanges;
  /** Predictions held against masks by `map-back --compare`; null where none were given. */
  readonly map_back: MapBackRecord | null;
  /** Null where there are none in the page; with `review` they are asked of the server. */
  readonly pictures: Pictures | null;
  /** Null in the file that is written: only the page that `swinprep review` serves has it. */
  readonly review: ReviewMode | null;
}

/** Pictures of patients as tiles of JPEG sheets, which lie in the page as base64 in blocks `sheet-0`, `sheet-1`, ... */
export interface Pictures {
  /** Pixels of a tile. */
  readonly width: number;
  readonly height: number;
  /** Tiles stand in one column, this many a sheet. */
  readonly tilesPerSheet: number;
  /** The patients with a picture, in the order of the tiles. */
  readonly patients: readonly string[];
}

/** What the page needs to know to lead to the viewer. */
export interface ReviewMode {
  /** Of the person who decides; may be changed in the page. */
  readonly reviewer: string;
  /** Reasons for leaving a patient out, as sentences by their codes. */
  readonly reasons: Readonly<Record<string, string>>;
}
