import { UsageError } from '../errors.ts';
import { type Canvas, createCanvas, encodePng, place, type Rgb } from './canvas.ts';
import { CAP_HEIGHT } from './font.ts';
import { shrinkToWidth } from './shrink.ts';
import { drawText, fitText, textWidth } from './text.ts';

/** One picture of the sheet and the lines under it, such as `['PHANTOM-003', 'IIIa  train  12.3 ml']`. */
export interface SheetTile {
  readonly picture: Canvas;
  readonly caption: readonly string[];
}

export interface SheetOptions {
  /** Tiles in a row; by default as many as bring the sheet near 3:2. */
  readonly columns?: number;
  /** Pixels; a wider picture is shrunk to it, a narrower one stays as it is. */
  readonly tileWidth?: number;
}

const GUTTER = 16;
const CAPTION_GAP = 6;
const TITLE: Rgb = [235, 235, 235];
const DETAIL: Rgb = [160, 160, 160];
/** Pixels; a sheet of pictures that are shrunk to it before is the same, and takes less memory. */
export const DEFAULT_TILE_WIDTH = 480;
/** Narrower tiles have small print. */
const LARGE_PRINT_WIDTH = 300;
const SHEET_ASPECT = 3 / 2;

/** Where tiles lie. All in pixels; a cell is a tile with its caption. */
interface Layout {
  readonly columns: number;
  readonly tileWidth: number;
  readonly pictureHeight: number;
  readonly cellHeight: number;
  readonly textScale: number;
  readonly lineHeight: number;
}

/**
 * A PNG (8-bit RGB) with all the tiles in reading order, each over its caption. A caption line that is too long is cut.
 *
 * @throws UsageError for options that are not whole numbers >= 1.
 */
export function contactSheet(tiles: readonly SheetTile[], options: SheetOptions = {}): Uint8Array {
  const { tileWidth = DEFAULT_TILE_WIDTH } = options;
  checkCount('tileWidth', tileWidth);
  if (options.columns !== undefined) checkCount('columns', options.columns);
  if (tiles.length === 0) return emptySheet();
  const pictures = tiles.map(({ picture }) => shrinkToWidth(picture, tileWidth));
  const layout = layOut(pictures, tiles, tileWidth, options.columns);
  const rows = Math.ceil(tiles.length / layout.columns);
  const sheet = createCanvas(
    GUTTER + layout.columns * (tileWidth + GUTTER),
    GUTTER + rows * (layout.cellHeight + GUTTER),
  );
  tiles.forEach(({ caption }, i) => {
    const left = GUTTER + (i % layout.columns) * (tileWidth + GUTTER);
    const top = GUTTER + Math.floor(i / layout.columns) * (layout.cellHeight + GUTTER);
    place(sheet, pictures[i], left, top);
    drawCaption(sheet, caption, left, top + layout.pictureHeight + CAPTION_GAP, layout);
  });
  return encodePng(sheet);
}

function layOut(
  pictures: readonly Canvas[],
  tiles: readonly SheetTile[],
  tileWidth: number,
  columns: number | undefined,
): Layout {
  const textScale = tileWidth >= LARGE_PRINT_WIDTH ? 2 : 1;
  const lineHeight = (CAP_HEIGHT + 3) * textScale;
  const pictureHeight = pictures.reduce((height, picture) => Math.max(height, picture.height), 0);
  const lines = tiles.reduce((most, { caption }) => Math.max(most, caption.length), 0);
  const cellHeight = pictureHeight + (lines > 0 ? CAPTION_GAP + lines * lineHeight : 0);
  const shape = (SHEET_ASPECT * (cellHeight + GUTTER)) / (tileWidth + GUTTER);
  const balanced = Math.max(1, Math.round(Math.sqrt(tiles.length * shape)));
  return {
    columns: Math.min(tiles.length, columns ?? balanced),
    tileWidth,
    pictureHeight,
    cellHeight,
    textScale,
    lineHeight,
  };
}

function drawCaption(
  sheet: Canvas,
  caption: readonly string[],
  left: number,
  top: number,
  { tileWidth, textScale, lineHeight }: Layout,
): void {
  caption.forEach((line, i) => {
    const colour = i === 0 ? TITLE : DETAIL;
    drawText(sheet, fitText(line, textScale, tileWidth), left, top + i * lineHeight, textScale, colour);
  });
}

function emptySheet(): Uint8Array {
  const note = 'no pictures';
  const sheet = createCanvas(textWidth(note, 2) + 2 * GUTTER, CAP_HEIGHT * 2 + 2 * GUTTER);
  drawText(sheet, note, GUTTER, GUTTER, 2, DETAIL);
  return encodePng(sheet);
}

function checkCount(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new UsageError(`contact sheet: ${option} is ${value}; give a whole number of at least 1`);
}
