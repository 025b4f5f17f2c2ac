import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import { decode } from 'fast-png';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Decision, parseReview } from '../../src/records/review.ts';
import type { ReviewPatient } from '../../src/review/api.ts';
import { type ReviewServer, startReview } from '../../src/review/server.ts';
import { pointOfIndex, type Vec3 } from '../../src/volume/geometry.ts';
import { hasBrowser, launchBrowser } from '../support/browser.ts';
import { type MadeCohort, maskOf, shaOf } from '../support/made-cohort.ts';
import { CENTRE, CT, EXTENT, huAt, roiVoxelOf, TUMOUR, writePhantoms } from '../support/phantom-review.ts';

const FATES = { ok: ['P1', 'P2 100 % #ü', 'P3'], excluded: ['X1'], absent: ['Z1'] };

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => readonly [number, number, number];
}

describe.skipIf(!hasBrowser)('the viewer in a browser', () => {
  let browser: Browser;
  let cohort: MadeCohort;
  let server: ReviewServer;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    cohort = await writePhantoms(FATES);
    server = await startReview({ ...cohort, reviewer: 'R. Eader', port: 0 });
    faults = [];
    page = await newPage();
  });
  afterEach(async () => {
    await page.close({ runBeforeUnload: false });
    await server.close();
  });

  async function newPage(): Promise<Page> {
    const made = await browser.newPage();
    await made.setViewport({ width: 900, height: 460 });
    made.on('pageerror', (error) => faults.push(String(error)));
    made.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    return made;
  }

  async function open(patient = 'P1', on = page): Promise<void> {
    await on.goto(`${server.url}viewer#${encodeURIComponent(patient)}`);
    await shown(on);
  }

  const shown = (on = page) => on.waitForSelector('#frame[data-state="shown"]');
  const textOf = (selector: string, on = page): Promise<string> =>
    on.$eval(selector, (found) => found.textContent ?? '');
  const hasText = (selector: string, text: string, on = page) =>
    on.waitForFunction(
      (where, what) => document.querySelector(where)?.textContent?.includes(what),
      {},
      selector,
      text,
    );
  const rows = (): Decision[] => parseReview('review.csv', readFileSync(cohort.review));

  async function picture(): Promise<Picture> {
    const canvas = (await page.$('#volumes'))!;
    const { width, height, data, channels } = decode(await canvas.screenshot());
    return {
      width,
      height,
      at: (x, y) => {
        const i = channels * (y * width + x);
        return [data[i], data[i + 1], data[i + 2]];
      },
    };
  }

  /** Pixels of one of the four views, counted from its corner. */
  function tile({ width, height, at }: Picture, column: 0 | 1, row: 0 | 1) {
    const [w, h] = [width * 0.499, height * 0.499];
    const [left, top] = [column * 0.501 * width, row * 0.501 * height];
    const pixels: { x: number; y: number; rgb: readonly [number, number, number] }[] = [];
    for (let y = Math.ceil(top); y < top + h; y++)
      for (let x = Math.ceil(left); x < left + w; x++)
        pixels.push({ x: x - left, y: y - top, rgb: at(x, y) });
    return { w, h, pixels };
  }

  const isRed = ([r, g, b]: readonly number[]): boolean => r > 180 && g < 110 && b < 110;

  /**
   * Where the contour of the tumour should be in a view of the CT's axes `across` (leftwards in the patient, so that its index
   * grows to the right) and `down`, in pixels, by millimetres alone.
   */
  function expectedBox(
    w: number,
    h: number,
    extent: (typeof EXTENT)['ct' | 'roi'],
    across: number,
    down: number,
  ) {
    const mm = (axis: number, voxels: number) => voxels * CT.spacingMm[axis];
    const fov = [across, down].map((axis) => mm(axis, extent.to[axis] - extent.from[axis]));
    const scale = Math.min(w / fov[0], h / fov[1]);
    const edge = (axis: number, voxel: number, size: number, length: number) =>
      (size - length * scale) / 2 + mm(axis, voxel - extent.from[axis]) * scale;
    const x = [TUMOUR.from, TUMOUR.to].map((at) => edge(across, at[across], w, fov[0]));
    const y = [TUMOUR.from, TUMOUR.to].map((at) => edge(down, at[down], h, fov[1]));
    // Superior is up, and the third index grows upwards.
    return { x, y: down === 2 ? [h - y[1], h - y[0]] : y };
  }

  async function expectContours(extent: (typeof EXTENT)['ct' | 'roi']): Promise<void> {
    const seen = await picture();
    const views = [
      { name: 'axial', column: 0, row: 0, across: 0, down: 1 },
      { name: 'sagittal', column: 1, row: 0, across: 1, down: 2 },
      { name: 'coronal', column: 0, row: 1, across: 0, down: 2 },
    ] as const;
    for (const { name, column, row, across, down } of views) {
      const { w, h, pixels } = tile(seen, column, row);
      const red = pixels.filter(({ rgb }) => isRed(rgb));
      const box = expectedBox(w, h, extent, across, down);
      const found = {
        x: [Math.min(...red.map(({ x }) => x)), 1 + Math.max(...red.map(({ x }) => x))],
        y: [Math.min(...red.map(({ y }) => y)), 1 + Math.max(...red.map(({ y }) => y))],
      };
      // Within half a voxel.
      for (const axis of ['x', 'y'] as const)
        for (const end of [0, 1])
          expect(Math.abs(found[axis][end] - box[axis][end]), `${name} ${axis} ${end}`).toBeLessThan(3);
      const middle = pixels.filter(
        ({ x, y }) => x > box.x[0] + 5 && x < box.x[1] - 5 && y > box.y[0] + 5 && y < box.y[1] - 5,
      );
      expect(
        middle.filter(({ rgb }) => isRed(rgb)),
        `inside of ${name}`,
      ).toEqual([]);
    }
    const { pixels } = tile(seen, 1, 1);
    expect(pixels.filter(({ rgb: [r, g] }) => r > g + 60).length).toBeGreaterThan(50);
  }

  const lpsOf = (voxel: Vec3): string =>
    pointOfIndex(CT, voxel)
      .map((mm) => mm.toFixed(1))
      .join('  ');

  async function readout(): Promise<Record<'point' | 'voxel' | 'hu' | 'inside', string>> {
    const [point, voxel, hu, inside] = await Promise.all(
      ['#point', '#voxel', '#hu', '#inside'].map((id) => textOf(id)),
    );
    return { point, voxel, hu, inside };
  }

  test('shows ROI and whole CT in three planes and 3-D, the tumour where it is, and what stands in it', async () => {
    await open();
    await expectContours(EXTENT.roi);
    expect(await readout()).toEqual({
      point: lpsOf(CENTRE),
      voxel: roiVoxelOf(CENTRE).join('  '),
      hu: String(huAt(CENTRE, 0)),
      inside: 'tumour',
    });
    await page.keyboard.press('r');
    await hasText('#voxel', CENTRE.join('  '));
    await shown();
    await expectContours(EXTENT.ct);
    expect(await readout()).toEqual({
      point: lpsOf(CENTRE),
      voxel: CENTRE.join('  '),
      hu: String(huAt(CENTRE, 0)),
      inside: 'tumour',
    });
    expect(faults).toEqual([]);
  });

  test('slices scroll by wheel and keys, and a click moves the crosshair to the voxel under it', async () => {
    await open();
    await page.keyboard.press('r');
    await hasText('#voxel', CENTRE.join('  '));
    await shown();
    const before = await picture();
    await page.keyboard.press('ArrowUp');
    await hasText('#voxel', '21  16  8');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await hasText('#voxel', '21  16  5');
    expect((await readout()).inside).toBe('outside');
    const axial = (seen: Picture) => tile(seen, 0, 0).pixels.map(({ rgb }) => rgb.join());
    expect(axial(await picture())).not.toEqual(axial(before));

    const { x, y, width, height } = (await (await page.$('#volumes'))!.boundingBox())!;
    const [w, h] = [width * 0.499, height * 0.499];
    const scale = Math.min(w / 80, h / 64);
    // The middle of voxel 5, 25 of the axial slice.
    const at = [x + (w - 80 * scale) / 2 + 5.5 * 2 * scale, y + (h - 64 * scale) / 2 + 25.5 * 2 * scale];
    await page.mouse.click(at[0], at[1]);
    await hasText('#voxel', '5  25  5');
    expect(await readout()).toMatchObject({ point: lpsOf([5, 25, 5]), hu: String(huAt([5, 25, 5], 0)) });
    await page.mouse.wheel({ deltaY: 100 });
    await page.waitForFunction(() =>
      /^5 {2}25 {2}(4|6)$/.test(document.querySelector('#voxel')!.textContent!),
    );
    await page.keyboard.press('t');
    await hasText('#voxel', CENTRE.join('  '));
  });

  test('windows by key, button and drag, the mask filled or off, and one view at a time change the picture', async () => {
    await open();
    const seen = new Set<string>();
    const isNew = async (): Promise<boolean> => {
      const canvas = (await page.$('#volumes'))!;
      const { size } = seen;
      return seen.add(await canvas.screenshot({ encoding: 'base64' })).size > size;
    };
    expect(await textOf('#window')).toBe('-400 / 1000');
    expect(await isNew()).toBe(true);
    for (const [key, window] of [
      ['1', '-600 / 1500'],
      ['2', '40 / 400'],
      ['3', '400 / 1800'],
    ]) {
      await page.keyboard.press(key as '1');
      expect(await textOf('#window')).toBe(window);
      expect(await isNew()).toBe(true);
    }
    await page.click('[data-action="window"][data-value="3"]');
    expect(await isNew()).toBe(false);
    const { x, y } = (await (await page.$('#volumes'))!.boundingBox())!;
    await page.mouse.move(x + 150, y + 100);
    await page.mouse.down({ button: 'right' });
    await page.mouse.move(x + 190, y + 120, { steps: 4 });
    await page.mouse.up({ button: 'right' });
    await hasText('#window', '-450 / 1100');
    expect(await isNew()).toBe(true);
    for (const key of ['c', 'm', 'v', '+'] as const) {
      await page.keyboard.press(key);
      expect(await isNew(), key).toBe(true);
    }
    expect(await page.$eval('[data-action="mask"]', (b) => b.ariaPressed)).toBe('false');
    expect(await textOf('[data-action="layout"]')).toBe('Axial');
    expect(faults).toEqual([]);
  });

  test('values of a normalised ROI are read and windowed in HU', async () => {
    await page.setRequestInterception(true);
    let normalised = true;
    page.on('request', async (request) => {
      if (!normalised || !request.url().endsWith('/patients')) return request.continue();
      const list = (await (await fetch(request.url())).json()) as ReviewPatient[];
      const scaled = list.map((patient) => ({
        ...patient,
        roi: patient.roi && { ...patient.roi, slope: 2, intercept: 500 },
      }));
      return request.respond({ status: 200, contentType: 'application/json', body: JSON.stringify(scaled) });
    });
    await open();
    expect((await readout()).hu).toBe(String(2 * huAt(CENTRE, 0) + 500));
    const dark = async (): Promise<number> =>
      tile(await picture(), 0, 0).pixels.filter(({ rgb: [r, g, b] }) => r === g && g === b && r < 100).length;
    await page.keyboard.press('2');
    const some = await dark();
    normalised = false;
    await page.reload();
    await shown();
    await page.keyboard.press('2');
    // Unscaled, hardly a voxel reaches -160 HU.
    expect(await dark()).toBeGreaterThan(some + 1000);
  });

  test('a cohort is decided by keys alone, and review.csv holds exactly that', async () => {
    await open();
    await page.keyboard.press('a');
    await hasText('#patient', 'P2 100 % #ü');
    await shown();
    expect((await readout()).hu).toBe(String(huAt(CENTRE, 1)));
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('2');
    await page.keyboard.type('lower part, "n x a"');
    await page.keyboard.press('Enter');
    await hasText('#patient', 'P3');
    expect(rows()).toMatchObject([
      {
        ...{ patient_id: 'P1', decision: 'accept', reason: null, comment: '', reviewer: 'R. Eader' },
        ...{ mask_sha256: shaOf(maskOf('P1')), flags: [] },
      },
      {
        ...{ patient_id: FATES.ok[1], decision: 'exclude', reason: 'mask-incomplete' },
        ...{ comment: 'lower part, "n x a"', mask_sha256: shaOf(maskOf(FATES.ok[1])) },
      },
    ]);
    expect(await textOf('#progress')).toBe('2 of 4 decided');

    await page.reload();
    await shown();
    expect(await textOf('#progress')).toBe('2 of 4 decided');
    await page.keyboard.press('p');
    await hasText('#standing', 'a part of the tumour is not in the mask');
    expect(await textOf('#standing')).toMatch(/^Excluded.*lower part, "n x a".*R\. Eader/);

    await page.keyboard.press('j');
    await hasText('#patient', 'P3');
    await page.keyboard.press('a');
    await hasText('#patient', 'X1');
    await page.keyboard.press('u');
    await hasText('#patient', 'P3');
    await hasText('#standing', 'Undecided');
    expect(rows().map(({ patient_id }) => patient_id)).toEqual(FATES.ok.slice(0, 2));
    expect(faults).toEqual([]);
  });

  test('letters go where they are written, and a reviewer’s name stays with the window', async () => {
    await open();
    await page.click('#reviewer', { count: 3 });
    await page.keyboard.type('A. Next Pax');
    await page.keyboard.press('Enter');
    expect(await textOf('#patient')).toBe('P1');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#exclusion:not([open])');
    expect(await textOf('#standing')).toBe('Undecided');
    await page.reload();
    await shown();
    await page.keyboard.press('a');
    await hasText('#patient', FATES.ok[1]);
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept', reviewer: 'A. Next Pax' }]);
  });

  test('two windows: each hears of the other, and neither overwrites what it has not seen', async () => {
    await open();
    const deaf = await newPage();
    await deaf.evaluateOnNewDocument(() => {
      Object.assign(window, { EventSource: EventTarget });
    });
    await open('P1', deaf);
    const hearing = await newPage();
    await open('P1', hearing);
    await page.bringToFront();
    await page.keyboard.press('a');
    await hasText('#patient', FATES.ok[1]);
    await hasText('#standing', 'Accepted', hearing);
    await hasText('#standing', 'another window', hearing);

    const written = rows();
    await deaf.bringToFront();
    await deaf.keyboard.press('x');
    await deaf.waitForSelector('#exclusion[open]');
    await deaf.keyboard.press('1');
    await deaf.keyboard.press('Enter');
    await hasText('#standing', 'Nothing was written', deaf);
    expect(await textOf('#patient', deaf)).toBe('P1');
    expect(await textOf('#standing', deaf)).toMatch(/Meanwhile another decision.*Accepted.*R\. Eader/);
    expect(rows()).toEqual(written);
    await deaf.close();
    await hearing.close();
  });

  test('a decision that cannot be written is told, kept on the screen, and written when it can be', async () => {
    await open();
    await page.setRequestInterception(true);
    let away = true;
    page.on('request', (request) => {
      if (away && request.method() === 'PUT') return request.abort();
      return request.continue();
    });
    await page.keyboard.press('a');
    await hasText('#notices', 'Not saved: P1');
    await hasText('#standing', 'Not saved');
    expect(await textOf('#standing')).toContain('Accepted');
    await page.keyboard.press('n');
    await hasText('#patient', FATES.ok[1]);
    expect(await textOf('#notices')).toContain('Not saved: P1');
    away = false;
    await page.click('#notices button');
    await page.waitForFunction(() => document.querySelector('#notices')!.textContent === '');
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept' }]);
  });

  test('a patient without ROI shows its CT and why it is left out; one without mask cannot be decided', async () => {
    await open('X1');
    expect(await textOf('#voxel')).toBe(CENTRE.join('  '));
    expect(await textOf('#facts')).toContain('no-image');
    await page.keyboard.press('n');
    await hasText('#loading', 'no volumes');
    await hasText('#standing', 'nothing can be decided');
    await page.keyboard.press('a');
    await page.keyboard.press('x');
    expect(await page.$('#exclusion[open]')).toBeNull();
    expect(
      await page.$eval('[data-action="accept"]', (button) => (button as HTMLButtonElement).disabled),
    ).toBe(true);
  });

  test('a volume that comes after its patient was left is not shown', async () => {
    await page.setRequestInterception(true);
    const late: (() => Promise<void>)[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/roi/P1/')) late.push(() => request.continue());
      else void request.continue();
    });
    await page.goto(`${server.url}viewer#P1`);
    await hasText('#loading', 'Loading');
    await page.waitForFunction(() => document.querySelector('#patient')!.textContent === 'P1');
    await page.keyboard.press('n');
    await shown();
    await Promise.allSettled(late.map((answer) => answer()));
    await page.keyboard.press('t');
    expect(late.length).toBe(2);
    expect([await textOf('#patient'), (await readout()).hu]).toEqual([FATES.ok[1], String(huAt(CENTRE, 1))]);
    expect(await textOf('#loading')).toBe('');
  });

  test('no other patient is excluded than the one whose decision is on its way', async () => {
    await page.setRequestInterception(true);
    const late: (() => Promise<void>)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') late.push(() => request.continue());
      else void request.continue();
    });
    await page.goto(`${server.url}viewer#P1`);
    await shown();
    await page.keyboard.press('a');
    await page.keyboard.press('x');
    expect(await page.$('#exclusion[open]')).toBeNull();
    await Promise.all(late.map((answer) => answer()));
    await hasText('#patient', FATES.ok[1]);
    await hasText('#last', 'P1 accepted');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    expect(await textOf('#exclusion-title')).toBe(`Exclude ${FATES.ok[1]}`);
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept' }]);
  });

  test('without WebGL 2, or when it is taken away, the page says so', async () => {
    await open();
    await page.$eval('#volumes', (canvas) =>
      (canvas as HTMLCanvasElement).getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext(),
    );
    await hasText('#loading', 'Load the page again');
    await page.evaluateOnNewDocument(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await page.reload();
    await hasText('#notices', 'no WebGL 2');
  });

  test('axe finds nothing serious: page, list of keys, reasons', async () => {
    await open();
    const serious = async (): Promise<string[]> => {
      // The page lets no script in that is not the server's.
      const session = await page.createCDPSession();
      await session.send('Runtime.evaluate', { expression: axe.source });
      const { result } = await session.send('Runtime.evaluate', {
        expression:
          'axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, impact, nodes }) => impact + " " + id + " " + nodes.map(({ html }) => html.slice(0, 120)).join(" | "))))',
        awaitPromise: true,
      });
      return JSON.parse(result.value as string) as string[];
    };
    expect(await serious()).toEqual([]);
    await page.keyboard.press('?');
    await page.waitForSelector('#help[open]');
    expect(await serious()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    expect(await serious()).toEqual([]);
  });
});
