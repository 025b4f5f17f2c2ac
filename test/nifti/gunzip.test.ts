import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inArena, kernelsFor, room } from '../../src/memory/thread.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { gunzip } from '../../src/nifti/gunzip.ts';
import { anyBytes, anyOptions, random } from '../support/deflated.ts';
import { hasSharedData, namesBelow, shared } from '../support/shared-data.ts';
import { VOXEL_ARRAYS } from '../support/volumes/voxel-arrays.ts';

interface Result {
  readonly bytes?: Buffer;
  /** The kernel did it. */
  readonly inArena?: boolean;
  readonly message?: string;
}

/** As of a patient at work. */
function gunzipped(bytes: Uint8Array, mostBytes?: number): Promise<Result> {
  return inArena(2 ** 28, async () => {
    try {
      const out = gunzip(bytes, mostBytes);
      return { bytes: Buffer.from(out), inArena: kernelsFor(out) !== undefined };
    } catch (thrown) {
      return { message: (thrown as Error).message };
    }
  });
}

function byZlib(bytes: Uint8Array): Result {
  try {
    return { bytes: gunzipSync(bytes) };
  } catch (thrown) {
    return { message: (thrown as Error).message };
  }
}

async function expectAsZlib(bytes: Uint8Array): Promise<void> {
  const [ours, zlibs] = [await gunzipped(bytes), byZlib(bytes)];
  expect(ours.message).toBe(zlibs.message);
  if (zlibs.bytes !== undefined) expect(zlibs.bytes.equals(ours.bytes!)).toBe(true);
}

/** A member with optional fields in its header (RFC 1952, 2.3.1), in the order in which they stand there. */
function member(
  content: Uint8Array,
  {
    flags = 0,
    extra = 0,
    name = '',
    comment = '',
  }: { flags?: number; extra?: number; name?: string; comment?: string },
): Uint8Array {
  const plain = gzipSync(content);
  const head = [plain.subarray(0, 3), Uint8Array.of(flags), plain.subarray(4, 10)];
  if (flags & 4) head.push(Uint8Array.of(extra & 255, extra >> 8), new Uint8Array(extra).fill(8));
  if (flags & 8) head.push(Buffer.from(`${name}\0`, 'latin1'));
  if (flags & 16) head.push(Buffer.from(`${comment}\0`, 'latin1'));
  if (flags & 2) {
    const sum = crc32(Buffer.concat(head)) & 0xffff;
    head.push(Uint8Array.of(sum & 255, sum >> 8));
  }
  return Buffer.concat([...head, plain.subarray(10)]);
}

test('what zlib packs is unpacked in the arena, and elsewhere where no patient is at work', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, anyOptions, async (whole, options) => {
      const zipped = gzipSync(whole, options);
      const { bytes, inArena: byKernel } = await gunzipped(zipped);
      expect(byKernel).toBe(true);
      expect(bytes!.equals(whole)).toBe(true);
      const outside = gunzip(zipped);
      expect(kernelsFor(outside)).toBeUndefined();
      expect(bytes!.equals(outside)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a header of any fields is passed over, or refused as by zlib', async () => {
  const text = fc.string({ maxLength: 20 }).map((s) => s.replaceAll('\0', ''));
  const fields = fc.record({ flags: fc.nat(63), extra: fc.nat(700), name: text, comment: text });
  await fc.assert(
    fc.asyncProperty(anyBytes, fields, async (content, header) => {
      const bytes = member(content, header);
      await expectAsZlib(bytes);
      // A checksum of the header is zlib's to check.
      expect((await gunzipped(bytes)).inArena ?? false).toBe((header.flags & (32 | 2)) === 0);
    }),
    { numRuns: 60 },
  );
});

test('several members, zeros and other bytes after them are taken as by zlib', async () => {
  const piece = fc.oneof(
    anyBytes.map((bytes) => new Uint8Array(gzipSync(bytes))),
    fc.nat(600).map((n) => new Uint8Array(n)),
    fc.uint8Array({ maxLength: 20 }),
    fc.constant(Uint8Array.of(0x1f, 0x8b)),
  );
  await fc.assert(
    fc.asyncProperty(anyBytes, fc.array(piece, { maxLength: 3 }), async (first, pieces) => {
      await expectAsZlib(Buffer.concat([gzipSync(first), ...pieces]));
    }),
    { numRuns: 100 },
  );
});

test('what is cut short or damaged is refused in the words of zlib', async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      anyBytes,
      anyOptions,
      damage,
      fc.option(fc.nat()),
      async (whole, options, changes, cut) => {
        const zipped = new Uint8Array(gzipSync(whole, options));
        for (const [at, value] of changes) zipped[at % zipped.length] = value;
        await expectAsZlib(cut === null ? zipped : zipped.subarray(0, cut % zipped.length));
        // The ends of the trailer.
        await expectAsZlib(zipped.subarray(0, -1));
        await expectAsZlib(zipped.subarray(0, -4));
        await expectAsZlib(zipped.subarray(0, -8));
      },
    ),
    { numRuns: 100 },
  );
});

test('a wrong checksum, and a wrong length, are refused', async () => {
  const zipped = gzipSync(new Uint8Array(5000).fill(4));
  const changed = (fromEnd: number, by: number): Buffer => {
    const bytes = Buffer.from(zipped);
    bytes[bytes.length - fromEnd] += by;
    return bytes;
  };
  expect((await gunzipped(changed(8, 1))).message).toBe('incorrect data check');
  for (const [fromEnd, by] of [
    [4, 1],
    [4, -1],
    [1, 1],
    [2, 1],
  ])
    expect((await gunzipped(changed(fromEnd, by))).message).toBe('incorrect length check');
});

test('what the kernel leaves to zlib takes no memory of a patient', async () => {
  const one = gzipSync('some content'.repeat(2000));
  const damaged = Uint8Array.from(one);
  damaged[damaged.length - 8] ^= 1;
  await inArena(2 ** 28, async () => {
    const top = () => room(Uint8Array, 0).byteOffset;
    const before = top();
    expect(kernelsFor(gunzip(Buffer.concat([one, one])))).toBeUndefined();
    expect(() => gunzip(damaged)).toThrow('incorrect data check');
    expect(top()).toBe(before);
  });
});

test('more than the limit is refused, as much is not', async () => {
  const zipped = gzipSync(new Uint8Array(2000));
  expect((await gunzipped(zipped, 1999)).message).toContain('1999');
  expect((await gunzipped(zipped, 2000)).bytes).toHaveLength(2000);
});

test.each(['gzip', 'pigz', 'igzip'])('what %s packs is unpacked, at every level it has', async (program) => {
  const next = random(5);
  const hu = Int16Array.from({ length: 300_000 }, (_, i) => 200 * Math.sin(i / 5000) + (next() % 40));
  hu.fill(-1024, 60_000, 120_000);
  const whole = new Uint8Array(hu.buffer);
  for (const level of ['-0', '-1', '-2', '-3', '-6', '-9']) {
    const { status, stdout } = spawnSync(program, [level, '-c'], { input: whole, maxBuffer: 2 ** 24 });
    // It is not here, or has no such level.
    if (status !== 0) continue;
    const { bytes, inArena: byKernel } = await gunzipped(stdout);
    expect(byKernel).toBe(true);
    expect(bytes!.equals(whole)).toBe(true);
  }
});

describe.runIf(hasSharedData)('real files', () => {
  const files = hasSharedData ? namesBelow(shared('nifti')).filter((name) => name.endsWith('.gz')) : [];
  test.each(files)('%s', async (name) => {
    await expectAsZlib(readFileSync(shared('nifti', name)));
  });
});

const geometry = {
  size: [40, 30, 5],
  spacingMm: [0.5, 0.75, 3],
  originMm: [-10, 20, -30],
  direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
} as const;

test.each(VOXEL_ARRAYS)(
  'voxels of a packed volume lie in the arena where they were inflated: %o',
  async (ArrayType) => {
    const volume = { data: ArrayType.from(Array.from({ length: 6000 }, (_, i) => i % 120)), geometry };
    const zipped = gzipSync(encodeNifti(volume));
    await inArena(2 ** 28, async () => {
      const { data, geometry: decoded } = decodeNifti('a.nii.gz', zipped);
      expect(kernelsFor(data)).toBeDefined();
      expect(decoded).toEqual(geometry);
      expect(data.constructor).toBe(ArrayType);
      expect([...data]).toEqual([...volume.data]);
    });
  },
);
