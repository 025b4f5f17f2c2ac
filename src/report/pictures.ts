import { type Canvas, createCanvas, place } from '../picture/canvas.ts';
import { type EncodeJpeg, loadJpegEncoder } from '../picture/jpeg.ts';
import { overlayPanels } from '../picture/qc-overlay.ts';
import { type Part, shrink } from '../picture/shrink.ts';
import type { Vec3 } from '../volume/geometry.ts';
import type { Pictures } from './page-data.ts';

/** How the pictures of a cohort look. Sides are multiples of 16, the largest block of a JPEG: no tile bleeds into the next. */
interface Format {
  readonly planes: 'three' | 'axial';
  readonly width: number;
  readonly height: number;
  /** Of the JPEG at most, by libjpeg. */
  readonly quality: number;
  /** For a tile of a CT of the chest: from here on this format looks best. */
  readonly bytes: number;
}

const FORMATS: readonly Format[] = [
  { planes: 'three', width: 480, height: 160, quality: 80, bytes: 13_000 },
  { planes: 'three', width: 336, height: 112, quality: 75, bytes: 6_300 },
  { planes: 'axial', width: 128, height: 128, quality: 75, bytes: 2_350 },
  { planes: 'axial', width: 96, height: 96, quality: 70, bytes: 1_500 },
  { planes: 'axial', width: 80, height: 80, quality: 60, bytes: 900 },
];
/** Of cohorts beyond the budget. */
const SMALLEST: Format = { planes: 'axial', width: 48, height: 48, quality: 60, bytes: 0 };

/** Of all patients, for their pictures and their part of the data: base64 and the script make 2 MB of it. */
const BUDGET_BYTES = 1_230_000;
/** What a patient takes of the data, deflated, with a decision and a prediction that was held against its mask. */
const DATA_BYTES = 280;
const TILES_PER_SHEET = 32;
const LEAST_QUALITY = 30;
const QUALITY_STEP = 3;

/** Gathers the pictures of a cohort as JPEG sheets. Only the pixels of one sheet are held. */
export class PictureSheets {
  readonly sheets: Uint8Array[] = [];
  readonly #encode: EncodeJpeg;
  readonly #format: Format;
  readonly #tileBytes: number;
  readonly #patients: string[] = [];
  #tiles: Canvas[] = [];
  #quality: number;

  private constructor(encode: EncodeJpeg, patients: number) {
    this.#encode = encode;
    this.#tileBytes = BUDGET_BYTES / Math.max(1, patients) - DATA_BYTES;
    this.#format = FORMATS.find(({ bytes }) => bytes <= this.#tileBytes) ?? SMALLEST;
    this.#quality = this.#format.quality;
  }

  /** For so many patients at most: the more, the smaller their pictures. */
  static async for(patients: number): Promise<PictureSheets> {
    return new PictureSheets(await loadJpegEncoder(), patients);
  }

  /**
   * The panels of an overlay without its title and legend, as a tile.
   *
   * @param sizeMm of the ROI along the patient's axes
   */
  tile(overlay: Canvas, sizeMm: Vec3): Canvas {
    const { planes, width, height } = this.#format;
    const part = panelsOf(overlay, sizeMm, planes);
    const scale = Math.min(width / part.width, height / part.height, 1);
    const fitted = {
      width: Math.max(1, Math.round(part.width * scale)),
      height: Math.max(1, Math.round(part.height * scale)),
    };
    const tile = createCanvas(width, height);
    const picture = shrink(overlay, part, fitted);
    place(tile, picture, (width - fitted.width) >> 1, (height - fitted.height) >> 1);
    return tile;
  }

  /** Takes the tile of a further patient. */
  add(patientId: string, tile: Canvas): void {
    this.#patients.push(patientId);
    this.#tiles.push(tile);
    if (this.#tiles.length === TILES_PER_SHEET) this.#closeSheet();
  }

  /** Ends the last sheet; null where nobody has a picture. */
  close(): Pictures | null {
    if (this.#tiles.length > 0) this.#closeSheet();
    const { width, height } = this.#format;
    return this.#patients.length === 0
      ? null
      : { width, height, tilesPerSheet: TILES_PER_SHEET, patients: this.#patients };
  }

  /** Encodes the tiles, at a lower quality from here on where they would take more than their share of the budget. */
  #closeSheet(): void {
    const { width, height } = this.#format;
    const tiles = this.#tiles;
    const sheet = createCanvas(width, height * tiles.length);
    for (const [i, tile] of tiles.entries()) place(sheet, tile, 0, i * height);
    let jpeg = this.#encode(sheet, this.#quality);
    while (jpeg.length > this.#tileBytes * tiles.length && this.#quality > LEAST_QUALITY) {
      this.#quality -= QUALITY_STEP;
      jpeg = this.#encode(sheet, this.#quality);
    }
    this.sheets.push(jpeg);
    this.#tiles = [];
  }
}

/** The panels that are shown; the whole of a picture that is none of ours. */
function panelsOf({ width, height }: Canvas, sizeMm: Vec3, planes: Format['planes']): Part {
  const [axial, coronal, sagittal] = overlayPanels(sizeMm);
  const three = {
    ...axial,
    width: sagittal.left + sagittal.width - axial.left,
    height: Math.max(axial.height, coronal.height),
  };
  const part = planes === 'axial' ? axial : three;
  const isInside = part.left + part.width <= width && part.top + part.height <= height;
  return isInside ? part : { left: 0, top: 0, width, height };
}
