import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../src/report/page.ts';
import { hasBrowser, launchBrowser } from '../support/browser.ts';
import { madeManifest } from '../support/made-manifest.ts';

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('opens from disk and asks for nothing', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'index.html');
    const html = reportPage({
      manifest: madeManifest,
      failures: [],
      roi_changes: {
        swinprep_version: '0.1.0',
        previous: null,
        constants: { global_mu: 0, global_sigma: 1, min_box_mm: [0, 0, 0], max_box_mm: [0, 0, 0] },
        summary: {
          num_added: 0,
          num_changed: 0,
          num_changed_by_constants: 0,
          num_removed: 0,
          num_unchanged: 0,
        },
        added: [],
        changed: [],
        removed: [],
        unchanged: [],
        pruned: null,
      },
      map_back: null,
      pictures: null,
      review: null,
    });
    writeFileSync(file, html);
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    await page.waitForSelector('h1');
    expect(await page.$eval('h1', (heading) => heading.textContent)).toBe('0 patients');
    expect(requests).toEqual([`file://${file}`]);
  });
});
