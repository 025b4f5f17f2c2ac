import { createHash } from 'node:crypto';

/** A stream of pseudo-random numbers that depends on its key only. */
export interface RandomStream {
  /** In [0, 1). */
  uniform(): number;
  between(low: number, high: number): number;
  /** From `low` to `high`, both possible. */
  integer(low: number, high: number): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** The stream of a key such as `(seed, patient index, 'vessels')`; different keys give independent streams. */
export function randomStream(...key: readonly (string | number)[]): RandomStream {
  const digest = createHash('sha256').update(key.join('/')).digest();
  const next = sfc32(
    digest.readInt32LE(0),
    digest.readInt32LE(4),
    digest.readInt32LE(8),
    digest.readInt32LE(12),
  );
  const uniform = () => next() / 2 ** 32;
  const integer = (low: number, high: number) => low + Math.floor(uniform() * (high - low + 1));
  let spare: number | undefined;
  return {
    uniform,
    integer,
    between: (low, high) => low + (high - low) * uniform(),
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    pick: (items) => items[integer(0, items.length - 1)],
    shuffled(items) {
      const cards = [...items];
      for (let i = cards.length - 1; i > 0; i--) {
        const j = integer(0, i);
        [cards[i], cards[j]] = [cards[j], cards[i]];
      }
      return cards;
    },
  };
}

/** Chris Doty-Humphrey's Small Fast Counting generator, 32 bit (PractRand 0.95). */
function sfc32(a: number, b: number, c: number, counter: number): () => number {
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
}
