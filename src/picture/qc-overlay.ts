import { CaseExclusion, UsageError } from '../errors.ts';
import { type Geometry, gridDistanceMm, type Vec3, type Volume, voxelCount } from '../volume/geometry.ts';
import { type Canvas, createCanvas, encodePng, place, type Rgb } from './canvas.ts';
import { ADVANCE, CAP_HEIGHT } from './font.ts';
import { largestSlices } from './largest-slice.ts';
import { drawOutlineKey, drawScaleBar, drawWindow } from './legend.ts';
import { CONTOUR, LUNG_CONTOUR, type Outline, renderPanel } from './panel.ts';
import type { Part } from './shrink.ts';
import { drawRimmedText, drawText, fitText } from './text.ts';
import { radiologicalViews, type View } from './view.ts';

/** What the picture of one ROI is made from. All volumes lie on the same grid. */
export interface RoiPicture {
  /** HU, windowed or not. */
  readonly ct: Volume<Float32Array>;
  /** Tumour where not 0. */
  readonly tumor: Volume<Uint8Array>;
  /** Lungs where not 0. */
  readonly lung?: Volume<Uint8Array> | undefined;
  /** Share of the tumour that the ROI cuts off; said in the legend where above 0. */
  readonly clippedShare?: number;
  /** HU shown as black and as white. */
  readonly windowHu: readonly [number, number];
}

const MARGIN = 10;
const TEXT_SCALE = 2;
const TEXT_HEIGHT = CAP_HEIGHT * TEXT_SCALE;
const STRIP_HEIGHT = TEXT_HEIGHT + 2 * MARGIN;
/** The three panels side by side, and the tallest of them, in pixels. */
const PANELS_WIDTH = 930;
const PANELS_MAX_HEIGHT = 720;
/** The legend needs this much where the panels are narrow. */
const MIN_WIDTH = 720;
const BRIGHT: Rgb = [235, 235, 235];
const SOFT: Rgb = [150, 150, 150];

/**
 * A PNG (8-bit RGB, about 970 pixels wide) for checking one ROI by eye: the axial, coronal and sagittal slices of
 * largest tumour area in radiological convention, the tumour's outline, the patient's sides, a scale bar. Carries no
 * identifier.
 *
 * @throws CaseExclusion `picture-grids-differ` where CT and tumour do not lie on one grid.
 * @throws UsageError where the window is empty.
 */
export function qcOverlay(roi: RoiPicture): Uint8Array {
  checkRoi(roi);
  const { geometry } = roi.ct;
  const views = radiologicalViews(geometry);
  const pixelsPerMm = scaleToFit(views, geometry);
  const slices = largestSlices(roi.tumor);
  const outlines: Outline[] = [{ mask: roi.tumor, colour: CONTOUR }];
  if (roi.lung !== undefined) outlines.push({ mask: roi.lung, colour: LUNG_CONTOUR });
  const panels = views.map((view) =>
    renderPanel(roi.ct, outlines, {
      view,
      slice: slices.index[view.through],
      pixelsPerMm,
      windowHu: roi.windowHu,
    }),
  );
  const panelsWidth = panels.reduce((sum, panel) => sum + panel.width + MARGIN, MARGIN);
  const width = Math.max(MIN_WIDTH, panelsWidth);
  const panelHeight = Math.max(...panels.map((panel) => panel.height));
  const canvas = createCanvas(width, panelHeight + 2 * STRIP_HEIGHT);
  let left = MARGIN;
  views.forEach((view, i) => {
    drawPanel(canvas, panels[i], view, slices.index[view.through], left);
    left += panels[i].width + MARGIN;
  });
  drawLegend(canvas, pixelsPerMm, slices.empty, roi);
  return encodePng(canvas);
}

function checkRoi({ ct, tumor, lung = tumor, windowHu: [lowHu, highHu] }: RoiPicture): void {
  const voxels = voxelCount(ct.geometry.size);
  const differ = (mask: Volume<Uint8Array>) =>
    mask.data.length !== voxels || gridDistanceMm(ct.geometry, mask.geometry) > 0.01;
  if (ct.data.length !== voxels || differ(tumor) || differ(lung)) {
    throw new CaseExclusion(
      'picture-grids-differ',
      'the CT and the masks of the picture are not on one grid',
    );
  }
  if (!(lowHu < highHu)) {
    throw new UsageError(
      `the picture's window ${lowHu}..${highHu} HU is empty: the first value must be the smaller`,
    );
  }
}

/** Pixels per mm at which the three panels fill the picture. */
function scaleToFit(views: readonly View[], { size, spacingMm }: Geometry): number {
  const lengthMm = (axis: number) => size[axis] * spacingMm[axis];
  const widthMm = views.reduce((sum, view) => sum + lengthMm(view.across.axis), 0);
  const heightMm = Math.max(...views.map((view) => lengthMm(view.down.axis)));
  return Math.min(PANELS_WIDTH / widthMm, PANELS_MAX_HEIGHT / heightMm);
}

/**
 * Where the axial, coronal and sagittal panel lie in the overlay of an ROI whose axes are the patient's.
 *
 * @param sizeMm from side to side, from front to back, from foot to head
 */
export function overlayPanels(sizeMm: Vec3): readonly [axial: Part, coronal: Part, sagittal: Part] {
  const [x, y, z] = sizeMm;
  const pixelsPerMm = Math.min(PANELS_WIDTH / (2 * x + y), PANELS_MAX_HEIGHT / Math.max(y, z));
  const [wide, deep, tall] = [x, y, z].map((mm) => Math.max(1, Math.round(mm * pixelsPerMm)));
  const at = (left: number, width: number, height: number): Part => ({
    left,
    top: STRIP_HEIGHT,
    width,
    height,
  });
  return [
    at(MARGIN, wide, deep),
    at(MARGIN + wide + MARGIN, wide, tall),
    at(MARGIN + 2 * (wide + MARGIN), deep, tall),
  ];
}

function drawPanel(canvas: Canvas, panel: Canvas, view: View, slice: number, left: number): void {
  const title = `${view.name} ${'xyz'[view.through]}=${slice}`;
  drawText(canvas, fitText(title, TEXT_SCALE, panel.width), left, MARGIN, TEXT_SCALE, BRIGHT);
  place(canvas, panel, left, STRIP_HEIGHT);
  drawEdgeLetters(canvas, view, panel, left, STRIP_HEIGHT);
}

function drawEdgeLetters(canvas: Canvas, { edges }: View, panel: Canvas, left: number, top: number): void {
  const inset = 5;
  const letterWidth = (ADVANCE - 1) * TEXT_SCALE;
  const middleX = left + Math.round((panel.width - letterWidth) / 2);
  const middleY = top + Math.round((panel.height - TEXT_HEIGHT) / 2);
  const draw = (letter: string, x: number, y: number) =>
    drawRimmedText(canvas, letter, x, y, TEXT_SCALE, BRIGHT);
  draw(edges.left, left + inset, middleY);
  draw(edges.right, left + panel.width - inset - letterWidth, middleY);
  draw(edges.top, middleX, top + inset);
  draw(edges.bottom, middleX, top + panel.height - inset - TEXT_HEIGHT);
}

function drawLegend(canvas: Canvas, pixelsPerMm: number, empty: boolean, roi: RoiPicture): void {
  const legend = {
    left: MARGIN,
    right: canvas.width - MARGIN,
    top: canvas.height - MARGIN - TEXT_HEIGHT,
    textScale: TEXT_SCALE,
    textHeight: TEXT_HEIGHT,
    colour: SOFT,
  };
  const clipped = roi.clippedShare ?? 0;
  const tumor = empty ? 'no tumour voxel' : clipped > 0 ? `tumour, ${percent(clipped)} cut off` : 'tumour';
  let end = drawScaleBar(canvas, legend, pixelsPerMm);
  end = drawOutlineKey(
    canvas,
    { ...legend, left: end + 4 * MARGIN, ...(clipped > 0 && { colour: CONTOUR }) },
    CONTOUR,
    tumor,
  );
  if (roi.lung !== undefined)
    drawOutlineKey(canvas, { ...legend, left: end + 2 * MARGIN }, LUNG_CONTOUR, 'lungs');
  drawWindow(canvas, legend, roi.windowHu);
}

/** Never 0 % for a share above 0. */
function percent(share: number): string {
  return share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(1)} %`;
}
