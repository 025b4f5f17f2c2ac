import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { createCanvas, fillRect, type Rgb } from '../../src/picture/canvas.ts';
import { loadJpegEncoder } from '../../src/picture/jpeg.ts';
import { reportPage } from '../../src/report/page.ts';
import type { PageData, Pictures } from '../../src/report/page-data.ts';

/** The one colour of a patient's picture, by its place among them. */
export const tileColor = (tile: number): Rgb => [(tile * 53) % 256, (tile * 97) % 256, (tile * 193) % 256];

/** Sheets of tiles of one colour each. */
async function coloredSheets({ width, height, tilesPerSheet, patients }: Pictures): Promise<Uint8Array[]> {
  const encode = await loadJpegEncoder();
  const sheets: Uint8Array[] = [];
  for (let first = 0; first < patients.length; first += tilesPerSheet) {
    const tiles = Math.min(tilesPerSheet, patients.length - first);
    const sheet = createCanvas(width, height * tiles);
    for (let i = 0; i < tiles; i++) fillRect(sheet, 0, i * height, width, height, tileColor(first + i));
    sheets.push(encode(sheet, 90));
  }
  return sheets;
}

/** Writes a report into a folder of its own; the path of the file. */
export async function writtenReport(data: PageData): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'index.html');
  writeFileSync(file, reportPage(data, data.pictures === null ? [] : await coloredSheets(data.pictures)));
  return file;
}

/** A page and what was heard of it. */
export interface Opened {
  readonly page: Page;
  /** Texts of the console, errors that nobody caught, and dialogs. */
  readonly noise: string[];
  /** URLs but those that stand for data of the page itself. */
  readonly requests: string[];
}

/** Opens a URL, and waits until the table of patients is there. */
export async function openReport(browser: Browser, url: string, width = 1400): Promise<Opened> {
  const page = await browser.newPage();
  const [noise, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  page.on('dialog', (dialog) => {
    noise.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) requests.push(request.url());
  });
  await page.setViewport({ width, height: 800 });
  await page.goto(url);
  await page.waitForSelector('.patients');
  return { page, noise, requests };
}

/** Presses a button where it stands: plots that are drawn above it may move it from under a mouse. */
export async function press(page: Page, selector: string): Promise<void> {
  await page.$eval(selector, (button) => (button as unknown as { click(): void }).click());
}
