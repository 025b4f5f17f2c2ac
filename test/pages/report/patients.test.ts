import { decode } from 'fast-png';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManifestOutput } from '../../../src/records/manifest.ts';
import { hasBrowser, launchBrowser } from '../../support/browser.ts';
import { madeReport } from '../../support/made-report.ts';
import { openReport, press, tileColor, writtenReport } from '../../support/opened-report.ts';

const data = madeReport(70);
const { outputs } = data.manifest;
const everybody = [...outputs, ...data.failures].map(({ patient_id }) => patient_id).sort();

/** The names in the table from the top down, when all of them are there. */
async function names(page: Page): Promise<string[]> {
  await page.waitForFunction(
    () =>
      document.querySelectorAll('.patients > tbody > tr:not(.details-row)').length ===
      Number.parseInt(document.querySelector('#patients .count')!.textContent, 10),
  );
  return page.$$eval('button.patient', (buttons) => buttons.map((button) => button.textContent));
}

const idsOf = (wanted: (output: ManifestOutput) => boolean): string[] =>
  outputs.filter(wanted).map(({ patient_id }) => patient_id);

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement!.textContent);

describe.skipIf(!hasBrowser)('the table of patients', () => {
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    url = `file://${await writtenReport(data)}`;
  });
  afterAll(() => browser.close());

  test('has everybody, also those who are left out', async () => {
    const { page } = await openReport(browser, url);
    expect(await names(page)).toEqual(everybody);
    await page.close();
  });

  test('filters by text, flag, split and stage, says how many, and keeps it in the URL', async () => {
    const { page } = await openReport(browser, url);
    await page.type('input[type=search]', 'Siemens');
    const ofMaker = idsOf(({ acquisition }) => acquisition.manufacturer === 'SIEMENS');
    expect(await names(page)).toEqual(ofMaker);
    expect(await page.$eval('#patients .count', (count) => count.textContent)).toBe(
      `${ofMaker.length} of 70 patients`,
    );
    const [state, stage, finding] = (await page.$$('#patients select')).slice(0, 3);
    await state.select('train');
    await stage.select('=II');
    await finding.select('flag:slices');
    const wanted = (output: ManifestOutput): boolean =>
      output.split === 'train' && output.stage === 'II' && output.flags.some(({ code }) => code === 'slices');
    await page.$eval('input[type=search]', (input) => {
      (input as HTMLInputElement).value = '';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(idsOf(wanted)).not.toEqual([]);
    expect(await names(page)).toEqual(idsOf(wanted));

    const again = await openReport(browser, page.url());
    expect(await names(again.page)).toEqual(idsOf(wanted));
    expect(await again.page.$$eval('#patients select', (all) => all.map((one) => one.value))).toEqual([
      'train',
      '=II',
      'flag:slices',
      '',
    ]);
    await press(again.page, 'button[type=reset]');
    expect(await names(again.page)).toEqual(everybody);
    await again.page.close();
    await page.close();
  });

  test('finds those left out by what is said of them', async () => {
    const { page } = await openReport(browser, `${url}#q=stage-unknown`);
    const unknown = data.failures.filter(({ code }) => code === 'stage-unknown');
    expect(await names(page)).toEqual(unknown.map(({ patient_id }) => patient_id));
    await page.close();
  });

  test('tells seen flags from those that nobody has seen', async () => {
    const { page } = await openReport(browser, `${url}#finding=unseen`);
    expect(await names(page)).toEqual(idsOf(({ flags }) => flags.some(({ seen }) => seen !== true)));
    await press(page, 'button[type=reset]');
    await names(page);
    const seen = outputs.flatMap(({ flags }) => flags.filter((flag) => flag.seen === true));
    expect(await page.$$eval('.flags .seen', (all) => all.length)).toBe(seen.length);
    await page.close();
  });

  test('sorts by each column both ways, with those last of whom it says nothing', async () => {
    const { page } = await openReport(browser, url);
    const keys = await page.$$eval('.patients thead th:has(button)', (heads) =>
      heads.map((head) => (head as HTMLElement).dataset.column!),
    );
    expect(keys).toEqual([
      'patient',
      'state',
      'stage',
      'volume',
      'size',
      'spacing',
      'slices',
      'dice',
      'flags',
      'reason',
    ]);
    const volumeOf = new Map(outputs.map((output) => [output.patient_id, output.tumor_volume_ml]));
    const byVolume = [...volumeOf].sort(([, a], [, b]) => a - b).map(([id]) => id);
    const leftOut = everybody.filter((id) => !volumeOf.has(id));
    await press(page, 'th[data-column=volume] button');
    expect(await names(page)).toEqual([...byVolume, ...leftOut]);
    expect(await page.$eval('th[data-column=volume]', (head) => head.ariaSort)).toBe('ascending');
    await press(page, 'th[data-column=volume] button');
    expect(await names(page)).toEqual([...byVolume.reverse(), ...leftOut]);
    expect(await page.$eval('th[data-column=volume]', (head) => head.ariaSort)).toBe('descending');
    for (const key of keys.filter((one) => one !== 'volume')) {
      await press(page, `th[data-column=${key}] button`);
      expect((await names(page)).toSorted()).toEqual(everybody);
      expect(
        await page.$$eval('[aria-sort]', (heads) => heads.map((h) => (h as HTMLElement).dataset.column)),
      ).toEqual([key]);
    }
    await page.close();
  });

  test('opens all that is known of a patient, also from a link', async () => {
    const output = outputs.find(({ flags }) => flags.length > 1)!;
    const { page } = await openReport(browser, `${url}#patient=${output.patient_id}`);
    const details = await page.$eval('.details', (found) => (found as HTMLElement).innerText);
    for (const text of [
      output.mask_sha256,
      `${output.tumor_volume_ml.toFixed(2)} ml`,
      output.acquisition.manufacturer,
      ...output.flags.map(({ message }) => message),
      output.paths.ct_roi_norm,
    ])
      expect(details).toContain(text);
    expect(await focused(page)).toBe(output.patient_id);
    await page.keyboard.press('Enter');
    expect(await page.$('.details')).toBeNull();
    await page.close();
  });

  test('is used by keys alone', async () => {
    const { page } = await openReport(browser, url);
    await page.keyboard.press('/');
    await page.keyboard.type('made-003');
    expect(await names(page)).toEqual(everybody.filter((id) => id.startsWith('MADE-003')));
    do await page.keyboard.press('Tab');
    while (!(await page.evaluate(() => document.activeElement!.matches('button.patient'))));
    expect(await focused(page)).toBe('MADE-0030');
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('MADE-0031');
    await page.keyboard.press('Enter');
    expect(await page.$eval('button.patient[aria-expanded=true]', (button) => button.textContent)).toBe(
      'MADE-0031',
    );
    expect(await page.$eval('.details-row', (row) => row.previousElementSibling!.textContent)).toContain(
      'MADE-0031',
    );
    await page.keyboard.press('?');
    expect(await page.$eval('dialog', (dialog) => dialog.open)).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.$eval('dialog', (dialog) => dialog.open)).toBe(false);
    expect(await focused(page)).toBe('MADE-0031');
    await page.close();
  });

  test('makes pictures only of those in sight, each of its own patient', async () => {
    const { page } = await openReport(browser, url);
    await names(page);
    expect(await page.$$eval('.patients img', (images) => images.length)).toBeLessThan(40);
    const last = outputs[outputs.length - 1].patient_id;
    await page.$$eval('.patients > tbody > tr', (rows) => rows[rows.length - 2].scrollIntoView());
    const image = await page.waitForSelector(`img[alt*="${last}"]`);
    await page.waitForFunction((one) => (one as HTMLImageElement).complete, {}, image);
    expect(await page.$$eval('.patients img', (images) => images.length)).toBeLessThan(80);
    const color = tileColor(outputs.length - 1);
    // An image that is complete is painted a little later.
    const difference = async (): Promise<number> => {
      const { data: pixels, width, height, channels } = decode(await image!.screenshot());
      const middle = channels * ((height >> 1) * width + (width >> 1));
      return Math.max(...[0, 1, 2].map((i) => Math.abs(pixels[middle + i] - color[i])));
    };
    await expect.poll(difference, { timeout: 20_000 }).toBeLessThan(8);
    await page.close();
  });

  test('gives the distributions the patients that it shows', async () => {
    const { page } = await openReport(browser, `${url}#state=test&q=philips`);
    const volumes = outputs
      .filter(({ split, acquisition }) => split === 'test' && acquisition.manufacturer === 'Philips')
      .map(({ tumor_volume_ml }) => tumor_volume_ml);
    const first = '#distributions figure:first-of-type';
    await page.$eval(first, (figure) => figure.scrollIntoView());
    await page.waitForSelector(`${first} svg.plot`);
    await press(page, `${first} summary`);
    const row = await page.$$eval(`${first} .numbers tbody tr:first-child > *`, (cells) =>
      cells.slice(0, 3).map((cell) => cell.textContent),
    );
    expect(row).toEqual(['test', String(volumes.length), Math.min(...volumes).toFixed(1)]);
    expect(await page.$eval(`${first} svg.plot`, (plot) => plot.ariaLabel)).toContain(
      'tumour volume in ml: test median',
    );
    await page.close();
  });

  test('draws every Dice, also that of the mask itself', async () => {
    const dice = data.map_back!.patients.flatMap((patient) =>
      patient.state === 'ok' ? (patient.compared?.dice ?? []) : [],
    );
    expect(dice).toContain(1);
    const { page } = await openReport(browser, url);
    await page.$eval('figure:last-child', (figure) => figure.scrollIntoView());
    await page.waitForSelector('figure:last-child svg.plot');
    const drawn = await page.$eval('figure:last-child svg.plot', (plot) =>
      [...plot.querySelectorAll('rect')]
        .filter((bar) => Number(bar.getAttribute('width')) > 1)
        .map((bar) => Number(/: (\d+)$/.exec(bar.textContent)?.[1] ?? 0)),
    );
    expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(dice.length);
    await page.close();
  });

  test('is led to by flags, reasons and changes', async () => {
    const { page } = await openReport(browser, url);
    /** Follows the link of a section with that text; the names in the table then. */
    const follow = async (section: string, text: string): Promise<string[]> => {
      await page.$$eval(
        `#${section} a`,
        (links, wanted) => links.find((link) => link.textContent === wanted)!.click(),
        text,
      );
      return names(page);
    };
    expect(await follow('flags', 'slices')).toEqual(
      idsOf(({ flags }) => flags.some(({ code }) => code === 'slices')),
    );
    expect(await follow('reasons', 'stage-unknown')).toEqual(
      data.failures.filter(({ code }) => code === 'stage-unknown').map(({ patient_id }) => patient_id),
    );
    expect(await follow('changes', 'added')).toEqual(
      data.roi_changes.added.map(({ patient_id }) => patient_id),
    );
    await page.$$eval('#changes summary', (all) => all[0].click());
    await page.waitForSelector('#changes details table');
    const [changed] = data.roi_changes.changed;
    expect(await follow('changes', changed.patient_id)).toEqual(everybody);
    expect(await page.$eval('.details', (details) => details.textContent)).toContain(
      'other constants of the data set',
    );
    await page.goBack();
    await page.waitForFunction(() => location.hash === '#change=added');
    expect(await names(page)).toEqual(data.roi_changes.added.map(({ patient_id }) => patient_id));
    await page.close();
  });

  test('says that there is nothing to compare with', async () => {
    const first = { ...data, roi_changes: { ...data.roi_changes, previous: null } };
    const { page } = await openReport(browser, `file://${await writtenReport(first)}`);
    expect(await page.$eval('#changes', (section) => section.textContent)).toContain(
      'nothing to compare with',
    );
    await page.close();
  });
});
