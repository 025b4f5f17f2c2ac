import { decode } from 'fast-png';
import type { Browser, Page } from 'puppeteer-core';
import type { ReviewServer } from '../../src/review/server.ts';

/** A window of the viewer, and what it complained of. */
export interface Viewer {
  readonly page: Page;
  /** Errors of the console, and those that nobody caught. */
  readonly faults: string[];
}

/** A window that has not been to the viewer yet. Small, for each pixel of it is computed in software. */
export async function newWindow(browser: Browser): Promise<Viewer> {
  const page = await browser.newPage();
  const faults: string[] = [];
  await page.setViewport({ width: 900, height: 460 });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

export const viewerUrl = ({ url }: ReviewServer, patient: string): string =>
  `${url}viewer#${encodeURIComponent(patient)}`;

/** Opens a patient in a window of its own, and waits for the images. */
export async function openViewer(browser: Browser, server: ReviewServer, patient: string): Promise<Viewer> {
  const opened = await newWindow(browser);
  await opened.page.goto(viewerUrl(server, patient));
  await shown(opened.page);
  return opened;
}

/** When images are shown. */
export const shown = (page: Page) => page.waitForSelector('#frame[data-state="shown"]');

export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (found) => found.textContent ?? '');

/** When a text stands somewhere in an element. */
export const hasText = (page: Page, selector: string, text: string) =>
  page.waitForFunction(
    `document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(text)})`,
  );

/** What stands below the images. */
export async function readout(page: Page): Promise<Record<'point' | 'voxel' | 'hu' | 'inside', string>> {
  const [point, voxel, hu, inside] = await Promise.all(
    ['#point', '#voxel', '#hu', '#inside'].map((id) => textOf(page, id)),
  );
  return { point, voxel, hu, inside };
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Pixels of one of the views, counted from its corner. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly { readonly x: number; readonly y: number; readonly rgb: Rgb }[];
}

/** The four views as they are on the screen; `column` and `row` are 0 or 1. */
export async function fourViews(page: Page): Promise<(column: 0 | 1, row: 0 | 1) => Tile> {
  const canvas = await page.$('#volumes');
  const { width, height, data, channels } = decode(await canvas!.screenshot());
  return (column, row) => {
    const [tileWidth, tileHeight] = [width * 0.499, height * 0.499];
    const [left, top] = [column * 0.501 * width, row * 0.501 * height];
    const pixels: Tile['pixels'][number][] = [];
    for (let y = Math.ceil(top); y < top + tileHeight; y++)
      for (let x = Math.ceil(left); x < left + tileWidth; x++) {
        const i = channels * (y * width + x);
        pixels.push({ x: x - left, y: y - top, rgb: [data[i], data[i + 1], data[i + 2]] });
      }
    return { width: tileWidth, height: tileHeight, pixels };
  };
}
