interface Block {
  readonly start: number;
  readonly end: number;
}

/** Stretches of memory that have been given back, in their order; those that touch are one. */
export class FreeBlocks {
  #blocks: Block[] = [];

  /** Where a stretch of `bytes` begins in the first block that holds as many, which loses them; undefined where none does. */
  take(bytes: number): number | undefined {
    const i = this.#blocks.findIndex(({ start, end }) => end - start >= bytes);
    if (i < 0) return undefined;
    const { start, end } = this.#blocks[i];
    this.#blocks.splice(i, 1, ...(end - start > bytes ? [{ start: start + bytes, end }] : []));
    return start;
  }

  give(start: number, end: number): void {
    if (start === end) return;
    const after = this.#blocks.findIndex((block) => block.start >= end);
    const i = after < 0 ? this.#blocks.length : after;
    const [before, next] = [this.#blocks[i - 1], this.#blocks[i]];
    const touchesBefore = before?.end === start;
    const touchesNext = next?.start === end;
    this.#blocks.splice(touchesBefore ? i - 1 : i, Number(touchesBefore) + Number(touchesNext), {
      start: touchesBefore ? before.start : start,
      end: touchesNext ? next.end : end,
    });
  }

  /** Where memory in use ends that is handed out up to `top`: the block that ends there is no block any more. */
  cutOff(top: number): number {
    return this.#blocks.at(-1)?.end === top ? this.#blocks.pop()!.start : top;
  }

  clear(): void {
    this.#blocks = [];
  }
}
