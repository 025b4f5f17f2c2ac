interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/**
 * Memory that patients share: one starts when its estimated bytes fit into what is left, or when no other is held. They
 * start in the order in which they ask, so that a large one is not passed for ever by small ones.
 */
export class MemoryQueue {
  readonly #limit: number;
  readonly #waiting: Waiting[] = [];
  #held = 0;
  #holders = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves when the patient may start; `release` has to follow with the same number. */
  acquire(bytes: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ bytes, start });
      this.#startNext();
    });
  }

  release(bytes: number): void {
    this.#held -= bytes;
    this.#holders--;
    this.#startNext();
  }

  #startNext(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#holders > 0 && this.#held + first.bytes > this.#limit) return;
      this.#waiting.shift();
      this.#held += first.bytes;
      this.#holders++;
      first.start();
    }
  }
}
