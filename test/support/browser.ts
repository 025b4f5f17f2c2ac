import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';

/** Where Debian and others install Chromium, or `SWINPREP_CHROMIUM`. */
const PLACES = [
  process.env.SWINPREP_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const chromium = PLACES.find((place) => place !== '' && existsSync(place));

export const hasBrowser = chromium !== undefined;

if (!hasBrowser)
  process.stderr.write('no Chromium here (SWINPREP_CHROMIUM): the tests in a browser are skipped\n');

/** A headless Chromium whose WebGL is computed in software. */
export function launchBrowser(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: chromium!,
    // Of root, as in containers, Chromium asks for no sandbox.
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-dev-shm-usage',
    ],
  });
}
