import type { ReadableStore } from '../store.ts';
import type { OpenedArchive } from './open-archive.ts';

/** What opened archives may hold in memory together, beside the one that was asked for last. */
const KEPT_BYTES = 2 ** 30;

interface Kept {
  readonly opened: Promise<OpenedArchive>;
  /** 0 until it is open. */
  heldBytes: number;
}

/** Archives that have been opened, by key. Those that were asked for last are kept, as many as have room. */
export class ArchivesInUse {
  /** Those asked for last stand last. */
  readonly #kept = new Map<string, Kept>();
  readonly #mostBytes: number;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(mostBytes = KEPT_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /**
   * The content of the archive at `key`: `open` is called once while it is kept, and again after it failed. Archives that are
   * held in memory are opened one `afterOther`.
   */
  async get(key: string, open: () => Promise<OpenedArchive>, afterOther: boolean): Promise<ReadableStore> {
    const known = this.#kept.get(key);
    const kept = known ?? { opened: afterOther ? this.#inTurn(open) : open(), heldBytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    try {
      const { store, heldBytes } = await kept.opened;
      kept.heldBytes = heldBytes;
      if (known === undefined) this.#makeRoom(key);
      return store;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  #inTurn(open: () => Promise<OpenedArchive>): Promise<OpenedArchive> {
    const opened = this.#opening.then(open);
    this.#opening = opened.catch(() => {});
    return opened;
  }

  #makeRoom(latest: string): void {
    let held = [...this.#kept.values()].reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    for (const [key, { heldBytes }] of this.#kept) {
      if (held <= this.#mostBytes) return;
      // One that lies in another keeps that alive.
      if (heldBytes === 0 || latest === key || latest.startsWith(`${key}/`)) continue;
      held -= heldBytes;
      this.#kept.delete(key);
    }
  }
}
