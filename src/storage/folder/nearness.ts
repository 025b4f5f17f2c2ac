/** Files by whose time it is told whether they lie near. */
const TRIED = 16;

/** A file in the page cache of a local disk takes some ten microseconds, one across a network a hundred times as long. */
const NEAR_MS = 0.15;

/** Files that are then reached side by side before it is tried again. */
const FAR = 512;

/**
 * Tells of many small requests to a file system whether they are done one after the other, which costs less than a promise
 * a step where files are as near as memory, or side by side where they have to be waited for.
 */
export class Nearness {
  #tried = 0;
  #late = 0;
  #farLeft = 0;

  /** Whether the next one is to be waited for. */
  isFar(): boolean {
    if (this.#farLeft === 0) return false;
    this.#farLeft--;
    return true;
  }

  /** What `work` returns, which does one at once; how long it takes decides for those after it. */
  atOnce<T>(work: () => T): T {
    const before = performance.now();
    try {
      return work();
    } finally {
      // Most of them: one alone may have had to wait for the processor.
      if (performance.now() - before > NEAR_MS) this.#late++;
      if (++this.#tried === TRIED) {
        if (2 * this.#late > TRIED) this.#farLeft = FAR;
        [this.#tried, this.#late] = [0, 0];
      }
    }
  }
}
