import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCanvas, encodePng } from '../../../src/picture/canvas.ts';
import { type Decision, REVIEW_REASONS } from '../../../src/records/review.ts';
import { reportPage } from '../../../src/report/page.ts';
import type { DecisionChange, ReviewPatient } from '../../../src/review/api.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import { madeReport } from '../../support/made-report.ts';
import { openReport, press } from '../../support/opened-report.ts';

const data = {
  ...madeReport(60),
  pictures: null,
  review: { reviewer: 'a reader', reasons: REVIEW_REASONS },
};
const { outputs } = data.manifest;
const [first, second, third] = outputs.map(({ patient_id }) => patient_id);

const maskOf = new Map(outputs.map((output) => [output.patient_id, output.mask_sha256]));

const decision = (patient_id: string, excluded: boolean): Decision => ({
  patient_id,
  decision: excluded ? 'exclude' : 'accept',
  reason: excluded ? 'mask-too-large' : null,
  comment: 'seen <b>twice</b>',
  reviewer: 'a reader',
  decided_utc: '2026-11-29T08:15:00Z',
  mask_sha256: maskOf.get(patient_id)!,
  flags: [],
});

/** What `src/review/api.ts` asks of a server, as far as the report needs it. */
class ReviewServer {
  readonly requests: string[] = [];
  readonly decisions = new Map<string, Decision>([[first, decision(first, false)]]);
  /** A patient whose ROI is of another mask. */
  outdated = '';
  readonly #windows = new Set<ServerResponse>();
  readonly #server: Server = createServer((request, response) => {
    const [, token, ...place] = request.url!.split('/');
    const path = place.join('/');
    this.requests.push(path);
    if (token !== 'TOKEN') response.writeHead(404).end();
    else if (path === '') response.setHeader('content-type', 'text/html').end(reportPage(data));
    else if (path === 'patients')
      response.setHeader('content-type', 'application/json').end(this.#patients());
    else if (path.startsWith('pictures/')) response.end(encodePng(createCanvas(970, 378)));
    else if (path === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      this.#windows.add(response);
    } else if (path === 'viewer') response.end('the viewer');
    else response.writeHead(404).end();
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/TOKEN/`;
  }

  decide(patient_id: string, made: Decision | null): void {
    if (made === null) this.decisions.delete(patient_id);
    else this.decisions.set(patient_id, made);
    const change: DecisionChange = { patient_id, decision: made };
    for (const window of this.#windows) window.write(`data: ${JSON.stringify(change)}\n\n`);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #patients(): string {
    const patients = outputs.map(
      (output): ReviewPatient => ({
        patient_id: output.patient_id,
        output,
        failure: null,
        mask_sha256: output.mask_sha256,
        roi_outdated: output.patient_id === this.outdated,
        roi: null,
        ct: null,
        decision: this.decisions.get(output.patient_id) ?? null,
      }),
    );
    return JSON.stringify(patients);
  }
}

const decisionShown = (page: Page, patient: string): Promise<string> =>
  page.$$eval(
    '.patients > tbody > tr',
    (rows, id) =>
      rows.find((row) => row.querySelector('button.patient')?.textContent === id)!.querySelector('.decision')!
        .textContent,
    patient,
  );

const progress = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => document.querySelector('.progress')!.textContent.includes(wanted),
    {},
    text,
  );

describe.skipIf(!hasBrowser)('the report in a review', () => {
  let browser: Browser;
  let server: ReviewServer;
  let url: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    server = new ReviewServer();
    url = await server.start();
  });
  afterAll(async () => {
    await browser.close();
    server.stop();
  });

  test('shows what is decided, at once when another window decides, and how many are', async () => {
    const { page, noise } = await openReport(browser, url);
    await progress(page, '1 of 54 patients decided');
    expect(await decisionShown(page, first)).toBe('accepted');
    expect(await decisionShown(page, second)).toBe('undecided');
    server.decide(second, decision(second, true));
    await progress(page, '2 of 54 patients decided');
    expect(await decisionShown(page, second)).toBe(`excluded: ${REVIEW_REASONS['mask-too-large']}`);
    server.decide(second, null);
    await progress(page, '1 of 54 patients decided');
    expect(await decisionShown(page, second)).toBe('undecided');
    expect(noise).toEqual([]);
    await page.close();
  });

  test('filters by decision, and keeps to it when decisions come in', async () => {
    const { page } = await openReport(browser, `${url}#decision=accept`);
    await progress(page, '1 of 54');
    const shown = (): Promise<(string | null)[]> =>
      page.$$eval('button.patient', (buttons) => buttons.map((button) => button.textContent));
    expect(await shown()).toEqual([first]);
    server.decide(third, decision(third, false));
    await progress(page, '2 of 54');
    expect(await shown()).toEqual([first, third]);
    server.decide(third, null);
    await progress(page, '1 of 54');
    expect(await shown()).toEqual([first]);
    await page.close();
  });

  test('leads to the viewer, and asks the server for pictures in sight only', async () => {
    server.requests.length = 0;
    const { page } = await openReport(browser, url);
    await progress(page, '1 of 54');
    await page.$eval('.patients', (table) => table.scrollIntoView());
    await page.waitForSelector(`img[src="pictures/${first}"]`);
    const asked = server.requests.filter((path) => path.startsWith('pictures/'));
    expect(asked).toContain(`pictures/${first}`);
    expect(asked.length).toBeLessThan(40);
    expect(await page.$eval('.patients tbody a', (link) => (link as HTMLAnchorElement).href)).toBe(
      `${url}viewer#${first}`,
    );
    await press(page, 'button.patient');
    expect(await page.$eval('.details', (details) => details.textContent)).toContain('seen <b>twice</b>');
    await page.close();
  });

  test('tells a decision on another mask, and an ROI of another mask', async () => {
    const own = new ReviewServer();
    own.decisions.set(second, { ...decision(second, false), mask_sha256: 'f'.repeat(64) });
    own.outdated = second;
    const { page } = await openReport(browser, `${await own.start()}#patient=${second}`);
    await progress(page, '1 of 54 patients decided, 1 stale');
    expect(await decisionShown(page, second)).toContain('stale');
    await page.waitForFunction(() =>
      document.querySelector('.details')!.textContent.includes('of another mask'),
    );
    own.stop();
    await page.close();
  });

  test('goes to the viewer by a key: at the first who is undecided, or at the patient in whose row it is pressed', async () => {
    const { page } = await openReport(browser, url);
    await progress(page, '1 of 54');
    const goes = async (): Promise<string> => {
      await Promise.all([page.waitForNavigation(), page.keyboard.press('v')]);
      return page.url();
    };
    expect(await goes()).toBe(`${url}viewer`);
    await page.goto(`${url}#patient=${second}`);
    await progress(page, '1 of 54');
    await page.waitForFunction(() => document.activeElement!.matches('button.patient'));
    expect(await goes()).toBe(`${url}viewer#${second}`);
    await page.close();
  });

  test('says so when the server is gone', async () => {
    const own = new ReviewServer();
    const { page } = await openReport(browser, await own.start());
    await progress(page, '1 of 54');
    own.stop();
    await progress(page, 'does not answer');
    await page.close();
  });
});
