import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageData } from '../../../src/report/page-data.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import { madeReport } from '../../support/made-report.ts';
import { openReport, writtenReport } from '../../support/opened-report.ts';

const axeSource = (): string =>
  readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Looks at each plot, for they are drawn in sight only, and then at all patients. */
async function scrollThrough(page: Page): Promise<void> {
  for (const figure of await page.$$('figure')) {
    await figure.evaluate((one) => one.scrollIntoView());
    await figure.waitForSelector('.plots > *');
  }
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      window.scrollTo(0, y);
      // What comes into sight is told before the frame after the next.
      for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    }
  });
}

/** Findings of axe, by all of its rules or some, that keep somebody from using what lies within an element. */
async function obstacles(page: Page, within: string, rules: readonly string[]): Promise<string[]> {
  return page.evaluate(
    async (where, only) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (
            where: string,
            options: { runOnly?: readonly string[] },
          ) => Promise<{
            violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
          }>;
        };
      };
      const { violations } = await axe.run(where, only.length === 0 ? {} : { runOnly: only });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    },
    within,
    rules,
  );
}

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let browser: Browser;
  let file: string;
  let small: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    small = await writtenReport(madeReport(8));
    file = await writtenReport(madeReport(60));
  });
  afterAll(() => browser.close());

  test('opens from disk, asks for nothing, and leaves the console silent', async () => {
    const { page, noise, requests } = await openReport(browser, `file://${file}`);
    await scrollThrough(page);
    await page.select('.grouping select', 'stage');
    await page.$eval('figure', (figure) => figure.scrollIntoView());
    await page.waitForSelector('svg[aria-label*="IIIa median"]');
    await page.$eval('button.patient', (button) => {
      button.click();
      button.scrollIntoView();
    });
    await page.waitForSelector('.details img');
    expect(await page.$$eval('svg.plot', (plots) => plots.length)).toBeGreaterThan(6);
    expect(noise).toEqual([]);
    expect(requests).toEqual([`file://${file}`]);
    await page.close();
  });

  test('runs in a sandboxed frame that has no origin', async () => {
    const host = join(dirname(file), 'host.html');
    const escaped = readFileSync(file, 'utf8').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    writeFileSync(
      host,
      `<iframe sandbox="allow-scripts" width="1200" height="700" srcdoc="${escaped}"></iframe>`,
    );
    const page = await browser.newPage();
    const noise: string[] = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(String(error)));
    await page.goto(`file://${host}`);
    const frame = (await (await page.waitForSelector('iframe'))!.contentFrame())!;
    await frame.waitForSelector('.patients tbody tr');
    await frame.$eval('#reasons a', (link) => link.click());
    await frame.waitForFunction(
      () => !document.querySelector('#patients .count')!.textContent.startsWith('60 of'),
    );
    await frame.$eval('button[type=reset]', (button) => button.click());
    await frame.type('input[type=search]', 'MADE-0011');
    expect(await frame.$eval('#patients .count', (count) => count.textContent)).toBe('1 of 60 patients');
    await frame.$eval('button.patient', (button) => {
      button.click();
      button.scrollIntoView();
    });
    await frame.waitForFunction(() => document.querySelector<HTMLImageElement>('.details img')?.complete);
    expect(
      await frame.$eval('.details img', (image) => (image as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    expect(noise).toEqual([]);
    await page.close();
  });

  // What is dark differs from what is light by its colours alone.
  test.each([
    ['light', []],
    ['dark', ['color-contrast']],
  ])('axe finds nothing serious in %s', async (scheme, rules) => {
    const { page } = await openReport(browser, `file://${small}`);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await scrollThrough(page);
    await page.$$eval('details', (folded) => {
      for (const one of folded) one.open = true;
    });
    await page.$$eval('button.patient', (buttons) => {
      for (const button of buttons) button.click();
    });
    await page.evaluate(axeSource());
    expect(await obstacles(page, 'html', rules)).toEqual([]);
    await page.keyboard.press('?');
    expect(await obstacles(page, 'dialog', rules)).toEqual([]);
    await page.close();
  });

  test('shows hostile texts as texts, and no wider than the window', async () => {
    const texts = {
      id: `<img src=x onerror=alert(1)>`,
      flag: `</script><script>alert(2)</script>`,
      maker: `"'><b onmouseover='alert(3)'>`,
      reason: `&lt;i&gt; <style>*{display:none}</style>`,
      long: 'x'.repeat(4000),
    };
    const cohort = madeReport(12);
    const [first, second, ...rest] = cohort.manifest.outputs;
    const data: PageData = {
      ...cohort,
      manifest: {
        ...cohort.manifest,
        outputs: [
          {
            ...first,
            patient_id: texts.id,
            stage: texts.reason,
            acquisition: { ...first.acquisition, manufacturer: texts.maker, convolution_kernel: texts.id },
            flags: [
              { code: texts.flag, message: texts.id, value: 1 },
              { code: texts.long, message: texts.long, value: 1 },
            ],
          },
          { ...second, patient_id: texts.long },
          ...rest,
        ],
      },
      failures: [
        { patient_id: texts.maker, stage: texts.id, step: 'convert', code: texts.reason, error: texts.flag },
      ],
    };
    const { page, noise } = await openReport(browser, `file://${await writtenReport(data)}`);
    await scrollThrough(page);
    await page.$$eval('button.patient', (buttons) => {
      for (const button of buttons) button.click();
    });
    await scrollThrough(page);
    const names = await page.$$eval('button.patient', (buttons) => buttons.map((b) => b.textContent));
    expect(names).toEqual(expect.arrayContaining([texts.id, texts.maker, texts.long]));
    const details = await page.$$eval('.details', (all) => all.map((one) => one.textContent).join());
    for (const text of Object.values(texts)) expect(details).toContain(text);
    expect(
      await page.$$eval(
        'body :is(b, i, style, img[src="x"], [onerror], [onmouseover])',
        (made) => made.length,
      ),
    ).toBe(0);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('prints all rows that match with their pictures, and all plots, but no controls', async () => {
    const { page } = await openReport(browser, `file://${file}#state=train`);
    const ofTrain = madeReport(60).manifest.outputs.filter(({ split }) => split === 'train').length;
    const pages = async (): Promise<number> => {
      const pdf = await page.pdf({ format: 'A4', landscape: true });
      return [
        ...Buffer.from(pdf)
          .toString('latin1')
          .matchAll(/\/Type \/Page\b/g),
      ].length;
    };
    const whole = await pages();
    expect(await page.$$eval('.patients img', (images) => images.length)).toBe(ofTrain);
    expect(await page.$$eval('.plots', (all) => all.every((plots) => plots.children.length > 0))).toBe(true);
    await page.emulateMediaType('print');
    const visible = (selector: string): Promise<number> =>
      page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
    expect(await visible('input, select, nav a, nav button, thead button, figure details')).toBe(0);
    expect(await visible('.patients > tbody > tr')).toBe(ofTrain);
    // Paper is as narrow as a window that has no columns.
    await page.setViewport({ width: 700, height: 1000 });
    const places = await page.$$eval('.patients tr', (rows) => [
      ...new Set(rows.map((row) => [...row.cells].map((cell) => Math.round(cell.offsetLeft)).join())),
    ]);
    expect(places).toHaveLength(1);
    expect(new Set(places[0].split(',')).size).toBeGreaterThan(5);
    await page.emulateMediaType('screen');
    await page.type('input[type=search]', 'MADE-0011');
    expect(await pages()).toBeLessThan(whole);
    const atOnce = await page.$eval('button[type=reset]', (button) => {
      button.click();
      window.dispatchEvent(new Event('beforeprint'));
      return document.querySelectorAll('.patients > tbody > tr').length;
    });
    expect(atOnce).toBe(60);
    await page.close();
  });
});
