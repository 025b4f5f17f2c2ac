import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Decision, parseReview } from '../../../src/records/review.ts';
import { type ReviewServer, startReview } from '../../../src/review/server.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import { type MadeCohort, maskOf, shaOf } from '../../support/made-cohort.ts';
import {
  hasText,
  newWindow,
  openViewer,
  readout,
  shown,
  textOf,
  type Viewer,
  viewerUrl,
} from '../../support/opened-viewer.ts';
import { CENTRE, huAt, writePhantoms } from '../../support/phantom-review.ts';

const FATES = { ok: ['P1', 'P2 100 % #ü', 'P3'], excluded: ['X1'], absent: ['Z1'] };

describe.skipIf(!hasBrowser)('decisions in the viewer', () => {
  let browser: Browser;
  let cohort: MadeCohort;
  let server: ReviewServer;
  let viewer: Viewer;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    cohort = await writePhantoms(FATES);
    server = await startReview({ ...cohort, reviewer: 'R. Eader', port: 0 });
    viewer = await openViewer(browser, server, 'P1');
    page = viewer.page;
  });
  afterEach(async () => {
    await page.close({ runBeforeUnload: false });
    await server.close();
  });

  const rows = (): Decision[] => parseReview('review.csv', readFileSync(cohort.review));

  test('a cohort is decided by keys alone, and review.csv holds exactly that', async () => {
    await page.keyboard.press('a');
    await hasText(page, '#patient', 'P2 100 % #ü');
    await shown(page);
    expect((await readout(page)).hu).toBe(String(huAt(CENTRE, 1)));
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('2');
    await page.keyboard.type('lower part, "n x a"');
    await page.keyboard.press('Enter');
    await hasText(page, '#patient', 'P3');
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
    expect(await textOf(page, '#progress')).toBe('2 of 4 decided');

    await page.reload();
    await shown(page);
    expect(await textOf(page, '#progress')).toBe('2 of 4 decided');
    await page.keyboard.press('p');
    await hasText(page, '#standing', 'a part of the tumour is not in the mask');
    expect(await textOf(page, '#standing')).toMatch(/^Excluded.*lower part, "n x a".*R\. Eader/);

    await page.keyboard.press('j');
    await hasText(page, '#patient', 'P3');
    await shown(page);
    await page.keyboard.press('a');
    await hasText(page, '#patient', 'X1');
    await page.keyboard.press('u');
    await hasText(page, '#patient', 'P3');
    await hasText(page, '#standing', 'Undecided');
    expect(rows().map(({ patient_id }) => patient_id)).toEqual(FATES.ok.slice(0, 2));
    expect(viewer.faults).toEqual([]);
  });

  test('nobody is excluded while the decision on the patient shown is on its way', async () => {
    await page.setRequestInterception(true);
    const late: (() => Promise<void>)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') late.push(() => request.continue());
      else void request.continue();
    });
    await page.keyboard.press('a');
    await page.keyboard.press('x');
    expect(await page.$('#exclusion[open]')).toBeNull();
    await Promise.all(late.map((answer) => answer()));
    await hasText(page, '#patient', FATES.ok[1]);
    await hasText(page, '#last', 'P1 accepted');
    await shown(page);
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    expect(await textOf(page, '#exclusion-title')).toBe(`Exclude ${FATES.ok[1]}`);
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept' }]);
  });

  test('letters go where they are written, and a reviewer’s name stays with the window', async () => {
    await page.click('#reviewer', { count: 3 });
    await page.keyboard.type('A. Next Pax');
    await page.keyboard.press('Enter');
    expect(await textOf(page, '#patient')).toBe('P1');
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#exclusion:not([open])');
    expect(await textOf(page, '#standing')).toBe('Undecided');
    await page.reload();
    await shown(page);
    await page.keyboard.press('a');
    await hasText(page, '#patient', FATES.ok[1]);
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept', reviewer: 'A. Next Pax' }]);
  });

  test('two windows: each hears of the other, and neither overwrites what it has not seen', async () => {
    const { page: deaf } = await newWindow(browser);
    await deaf.evaluateOnNewDocument(() => {
      Object.assign(window, { EventSource: EventTarget });
    });
    await deaf.goto(viewerUrl(server, 'P1'));
    await shown(deaf);
    await deaf.keyboard.press('a');
    await hasText(deaf, '#patient', FATES.ok[1]);
    await hasText(page, '#standing', 'Accepted');
    await hasText(page, '#standing', 'another window');

    await page.bringToFront();
    await page.keyboard.press('x');
    await page.waitForSelector('#exclusion[open]');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await hasText(page, '#patient', FATES.ok[1]);
    const written = rows();
    expect(written).toMatchObject([{ patient_id: 'P1', decision: 'exclude', reason: 'mask-beside-tumour' }]);

    await deaf.bringToFront();
    await deaf.keyboard.press('p');
    await hasText(deaf, '#standing', 'Accepted');
    await shown(deaf);
    await deaf.keyboard.press('x');
    await deaf.waitForSelector('#exclusion[open]');
    await deaf.keyboard.press('2');
    await deaf.keyboard.press('Enter');
    await hasText(deaf, '#standing', 'Nothing was written');
    expect(await textOf(deaf, '#patient')).toBe('P1');
    expect(await textOf(deaf, '#standing')).toMatch(/Meanwhile another decision.*Excluded.*R\. Eader/);
    expect(rows()).toEqual(written);
    await deaf.close();
  });

  test('a decision that cannot be written is told, kept on the screen, and written when it can be', async () => {
    await page.setRequestInterception(true);
    let away = true;
    page.on('request', (request) => {
      if (away && request.method() === 'PUT') return request.abort();
      return request.continue();
    });
    await page.keyboard.press('a');
    await hasText(page, '#notices', 'Not saved: P1');
    await hasText(page, '#standing', 'Not saved');
    expect(await textOf(page, '#standing')).toContain('Accepted');
    await page.keyboard.press('n');
    await hasText(page, '#patient', FATES.ok[1]);
    expect(await textOf(page, '#notices')).toContain('Not saved: P1');
    away = false;
    await page.click('#notices button');
    await page.waitForFunction(() => document.querySelector('#notices')!.textContent === '');
    expect(rows()).toMatchObject([{ patient_id: 'P1', decision: 'accept' }]);
  });
});
