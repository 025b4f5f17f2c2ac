/** Stands in for Tinypool: the tasks of all pools are done one after the other, in this thread. */
export class Tinypool {
  static #last: Promise<unknown> = Promise.resolve();
  readonly #module: string;

  constructor({ filename }: { readonly filename: string }) {
    this.#module = filename;
  }

  /** As between threads, neither side sees what the other does to its copy. */
  run(task: unknown): Promise<unknown> {
    const done = Tinypool.#last.then(async () => {
      const { default: work } = (await import(this.#module)) as { default: (task: unknown) => unknown };
      return structuredClone(await work(structuredClone(task)));
    });
    Tinypool.#last = done.catch(() => {});
    return done;
  }

  async recycleWorkers(): Promise<void> {}

  async destroy(): Promise<void> {}
}

export default Tinypool;
