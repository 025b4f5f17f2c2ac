import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Decision } from '../../src/records/review.ts';
import { type ReviewServer, startReview } from '../../src/review/server.ts';
import { hasBrowser, launchBrowser } from '../support/browser.ts';
import { temporaryFolder } from '../support/cli.ts';
import { writeCohort } from '../support/made-cohort.ts';
import { exclusion, patientsOf, wished } from '../support/review-windows.ts';

describe.skipIf(!hasBrowser)('what the review serves, in a browser', () => {
  let browser: Browser;
  let server: ReviewServer;
  beforeAll(async () => {
    const out = temporaryFolder();
    const cohort = await writeCohort(out, join(out, 'manifest'), { ok: ['A', 'B'] });
    server = await startReview({ ...cohort, reviewer: 'R. Eader', port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  async function opened(url: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    return page;
  }

  /** What a script of the page gets by a PUT. */
  const put = (page: Page, url: string, wish: object) =>
    page.evaluate(
      async (to, body) => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(to, { method: 'PUT', headers, body });
        return { status: response.status, value: (await response.json()) as unknown };
      },
      url,
      JSON.stringify(wish),
    );

  test.each(['127.0.0.1', 'localhost'])('a page of %s looks, listens and decides', async (name) => {
    const page = await opened(server.url.replace('127.0.0.1', name));
    const heard = page.evaluate(
      () =>
        new Promise((resolve) => {
          const source = new EventSource('events');
          source.onmessage = ({ data }) => resolve(JSON.parse(data));
          source.onopen = () => {
            document.title = 'listening';
          };
        }),
    );
    await page.waitForFunction('document.title === "listening"');
    const standing = (await patientsOf(server.url)).get('A')!.decision;
    const { status, value } = await put(page, 'decisions/A', {
      decision: wished('A', { ...exclusion, comment: name }),
      replaces: standing,
    });
    expect([status, (value as Decision).comment]).toEqual([200, name]);
    expect(await heard).toEqual({ patient_id: 'A', decision: value });
    const bytes = await page.evaluate(async () => (await fetch('volumes/interim/B/ct.nii.gz')).text());
    expect(bytes).toBe('CT of B');
  });

  test('a page of another site gets nothing and decides nothing, though it knows the token', async () => {
    const other: Server = createServer((_, response) => response.end('<!doctype html>')).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    await once(other, 'listening');
    const page = await opened(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const answers: number[] = [];
    page.on('response', (response) => {
      if (response.url().startsWith(server.url)) answers.push(response.status());
    });
    const before = await server.decided();
    await expect(
      put(page, `${server.url}decisions/B`, { decision: wished('B'), replaces: null }),
    ).rejects.toThrow('Failed to fetch');
    const opaque = await page.evaluate(
      async (url) => (await fetch(url, { mode: 'no-cors' }).catch(() => undefined))?.type ?? 'refused',
      `${server.url}patients`,
    );
    expect(opaque).toBe('refused');
    await page.evaluate((url) => {
      document.body.innerHTML = `<form method="post" enctype="text/plain" action="${url}decisions/B"><input name="x"></form>`;
      document.forms[0].submit();
    }, server.url);
    await page.waitForNavigation();
    expect(new Set(answers)).toEqual(new Set([403]));
    expect(await server.decided()).toBe(before);
  });
});
