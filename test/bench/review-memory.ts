import type { Browser, Page } from 'puppeteer-core';
import { launchBrowser } from '../support/browser.ts';
import { startCli } from '../support/cli.ts';
import type { ManyPatients } from './many-patients.ts';
import { spreadOf } from './median.ts';
import { commandLineOf, processesFrom, residentBytes } from './process-tree.ts';

/** Resident memory of processes after so many volumes: medians of the last few looks. */
export interface Held {
  readonly name: string;
  readonly after: readonly { readonly volumes: number; readonly bytes: number }[];
}

const LOOKS = 9;

/** For one ROI, where others have the cores. */
const PATIENCE_MS = 120_000;

/** After how many volumes: the first ones warm a process up. */
const marksOf = (volumes: number): number[] =>
  [10, 100, 200].filter((mark) => mark < volumes).concat(volumes);

const heldOf = (name: string, bytes: readonly number[]): Held => ({
  name,
  after: marksOf(bytes.length).map((mark) => ({
    volumes: mark,
    bytes: spreadOf(bytes.slice(Math.max(0, mark - LOOKS), mark)).median,
  })),
});

/** The built command line as a process of its own, until the work is done. */
async function withReview<T>(
  { out }: ManyPatients,
  work: (url: string, pid: number) => Promise<T>,
): Promise<T> {
  const { child, ended } = startCli(['review', out]);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout!.on('data', (text: string) => {
        said += text;
        const found = /http:\/\/127\.\S+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
      void ended.then(({ stderr }) => reject(new Error(`swinprep review has ended: ${stderr}`)));
    });
    return await work(url, child.pid!);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** Of the server, while the whole CT of so many patients is downloaded, one after the other. */
export function serverMemory(cohort: ManyPatients, volumes: number): Promise<Held[]> {
  return withReview(cohort, async (url, pid) => {
    const bytes: number[] = [];
    for (const id of cohort.ids.slice(0, volumes)) {
      const { ok, body } = await fetch(`${url}volumes/interim/${id}/ct.nii.gz`);
      if (!ok || body === null) throw new Error(`the CT of ${id} is not served`);
      for await (const _ of body);
      bytes.push(residentBytes(pid));
    }
    return [heldOf('server', bytes)];
  });
}

/** Chromium's processes of a type, together. */
const bytesOfType = (browser: Browser, type: string): number =>
  processesFrom(browser.process()!.pid!)
    .filter((pid) => commandLineOf(pid).includes(`--type=${type}`))
    .reduce((sum, pid) => sum + residentBytes(pid), 0);

const PROCESSES = { renderer: 'renderer', GPU: 'gpu-process' } as const;

/** Of the browser's processes, while the viewer goes from ROI to ROI. */
export function viewerMemory(cohort: ManyPatients, volumes: number): Promise<Held[]> {
  return withReview(cohort, async (url) => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      // Small, since the cores compute every pixel of the 3-D picture: what is held hangs on the volumes.
      await page.setViewport({ width: 640, height: 480 });
      await page.goto(`${url}viewer#${cohort.ids[0]}`);
      const bytes = { renderer: [] as number[], GPU: [] as number[] };
      for (const id of cohort.ids.slice(0, volumes)) {
        // Not by the key for the next patient, who may have no ROI.
        await page.evaluate(`location.hash = '${id}'`);
        await shown(page, id);
        for (const name of ['renderer', 'GPU'] as const)
          bytes[name].push(bytesOfType(browser, PROCESSES[name]));
      }
      return Object.entries(bytes).map(([name, all]) => heldOf(name, all));
    } finally {
      await browser.close();
    }
  });
}

/** When the ROI of a patient is on the screen. */
async function shown(page: Page, id: string): Promise<void> {
  await page.waitForFunction(
    `document.getElementById('patient').textContent === '${id}' && document.getElementById('frame').dataset.state !== 'loading'`,
    { timeout: PATIENCE_MS },
  );
  const [state, said] = (await page.evaluate(
    `[document.getElementById('frame').dataset.state, document.getElementById('loading').textContent]`,
  )) as [string, string];
  if (state !== 'shown') throw new Error(`the ROI of ${id} is not shown: ${said}`);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}
