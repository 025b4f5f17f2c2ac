interface Waiting {
  readonly bytes: number;
  readonly start: (crowded: boolean) => void;
}

/**
 * Memory that patients share, and the workers between two patients: a patient starts when its estimated bytes fit into what
 * is left, or when no other is held. They start in the order in which they ask, so that a large one is not passed for ever
 * by small ones.
 */
export class MemoryQueue {
  readonly #limit: number;
  readonly #waiting: Waiting[] = [];
  /** What workers without a patient have kept of the last one, the least first. */
  #kept: number[];
  #held = 0;
  #holders = 0;

  /** @param keptBytes what each worker holds already */
  constructor(limit: number, keptBytes: readonly number[]) {
    this.#limit = limit;
    this.#kept = keptBytes.toSorted((a, b) => a - b);
  }

  /** What each worker without a patient keeps. */
  get keptBytes(): readonly number[] {
    return this.#kept;
  }

  /**
   * Resolves when the patient may start; `release` has to follow with the same number. True where it would not fit beside
   * what workers keep: that has then to be freed before, and counts as freed.
   */
  acquire(bytes: number): Promise<boolean> {
    return new Promise((start) => {
      this.#waiting.push({ bytes, start });
      this.#startNext();
    });
  }

  /** @param keptBytes what the worker keeps of the patient's memory */
  release(bytes: number, keptBytes = 0): void {
    this.#held -= bytes;
    this.#holders--;
    this.#kept = [...this.#kept, keptBytes].sort((a, b) => a - b);
    this.#startNext();
  }

  #startNext(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      // Which worker will take it is not known: the one that has kept least, so that others' are counted rather than not.
      const keptElsewhere = this.#kept.slice(1).reduce((sum, bytes) => sum + bytes, 0);
      const fits = this.#held + first.bytes + keptElsewhere <= this.#limit;
      if (this.#holders > 0 && !fits) return;
      const crowded = !fits && keptElsewhere > 0;
      if (crowded) this.#kept = this.#kept.map(() => 0);
      this.#waiting.shift();
      this.#kept.shift();
      this.#held += first.bytes;
      this.#holders++;
      first.start(crowded);
    }
  }
}
