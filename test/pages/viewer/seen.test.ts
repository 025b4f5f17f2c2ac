import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Browser, HTTPRequest, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeJson } from '../../../src/records/json.ts';
import { type Decision, parseReview } from '../../../src/records/review.ts';
import { type ReviewServer, startReview } from '../../../src/review/server.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import { type MadeCohort, madeCase } from '../../support/made-cohort.ts';
import { writePhantoms } from '../../support/phantom-review.ts';
import { decide, wished } from '../../support/review-windows.ts';

const LONG = 'L'.repeat(200);

describe.skipIf(!hasBrowser)('decisions are on what was seen, and', () => {
  let browser: Browser;
  let cohort: MadeCohort;
  let server: ReviewServer;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    cohort = await writePhantoms({ ok: ['P1', 'P2', LONG] });
    server = await startReview({ ...cohort, reviewer: '', port: 0 });
    page = await browser.newPage();
    await page.setViewport({ width: 900, height: 460 });
  });
  afterEach(async () => {
    await page.close({ runBeforeUnload: false });
    await server.close();
  });

  const state = (wanted: string) => page.waitForSelector(`#frame[data-state="${wanted}"]`);
  const hasText = (selector: string, text: string) =>
    page.waitForFunction(
      (where, what) => document.querySelector(where)?.textContent?.includes(what),
      {},
      selector,
      text,
    );
  async function open(patient: string, wanted = 'shown'): Promise<void> {
    await page.goto(`${server.url}viewer#${encodeURIComponent(patient)}`);
    await state(wanted);
  }
  const isPossible = (action: string): Promise<boolean> =>
    page.$eval(`#decide [data-action="${action}"]`, (button) => !(button as HTMLButtonElement).disabled);
  const rows = async (): Promise<Decision[]> =>
    (await server.decided()) === 0 ? [] : parseReview('review.csv', readFileSync(cohort.review));

  /** Holds back the answer to what `isHeld` names, until it is called. */
  async function holdBack(isHeld: (request: HTTPRequest) => boolean): Promise<() => void> {
    const held: HTTPRequest[] = [];
    await page.setRequestInterception(true);
    let holds = true;
    page.on('request', (request) => {
      if (holds && isHeld(request)) held.push(request);
      else void request.continue();
    });
    return () => {
      holds = false;
      for (const request of held) void request.continue();
    };
  }

  test('wait for the images, so that a key pressed twice decides on nobody unseen', async () => {
    const release = await holdBack((request) => request.url().includes('/roi/P2/'));
    await open('P1');
    await page.keyboard.press('a');
    await hasText('#patient', 'P2');
    await page.keyboard.press('a');
    await page.keyboard.press('x');
    expect(await page.$('#exclusion[open]')).toBeNull();
    expect([await isPossible('accept'), await isPossible('exclude')]).toEqual([false, false]);
    release();
    await state('shown');
    await page.waitForSelector('#decide [data-action="accept"]:enabled');
    expect((await rows()).map(({ patient_id }) => patient_id)).toEqual(['P1']);
  });

  test('a key that is held, or Enter on a button, decides once', async () => {
    await open('P1');
    await page.keyboard.down('a');
    await hasText('#patient', 'P2');
    await state('shown');
    await page.keyboard.down('a');
    await page.keyboard.up('a');
    await page.focus('#decide [data-action="accept"]');
    await page.keyboard.down('Enter');
    await hasText('#patient', LONG);
    await state('shown');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await page.keyboard.press('t');
    expect((await rows()).map(({ patient_id }) => patient_id)).toEqual(['P1', 'P2']);
  });

  test('whose images are damaged can be left out, not accepted', async () => {
    const file = join(cohort.roi, 'P1', 'ct_roi_hu.nii.gz');
    writeFileSync(file, gzipSync(gunzipSync(readFileSync(file)).subarray(0, 1000)));
    await open('P1', 'fault');
    await hasText('#loading', 'ct_roi_hu.nii.gz ends early');
    expect([await isPossible('accept'), await isPossible('exclude')]).toEqual([false, true]);
    // The whole CT can be looked at.
    await page.keyboard.press('r');
    await state('shown');
    await page.waitForSelector('#decide [data-action="accept"]:enabled');
  });

  test('replace what stood there when the reviewer began, and not what another window decided meanwhile', async () => {
    await open('P1');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    const other = await decide(server.url, 'P1', {
      decision: wished('P1', { reviewer: 'Other' }),
      replaces: null,
    });
    expect(other.status).toBe(200);
    await hasText('#standing', 'Other');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await hasText('#standing', 'Nothing was written');
    expect(await rows()).toEqual([other.value]);
  });

  test('are on the patient whom the dialog names, wherever the page has turned since', async () => {
    await open('P1');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.evaluate(() => {
      location.hash = '#P2';
    });
    await hasText('#patient', 'P2');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#progress')!.textContent!.startsWith('1 of'));
    expect(await rows()).toMatchObject([{ patient_id: 'P1', decision: 'exclude' }]);
  });

  test('an exclusion is decided by the key that confirms it, before any that comes after', async () => {
    await open('P1');
    await page.keyboard.press('x');
    await page.keyboard.press('2');
    await page.$eval('#comment', async (comment) => {
      const press = (key: string, target: Element) =>
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      press('Enter', comment);
      // As between two keys: promises go on, no further event comes.
      for (let i = 0; i < 20; i++) await null;
      press('a', document.body);
    });
    await hasText('#patient', 'P2');
    expect(await rows()).toMatchObject([
      { patient_id: 'P1', decision: 'exclude', reason: 'mask-incomplete' },
    ]);
  });

  test('a mask that is exchanged meanwhile is shown anew before it can be accepted', async () => {
    await open('P1');
    await page.keyboard.press('a');
    await hasText('#patient', 'P2');
    await page.keyboard.press('p');
    await state('shown');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await hasText('#patient', 'P2');
    await page.keyboard.press('p');
    await state('shown');
    const record = madeCase('P1', new TextEncoder().encode('another mask'));
    writeFileSync(join(cohort.interim, 'P1', 'case.json'), encodeJson(record));
    const release = await holdBack((request) => request.url().includes('/volumes/'));
    // To the decision on the mask of before, which is refused.
    await page.keyboard.press('u');
    await state('loading');
    await hasText('#standing', 'mask is another one');
    expect(await isPossible('accept')).toBe(false);
    release();
    await state('shown');
    await page.waitForSelector('#decide [data-action="accept"]:enabled');
    await page.keyboard.press('a');
    await hasText('#patient', 'P2');
    expect(await rows()).toMatchObject([{ decision: 'accept', mask_sha256: record.tumor.sha256 }]);
  });

  test('that could not be written are written with the next one that can', async () => {
    await page.setRequestInterception(true);
    let refused = 0;
    page.on('request', (request) => {
      if (request.method() === 'PUT' && refused++ === 0) void request.abort();
      else void request.continue();
    });
    await open('P1');
    await page.keyboard.press('a');
    await hasText('#notices', 'Not saved: P1');
    await page.keyboard.press('n');
    await hasText('#patient', 'P2');
    await page.waitForSelector('#decide [data-action="accept"]:enabled');
    await page.keyboard.press('a');
    await page.waitForFunction(() => document.querySelector('#progress')!.textContent!.startsWith('2 of'));
    expect((await rows()).map(({ patient_id }) => patient_id)).toEqual(['P1', 'P2']);
    expect(await page.$eval('#notices', (notices) => notices.textContent)).toBe('');
  });

  test('a name of two hundred letters leaves page and dialog as wide as they are', async () => {
    await open(LONG);
    const tooWide = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await tooWide()).toBe(0);
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    expect(await page.$eval('#exclusion', (dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
    expect(await tooWide()).toBe(0);
  });
});
