import type { VolumeSource } from '../../review/api.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import { element } from '../element.ts';
import { acrossLpsAndRas, offsetOfVoxel, voxelAtPoint } from './crosshair.ts';
import { part } from './parts.ts';
import { LAYOUTS, type Layout, type MaskLook, Scene } from './scene.ts';
import { huAt, loadVolumes, VolumeFault, type Volumes } from './volumes.ts';
import { draggedWindow, type HuWindow, presetsWith, type WindowPreset, windowText } from './windows.ts';

/** The images with their tools and what is read at the crosshair. */
export class Images {
  readonly #scene: Scene;
  readonly #presets: readonly WindowPreset[];
  #volumes: Volumes | undefined;
  #loading = new AbortController();
  #window: HuWindow;
  #mask: MaskLook = { shown: true, outline: 'contour', opacity: 0.4 };
  #layout: Layout = LAYOUTS[0];

  private constructor(scene: Scene, ofRun: HuWindow) {
    this.#scene = scene;
    this.#presets = presetsWith(ofRun);
    this.#window = ofRun;
  }

  /** Throws where the browser has no WebGL 2. */
  static async open(ofRun: HuWindow): Promise<Images> {
    const canvas = part<HTMLCanvasElement>('volumes');
    if (document.createElement('canvas').getContext('webgl2') === null)
      throw new Error('this browser has no WebGL 2, by which volumes are drawn');
    let images: Images | undefined;
    const scene = await Scene.on(canvas, (ras) => images?.read(ras));
    images = new Images(scene, ofRun);
    images.#fillWindows();
    images.#listen(canvas);
    scene.setMask(images.#mask);
    images.#showTools();
    return images;
  }

  #fillWindows(): void {
    const buttons = this.#presets.map(({ name }, i) =>
      element('button', { type: 'button', 'data-action': 'window', 'data-value': String(i) }, name),
    );
    part('windows').append(
      ...buttons,
      element('output', { id: 'window', 'aria-label': 'Window, centre and width in HU' }),
    );
  }

  #listen(canvas: HTMLCanvasElement): void {
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      const reload = element('button', { type: 'button' }, 'Load the page again');
      reload.addEventListener('click', () => location.reload());
      part('loading').replaceChildren('The system has taken the graphics of this page away. ', reload);
    });
    part<HTMLInputElement>('opacity').addEventListener('input', ({ target }) => {
      this.#setMask({ opacity: Number((target as HTMLInputElement).value), outline: 'fill', shown: true });
    });
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        this.#scene.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
      },
      { capture: true, passive: false },
    );
    this.#listenForDrag(canvas);
  }

  /** The window by dragging with the right button, from what it was when that went down. */
  #listenForDrag(canvas: HTMLCanvasElement): void {
    let start: { readonly x: number; readonly y: number; readonly window: HuWindow } | undefined;
    let waiting = false;
    canvas.addEventListener('pointerdown', ({ button, clientX, clientY }) => {
      start = button === 2 ? { x: clientX, y: clientY, window: this.#window } : undefined;
    });
    canvas.addEventListener('pointermove', ({ buttons, clientX, clientY }) => {
      if (start === undefined || buttons !== 2) return;
      this.#window = draggedWindow(start.window, clientX - start.x, clientY - start.y);
      if (waiting) return;
      waiting = true;
      // One picture a frame, however many events there are.
      requestAnimationFrame(() => {
        waiting = false;
        this.setWindow(this.#window);
      });
    });
  }

  /**
   * Shows a volume, or what `nothing` says where there is none, or why it cannot be shown; a load that another has overtaken is
   * dropped.
   */
  async show(source: VolumeSource | null, nothing: string): Promise<'shown' | 'fault' | 'overtaken'> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#volumes = undefined;
    this.#scene.clear();
    part('readout').replaceChildren();
    part('frame').dataset.state = 'loading';
    part('loading').textContent = source === null ? nothing : 'Loading';
    if (source === null) return 'fault';
    try {
      const volumes = await loadVolumes(source, signal);
      this.#volumes = volumes;
      this.#scene.show(volumes, this.#window);
      part('loading').textContent = '';
      part('frame').dataset.state = 'shown';
      return 'shown';
    } catch (error) {
      if (signal.aborted) return 'overtaken';
      const why = error instanceof VolumeFault ? error.message : `the volumes did not come: ${String(error)}`;
      part('loading').textContent = `Cannot be shown: ${why}`;
      part('frame').dataset.state = 'fault';
      return 'fault';
    }
  }

  /** Writes what stands at a point, RAS mm. */
  read(ras: Vec3): void {
    const volumes = this.#volumes;
    if (volumes === undefined) return;
    const { geometry, mask } = volumes;
    const point = acrossLpsAndRas(ras);
    const voxel = voxelAtPoint(geometry, point);
    const offset = offsetOfVoxel(geometry.size, voxel);
    const rows: readonly (readonly [string, string, string])[] = [
      ['point', 'LPS mm', point.map((mm) => mm.toFixed(1)).join('  ')],
      ['voxel', 'Voxel i j k', voxel.join('  ')],
      ['hu', 'HU', String(Number(huAt(volumes, offset).toFixed(1)))],
      ['inside', 'Mask', mask.img![offset] > 0 ? 'tumour' : 'outside'],
    ];
    part('readout').replaceChildren(
      ...rows.flatMap(([id, name, value]) => [element('dt', {}, name), element('dd', { id }, value)]),
    );
  }

  setWindow(window: HuWindow): void {
    this.#window = window;
    this.#scene.setWindow(window);
    this.#showTools();
  }

  usePreset(i: number): void {
    this.setWindow(this.#presets[i].window);
  }

  #setMask(look: Partial<MaskLook>): void {
    this.#mask = { ...this.#mask, ...look };
    this.#scene.setMask(this.#mask);
    this.#showTools();
  }

  toggleMask(): void {
    this.#setMask({ shown: !this.#mask.shown });
  }

  setOutline(wanted: string | undefined): void {
    const other = this.#mask.outline === 'contour' ? 'fill' : 'contour';
    this.#setMask({ outline: wanted === 'contour' || wanted === 'fill' ? wanted : other, shown: true });
  }

  nextLayout(): void {
    this.#layout = LAYOUTS[(LAYOUTS.indexOf(this.#layout) + 1) % LAYOUTS.length];
    this.#scene.setLayout(this.#layout);
    this.#showTools();
  }

  toTumour(): void {
    this.#scene.toTumour();
  }

  scroll(slices: number): void {
    this.#scene.scroll(slices);
  }

  zoom(factor: number): void {
    this.#scene.zoom(factor);
  }

  resetZoom(): void {
    this.#scene.resetZoom();
  }

  #showTools(): void {
    const { shown, outline } = this.#mask;
    const press = (selector: string, pressed: boolean): void => {
      document.querySelector(`#tools ${selector}`)!.setAttribute('aria-pressed', String(pressed));
    };
    this.#presets.forEach(({ window: [low, high] }, i) => {
      press(`[data-action="window"][data-value="${i}"]`, low === this.#window[0] && high === this.#window[1]);
    });
    press('[data-action="mask"]', shown);
    press('[data-value="contour"]', outline === 'contour');
    press('[data-value="fill"]', outline === 'fill');
    part('window').textContent = windowText(this.#window);
    document.querySelector('[data-action="layout"]')!.textContent = this.#layout;
  }
}
