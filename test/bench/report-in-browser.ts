import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { KeyInput } from 'puppeteer-core';
import { launchBrowser } from '../support/browser.ts';

/** Milliseconds of one fresh page. */
export interface PageTimes {
  readonly firstPaint: number;
  /** Until the table and its filter stand on the screen, and keys are answered. */
  readonly ready: number;
  /** From each key in the search to the painted table. */
  readonly filter: readonly number[];
  /** From the key that presses a column's heading to the painted table, of each column. */
  readonly sort: readonly number[];
}

/** What is typed, key by key: all patients are found by the first letter, a few by all of them. */
const TYPED = 'made-0007';
/** Columns, by the key in their heading. */
const SORTED = ['volume', 'flags', 'patient'];

/** Between two keys, as a person types: rows after the first ones and plots come when no more keys do. */
const REST_MS = 500;

/** In the page, before its own script: when the frame that follows some work has been painted. */
const WATCH = `
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(null);
  }));
  const whenThere = new Promise((done) => {
    const look = new MutationObserver(() => {
      if (document.querySelector('.patients tbody tr') === null) return;
      look.disconnect();
      done();
    });
    look.observe(document, { childList: true, subtree: true });
  });
  let pressed = 0;
  addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  globalThis.firstPaint = new Promise((done) => {
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') done(startTime);
    }).observe({ type: 'paint', buffered: true });
  });
  globalThis.ready = whenThere.then(painted);
  globalThis.listenFor = (type) => {
    globalThis.afterKey = new Promise((done) => {
      addEventListener(type, () => painted().then((at) => done(at - pressed)), { capture: true, once: true });
    });
  };`;

/** Opens the report from disk in a browser of its own, and works with it by keys. */
export async function pageTimes(file: string, patients: number): Promise<PageTimes> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1400, height: 900 });
    await page.evaluateOnNewDocument(WATCH);
    const number = async (script: string): Promise<number> => Number(await page.evaluate(script));
    const afterKey = async (key: string, type: 'input' | 'click'): Promise<number> => {
      await sleep(REST_MS);
      // Keys come another way than scripts: one that is pressed meanwhile may come first.
      await page.evaluate(`listenFor('${type}')`);
      await page.keyboard.press(key as KeyInput);
      return number('afterKey');
    };
    await page.goto(pathToFileURL(file).href);
    const firstPaint = await number('firstPaint');
    const ready = Math.max(firstPaint, await number('ready'));
    const shown = await number(`parseInt(document.querySelector('#patients .count').textContent)`);
    if (shown < patients) throw new Error(`${file} shows ${shown} patients`);
    await page.focus('.filter input');
    const filter: number[] = [];
    for (const key of TYPED) filter.push(await afterKey(key, 'input'));
    await page.click('.filter button[type="reset"]');
    const sort: number[] = [];
    for (const column of SORTED) {
      await page.focus(`[data-column="${column}"] button`);
      sort.push(await afterKey('Enter', 'click'));
    }
    return { firstPaint, ready, filter, sort };
  } finally {
    await browser.close();
  }
}
