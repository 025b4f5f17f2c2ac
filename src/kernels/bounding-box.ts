import type { Vec3 } from '../volume/geometry.ts';

/** A box of voxels: first index and number of voxels along each axis. */
export interface Box {
  readonly start: Vec3;
  readonly size: Vec3;
}

/** A mask, and its bytes from `head` on four at a time. */
interface Words {
  readonly mask: Uint8Array;
  readonly head: number;
  readonly words: Uint32Array;
}

function wordsOf(mask: Uint8Array): Words {
  const { buffer, byteOffset, length } = mask;
  const head = -byteOffset & 3;
  const whole = Math.max(0, (length - head) >> 2);
  return {
    mask,
    head,
    words: whole === 0 ? new Uint32Array(0) : new Uint32Array(buffer, byteOffset + head, whole),
  };
}

/** The first index from `from` on where a byte is not 0; the length where there is none. Masks are nearly all 0. */
function nextSet({ mask, head, words }: Words, from: number): number {
  let word = Math.max(0, (from - head + 3) >> 2);
  const aligned = Math.min(mask.length, head + word * 4);
  for (let at = from; at < aligned; at++) if (mask[at] !== 0) return at;
  while (word < words.length && words[word] === 0) word++;
  let at = Math.max(aligned, head + Math.min(word, words.length) * 4);
  while (at < mask.length && mask[at] === 0) at++;
  return at;
}

/** Smallest box that holds every voxel > 0, and their number; undefined where there is none. */
export function boundingBox(mask: Uint8Array, size: Vec3): (Box & { readonly voxels: number }) | undefined {
  const [nx, ny, nz] = size;
  const words = wordsOf(mask);
  let voxels = 0;
  let [x0, y0, z0, x1, y1, z1] = [nx, ny, nz, -1, -1, -1];
  for (let at = nextSet(words, 0); at < mask.length; ) {
    const first = at % nx;
    const row = at - first;
    const y = (row / nx) % ny;
    const z = Math.floor(row / (nx * ny));
    let last = first;
    for (let x = first; x < nx; x++) {
      if (mask[row + x] === 0) continue;
      last = x;
      voxels++;
    }
    x0 = Math.min(x0, first);
    x1 = Math.max(x1, last);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
    z0 = Math.min(z0, z);
    z1 = z;
    at = nextSet(words, row + nx);
  }
  if (voxels === 0) return undefined;
  return { start: [x0, y0, z0], size: [x1 - x0 + 1, y1 - y0 + 1, z1 - z0 + 1], voxels };
}
