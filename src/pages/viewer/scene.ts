import { cmapper, DRAG_MODE, Niivue, SLICE_TYPE } from '@niivue/niivue';
import { pointOfIndex, type Vec3 } from '../../volume/geometry.ts';
import { acrossLpsAndRas } from './crosshair.ts';
import { MASK_SHADER } from './mask-shader.ts';
import type { Volumes } from './volumes.ts';
import type { HuWindow } from './windows.ts';

/** How the mask is drawn. */
export interface MaskLook {
  readonly shown: boolean;
  readonly outline: 'contour' | 'fill';
  /** Of the filled mask. */
  readonly opacity: number;
}

export const LAYOUTS = ['Four views', 'Axial', 'Coronal', 'Sagittal', '3-D'] as const;

export type Layout = (typeof LAYOUTS)[number];

type Tile = Parameters<Niivue['setCustomLayout']>[0][number];

const whole = (sliceType: SLICE_TYPE): Tile[] => [{ sliceType, position: [0, 0, 1, 1] }];

const TILES: Readonly<Record<Layout, Tile[]>> = {
  'Four views': [
    { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 0.499, 0.499] },
    { sliceType: SLICE_TYPE.SAGITTAL, position: [0.501, 0, 0.499, 0.499] },
    { sliceType: SLICE_TYPE.CORONAL, position: [0, 0.501, 0.499, 0.499] },
    { sliceType: SLICE_TYPE.RENDER, position: [0.501, 0.501, 0.499, 0.499] },
  ],
  Axial: whole(SLICE_TYPE.AXIAL),
  Coronal: whole(SLICE_TYPE.CORONAL),
  Sagittal: whole(SLICE_TYPE.SAGITTAL),
  '3-D': whole(SLICE_TYPE.RENDER),
};

/** The CT is grey in slices; in 3-D air is not seen, and all else shines through, so that the tumour is seen in it. */
const CT_COLOURS = { R: [0, 128, 255], G: [0, 128, 255], B: [0, 128, 255], A: [0, 0, 4], I: [0, 128, 255] };

/** The red of the QC overlays. */
const MASK_COLOURS = { R: [0, 255], G: [0, 56], B: [0, 56], A: [0, 255], I: [0, 1], labels: ['', 'tumour'] };

/** A canvas with one patient at a time: three planes and 3-D in radiological convention. */
export class Scene {
  readonly #viewer: Niivue;
  #shown: Volumes | undefined;

  private constructor(viewer: Niivue) {
    this.#viewer = viewer;
  }

  /** Throws where the browser has no WebGL 2. */
  static async on(canvas: HTMLCanvasElement, onCrosshair: (ras: Vec3) => void): Promise<Scene> {
    cmapper.addColormap('ct', CT_COLOURS);
    const viewer = new Niivue({
      isRadiologicalConvention: true,
      sagittalNoseLeft: true,
      // What is read at the crosshair is what is drawn there.
      isForceMouseClickToVoxelCenters: true,
      show3Dcrosshair: true,
      crosshairColor: [0.35, 0.75, 1, 0.8],
      crosshairWidth: 0.5,
      crosshairWidthUnit: 'mm',
      crosshairGap: 16,
      showAllOrientationMarkers: true,
      // From where 3-D is looked at.
      isOrientCube: true,
      // Read on black and on white.
      fontColor: [0.9, 0.65, 0.15, 1],
      fontMinPx: 14,
      fontSizeScaling: 0.2,
      backColor: [0, 0, 0, 1],
      // The page says it, to screen readers too.
      loadingText: '',
      dragAndDropEnabled: false,
      smoothDrawing: 1,
      logLevel: 'error',
    });
    viewer.setMouseEventConfig({
      leftButton: { primary: DRAG_MODE.crosshair, withShift: DRAG_MODE.pan, withCtrl: DRAG_MODE.crosshair },
      rightButton: DRAG_MODE.none,
      centerButton: DRAG_MODE.pan,
    });
    // A double click would set a window of NiiVue's own.
    viewer.resetBriCon = () => {};
    viewer.onLocationChange = (location) => {
      const [x, y, z] = (location as { mm: ArrayLike<number> & Iterable<number> }).mm;
      onCrosshair([x, y, z]);
    };
    await viewer.attachToCanvas(canvas);
    viewer.setCustomLayout(TILES[LAYOUTS[0]]);
    viewer.drawLut = cmapper.makeDrawLut(MASK_COLOURS);
    viewer.setCustomSliceShader(MASK_SHADER);
    return new Scene(viewer);
  }

  /** Shows volumes in place of those before, with the crosshair in the tumour. */
  show(volumes: Volumes, window: HuWindow): void {
    const viewer = this.#viewer;
    this.clear();
    this.#shown = volumes;
    this.#setRange(volumes, window);
    viewer.addVolume(volumes.image);
    viewer.loadDrawing(volumes.mask);
    viewer.setPan2Dxyzmm([0, 0, 0, 1]);
    this.toTumour();
  }

  /** Lets go of the volumes. */
  clear(): void {
    if (this.#shown === undefined) return;
    this.#viewer.closeDrawing();
    this.#viewer.removeVolume(this.#shown.image);
    this.#shown = undefined;
  }

  #setRange({ image, source }: Volumes, [low, high]: HuWindow): void {
    image.cal_min = (low - source.intercept) / source.slope;
    image.cal_max = (high - source.intercept) / source.slope;
  }

  /** HU. */
  setWindow(window: HuWindow): void {
    if (this.#shown === undefined) return;
    this.#setRange(this.#shown, window);
    this.#viewer.updateGLVolume();
  }

  setMask({ shown, outline, opacity }: MaskLook): void {
    const viewer = this.#viewer;
    viewer.overlayOutlineWidth = shown && outline === 'contour' ? Math.max(1, 1.5 * devicePixelRatio) : 0;
    viewer.overlayAlphaShader = shown && outline === 'fill' ? opacity : 0;
    viewer.setDrawOpacity(shown ? 1 : 0);
  }

  setLayout(layout: Layout): void {
    this.#viewer.setCustomLayout(TILES[layout]);
  }

  /** Puts the crosshair into the tumour. */
  toTumour(): void {
    if (this.#shown === undefined) return;
    const { geometry, centre } = this.#shown;
    const ras = acrossLpsAndRas(pointOfIndex(geometry, centre));
    this.#viewer.scene.crosshairPos = this.#viewer.mm2frac([...ras], 0, true);
    this.#viewer.drawScene();
    this.#viewer.createOnLocationChange();
  }

  /** Moves the crosshair by axial slices, upwards where positive. */
  scroll(slices: number): void {
    if (this.#shown !== undefined) this.#viewer.moveCrosshairInVox(0, 0, slices);
  }

  /** Enlarges the planes by a factor, round the crosshair. */
  zoom(factor: number): void {
    const viewer = this.#viewer;
    if (this.#shown === undefined) return;
    const [x, y, z, zoom] = viewer.scene.pan2Dxyzmm;
    const wanted = Math.min(Math.max(zoom * factor, 0.5), 20);
    const mm = viewer.frac2mm(viewer.scene.crosshairPos);
    // The crosshair stays where it is on the screen.
    const held = [x, y, z].map((pan, axis) => pan + (zoom - wanted) * mm[axis]);
    viewer.setPan2Dxyzmm([held[0], held[1], held[2], wanted]);
  }

  resetZoom(): void {
    this.#viewer.setPan2Dxyzmm([0, 0, 0, 1]);
  }
}
