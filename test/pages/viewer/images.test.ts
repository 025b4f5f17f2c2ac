import axe from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ReviewPatient } from '../../../src/review/api.ts';
import { type ReviewServer, startReview } from '../../../src/review/server.ts';
import { pointOfIndex, type Vec3 } from '../../../src/volume/geometry.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import {
  fourViews,
  hasText,
  newWindow,
  openViewer,
  readout,
  shown,
  type Tile,
  textOf,
  type Viewer,
  viewerUrl,
} from '../../support/opened-viewer.ts';
import { CENTRE, CT, EXTENT, huAt, roiVoxelOf, TUMOUR, writePhantoms } from '../../support/phantom-review.ts';

type Extent = (typeof EXTENT)['ct' | 'roi'];

const isRed = ([r, g, b]: readonly number[]): boolean => r > 180 && g < 110 && b < 110;

/**
 * Where the contour of the tumour should be in a view of the CT's axes `across` (leftwards in the patient, so that its index
 * grows to the right) and `down`, in pixels, by millimetres alone.
 */
function expectedBox({ width, height }: Tile, extent: Extent, across: number, down: number) {
  const mm = (axis: number, voxels: number) => voxels * CT.spacingMm[axis];
  const fov = [across, down].map((axis) => mm(axis, extent.to[axis] - extent.from[axis]));
  const scale = Math.min(width / fov[0], height / fov[1]);
  const edge = (axis: number, voxel: number, size: number, length: number) =>
    (size - length * scale) / 2 + mm(axis, voxel - extent.from[axis]) * scale;
  const x = [TUMOUR.from, TUMOUR.to].map((at) => edge(across, at[across], width, fov[0]));
  const y = [TUMOUR.from, TUMOUR.to].map((at) => edge(down, at[down], height, fov[1]));
  // Superior is up, and the third index grows upwards.
  return { x, y: down === 2 ? [height - y[1], height - y[0]] : y };
}

async function expectContours(page: Page, extent: Extent): Promise<void> {
  const tile = await fourViews(page);
  const views = [
    { name: 'axial', column: 0, row: 0, across: 0, down: 1 },
    { name: 'sagittal', column: 1, row: 0, across: 1, down: 2 },
    { name: 'coronal', column: 0, row: 1, across: 0, down: 2 },
  ] as const;
  for (const { name, column, row, across, down } of views) {
    const view = tile(column, row);
    const red = view.pixels.filter(({ rgb }) => isRed(rgb));
    const box = expectedBox(view, extent, across, down);
    const found = {
      x: [Math.min(...red.map(({ x }) => x)), 1 + Math.max(...red.map(({ x }) => x))],
      y: [Math.min(...red.map(({ y }) => y)), 1 + Math.max(...red.map(({ y }) => y))],
    };
    // Within half a voxel.
    for (const axis of ['x', 'y'] as const)
      for (const end of [0, 1])
        expect(Math.abs(found[axis][end] - box[axis][end]), `${name} ${axis} ${end}`).toBeLessThan(3);
    const isInside = ({ x, y }: Tile['pixels'][number]): boolean =>
      x > box.x[0] + 5 && x < box.x[1] - 5 && y > box.y[0] + 5 && y < box.y[1] - 5;
    expect(red.filter(isInside), `inside of ${name}`).toEqual([]);
  }
  expect(tile(1, 1).pixels.filter(({ rgb: [r, g] }) => r > g + 60).length).toBeGreaterThan(50);
}

const lpsOf = (voxel: Vec3): string =>
  pointOfIndex(CT, voxel)
    .map((mm) => mm.toFixed(1))
    .join('  ');

/** Pixels of the axial view that are as good as black, the mask's and the crosshair's aside. */
async function darkPixels(page: Page): Promise<number> {
  const { pixels } = (await fourViews(page))(0, 0);
  return pixels.filter(({ rgb: [r, g, b] }) => r === g && g === b && r < 100).length;
}

describe.skipIf(!hasBrowser)('the images of the viewer', () => {
  let browser: Browser;
  let server: ReviewServer;
  /** The window of most tests, put back to its beginning by `beforeEach`: to open one takes longer than to look at it. */
  let viewer: Viewer;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    const cohort = await writePhantoms({ ok: ['P1', 'P2'], excluded: ['X1'], absent: ['Z1'] });
    server = await startReview({ ...cohort, reviewer: '', port: 0 });
    viewer = await openViewer(browser, server, 'P1');
    page = viewer.page;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    await page.bringToFront();
    // The frame of what has the focus would be in the picture.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await goTo('P1');
    for (const [action, value] of [
      ['volume', 'roi'],
      ['window', '3'],
      ['outline', 'contour'],
      ['reset-zoom', undefined],
    ])
      await press(`[data-action="${action}"]${value === undefined ? '' : `[data-value="${value}"]`}`);
    while ((await textOf(page, '[data-action="layout"]')) !== 'Four views')
      await press('[data-action="layout"]');
    await hasText(page, '#voxel', roiVoxelOf(CENTRE).join('  '));
    viewer.faults.length = 0;
  });

  const press = (selector: string) => page.$eval(selector, (button) => (button as HTMLElement).click());

  async function goTo(patient: string): Promise<void> {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, patient);
    await hasText(page, '#patient', patient);
  }

  async function showCt(): Promise<void> {
    await page.keyboard.press('r');
    await hasText(page, '#voxel', CENTRE.join('  '));
  }

  test('are ROI and whole CT in three planes and 3-D, the tumour where it is, and what stands in it', async () => {
    const inTumour = { point: lpsOf(CENTRE), hu: String(huAt(CENTRE, 0)), inside: 'tumour' };
    await expectContours(page, EXTENT.roi);
    expect(await readout(page)).toEqual({ ...inTumour, voxel: roiVoxelOf(CENTRE).join('  ') });
    await showCt();
    await expectContours(page, EXTENT.ct);
    expect(await readout(page)).toEqual({ ...inTumour, voxel: CENTRE.join('  ') });
    expect(viewer.faults).toEqual([]);
  });

  test('scroll by wheel and keys, and a click moves the crosshair to the voxel under it', async () => {
    await showCt();
    const axial = async () => (await fourViews(page))(0, 0).pixels.map(({ rgb }) => rgb.join());
    const before = await axial();
    await page.keyboard.press('ArrowUp');
    await hasText(page, '#voxel', '21  16  8');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await hasText(page, '#voxel', '21  16  5');
    expect((await readout(page)).inside).toBe('outside');
    expect(await axial()).not.toEqual(before);

    const { x, y, width, height } = (await (await page.$('#volumes'))!.boundingBox())!;
    const [w, h] = [width * 0.499, height * 0.499];
    const scale = Math.min(w / 80, h / 64);
    // The middle of voxel 5, 25 of the axial slice.
    const at = [x + (w - 80 * scale) / 2 + 5.5 * 2 * scale, y + (h - 64 * scale) / 2 + 25.5 * 2 * scale];
    await page.mouse.click(at[0], at[1]);
    await hasText(page, '#voxel', '5  25  5');
    expect(await readout(page)).toMatchObject({ point: lpsOf([5, 25, 5]), hu: String(huAt([5, 25, 5], 0)) });
    await page.mouse.wheel({ deltaY: 100 });
    await page.waitForFunction(() =>
      /^5 {2}25 {2}(4|6)$/.test(document.querySelector('#voxel')!.textContent!),
    );
    await page.keyboard.press('t');
    await hasText(page, '#voxel', CENTRE.join('  '));
  });

  test('change with the window by key, button and drag, the mask filled or off, one view, and zoom', async () => {
    const seen = new Set<string>();
    const isNew = async (): Promise<boolean> => {
      const canvas = (await page.$('#volumes'))!;
      const { size } = seen;
      return seen.add(await canvas.screenshot({ encoding: 'base64' })).size > size;
    };
    expect(await textOf(page, '#window')).toBe('-400 / 1000');
    expect(await isNew()).toBe(true);
    for (const [key, window] of [
      ['1', '-600 / 1500'],
      ['2', '40 / 400'],
      ['3', '400 / 1800'],
    ]) {
      await page.keyboard.press(key as '1');
      expect(await textOf(page, '#window')).toBe(window);
      expect(await isNew()).toBe(true);
    }
    await page.click('[data-action="window"][data-value="3"]');
    expect(await isNew()).toBe(false);
    const { x, y } = (await (await page.$('#volumes'))!.boundingBox())!;
    await page.mouse.move(x + 150, y + 100);
    await page.mouse.down({ button: 'right' });
    await page.mouse.move(x + 190, y + 120, { steps: 4 });
    await page.mouse.up({ button: 'right' });
    await hasText(page, '#window', '-450 / 1100');
    expect(await isNew()).toBe(true);
    for (const key of ['c', 'm', 'v', '+'] as const) {
      await page.keyboard.press(key);
      expect(await isNew(), key).toBe(true);
    }
    expect(await page.$eval('[data-action="mask"]', (button) => button.ariaPressed)).toBe('false');
    expect(await textOf(page, '[data-action="layout"]')).toBe('Axial');
    expect(viewer.faults).toEqual([]);
  });

  test('of a normalised ROI are read and windowed in HU', async () => {
    await page.keyboard.press('2');
    // Hardly a voxel of the phantom reaches -160 HU.
    const unscaled = await darkPixels(page);
    const other = await newWindow(browser);
    onTestFinished(() => other.page.close());
    await other.page.setRequestInterception(true);
    other.page.on('request', async (request) => {
      if (!request.url().endsWith('/patients')) return request.continue();
      const list = (await (await fetch(request.url())).json()) as ReviewPatient[];
      const scaled = list.map((patient) => ({
        ...patient,
        roi: patient.roi && { ...patient.roi, slope: 2, intercept: 500 },
      }));
      return request.respond({ status: 200, contentType: 'application/json', body: JSON.stringify(scaled) });
    });
    await other.page.goto(viewerUrl(server, 'P1'));
    await shown(other.page);
    expect((await readout(other.page)).hu).toBe(String(2 * huAt(CENTRE, 0) + 500));
    await other.page.keyboard.press('2');
    expect(await darkPixels(other.page)).toBeLessThan(unscaled - 1000);
  });

  test('are of the CT where there is no ROI, with why the patient is left out, and none where there is no mask', async () => {
    await goTo('X1');
    await hasText(page, '#voxel', CENTRE.join('  '));
    expect(await textOf(page, '#facts')).toContain('no-image');
    await page.keyboard.press('n');
    await hasText(page, '#patient', 'Z1');
    await hasText(page, '#loading', 'no volumes');
    await hasText(page, '#standing', 'nothing can be decided');
    await page.keyboard.press('a');
    await page.keyboard.press('x');
    expect(await page.$('#exclusion[open]')).toBeNull();
    expect(
      await page.$eval('[data-action="accept"]', (button) => (button as HTMLButtonElement).disabled),
    ).toBe(true);
  });

  test('that come after their patient was left are not shown', async () => {
    const { page: late } = await newWindow(browser);
    onTestFinished(() => late.close());
    await late.setRequestInterception(true);
    const held: (() => Promise<void>)[] = [];
    late.on('request', (request) => {
      if (request.url().includes('/roi/P1/')) held.push(() => request.continue());
      else void request.continue();
    });
    await late.goto(viewerUrl(server, 'P1'));
    await hasText(late, '#loading', 'Loading');
    await hasText(late, '#patient', 'P1');
    await late.keyboard.press('n');
    await shown(late);
    await Promise.allSettled(held.map((answer) => answer()));
    await late.keyboard.press('t');
    expect(held.length).toBe(2);
    expect([await textOf(late, '#patient'), (await readout(late)).hu]).toEqual([
      'P2',
      String(huAt(CENTRE, 1)),
    ]);
    expect(await textOf(late, '#loading')).toBe('');
  });

  test('that WebGL 2 cannot draw, or no longer, are told of', async () => {
    const { page: other } = await openViewer(browser, server, 'P1');
    onTestFinished(() => other.close());
    await other.$eval('#volumes', (canvas) =>
      (canvas as HTMLCanvasElement).getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext(),
    );
    await hasText(other, '#loading', 'Load the page again');
    await other.evaluateOnNewDocument(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await other.reload();
    await hasText(other, '#notices', 'no WebGL 2');
  });

  test('stand in a page in which axe finds nothing serious: tools, list of keys, reasons', async () => {
    // The page lets no script in that is not the server's.
    const session = await page.createCDPSession();
    await session.send('Runtime.evaluate', { expression: axe.source });
    const violations = async (within: string): Promise<string[]> => {
      const { result } = await session.send('Runtime.evaluate', {
        expression: `axe.run(${JSON.stringify(within)}).then(({ violations }) => JSON.stringify(violations.map(({ id, impact, nodes }) => impact + " " + id + " " + nodes.map(({ html }) => html.slice(0, 120)).join(" | "))))`,
        awaitPromise: true,
      });
      return JSON.parse(result.value as string) as string[];
    };
    expect(await violations('html')).toEqual([]);
    for (const [key, dialog] of [
      ['?', '#help'],
      ['x', '#exclusion'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForSelector(`${dialog}[open]`);
      expect(await violations(dialog)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.waitForSelector(`${dialog}:not([open])`);
    }
  });
});
