import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzipSync as firstMember } from 'fflate';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ProgramError } from '../../src/errors.ts';
import { encodeNifti, encodeNiftiGz } from '../../src/nifti/encode.ts';
import { igzip } from '../../src/nifti/igzip.ts';
import type { VoxelArray } from '../../src/volume/geometry.ts';
import { temporaryFolder } from '../support/cli.ts';
import { noise } from '../support/deflated.ts';
import { hasIgzip, pathWith } from '../support/igzip.ts';
import { GRAINY } from '../support/volumes/grainy.ts';

const MIB = 2 ** 20;
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A whole file. */
async function zip(parts: Iterable<Uint8Array>, level: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(Buffer.concat(await igzip(parts, level)));
}

describe.runIf(hasIgzip)('by igzip', () => {
  test('is one member, with a header of its own, that inflates to the parts in a row', async () => {
    const length = fc.oneof(fc.nat(3), fc.nat(5000), fc.integer({ min: MIB - 2, max: 3 * MIB }));
    const parts = fc.array(fc.tuple(length, fc.nat()), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 9 }), async (shapes, level) => {
        const bytes = shapes.map(([n, seed]) => noise(n, seed));
        const zipped = await zip(bytes, level);
        const whole = Buffer.concat(bytes);
        expect(gunzipSync(zipped).equals(whole)).toBe(true);
        // fflate stops after the first member.
        expect(whole.equals(firstMember(zipped))).toBe(true);
        expect([...zipped.subarray(0, 10)]).toEqual(HEADER);
      }),
      { numRuns: 25 },
    );
  });

  const { geometry, hu } = GRAINY;

  test.each<[string, VoxelArray]>([
    ['int16', Int16Array.from(hu)],
    ['float32', Float32Array.from(hu)],
    ['uint8', Uint8Array.from(hu, (v) => (v > 20 ? 1 : 0))],
  ])('a volume of %s comes back, and in the same bytes each time', async (_, data) => {
    const volume = { data, geometry };
    const zipped = Buffer.concat(await encodeNiftiGz(volume, { engine: 'igzip', level: 3 }));
    expect(gunzipSync(zipped).equals(encodeNifti(volume))).toBe(true);
    for (const again of await Promise.all([1, 2, 3].map(() => zip([encodeNifti(volume)], 3))))
      expect(Buffer.compare(again, zipped)).toBe(0);
  });

  test('a level above its highest is its highest', async () => {
    const bytes = [noise(MIB, 1)];
    const [three, nine, one] = await Promise.all([3, 9, 1].map((level) => zip(bytes, level)));
    expect(nine).toEqual(three);
    expect(one).not.toEqual(three);
  });
});

describe('a program by the name of igzip', () => {
  /** More than a pipe takes before somebody reads it. */
  const bytes = noise(4 * MIB, 2);

  test('that deflates by its own way is taken, under the same header', async () => {
    vi.stubEnv('PATH', pathWith('exec gzip "$@"'));
    const zipped = await zip([bytes], 1);
    expect([...zipped.subarray(0, 10)]).toEqual(HEADER);
    expect(new DataView(zipped.buffer, zipped.byteOffset).getUint32(zipped.length - 8, true)).toBe(
      crc32(bytes),
    );
    expect(gunzipSync(zipped).equals(bytes)).toBe(true);
  });

  test.each([
    ['that fails', 'cat > /dev/null; echo out of luck >&2; exit 3', 'igzip ended with code 3: out of luck'],
    ['that fails before it reads', 'exit 4', 'igzip ended with code 4'],
    ['that is killed', 'kill -9 $$', 'igzip was ended by SIGKILL'],
    ['that says nothing', 'cat > /dev/null', 'igzip gave 0 bytes that are no gzip file'],
    ['that reads nothing', 'exit 0', 'igzip gave 0 bytes that are no gzip file'],
    [
      'that prints something else',
      'cat > /dev/null; echo rubbish',
      'igzip gave 8 bytes that are no gzip file',
    ],
    ['that leaves the end off', 'head -c 1000000 | gzip -n', /igzip gave \d+ bytes that are no gzip file/],
    ['that is cut short', 'gzip -n | head -c 1000', 'igzip gave 1000 bytes that are no gzip file'],
    ['that deflates other bytes', 'tr "\\1" "\\2" | gzip -n', /igzip gave \d+ bytes that are no gzip file/],
  ])('%s is told by how it ended', async (_, script, message) => {
    vi.stubEnv('PATH', pathWith(script));
    const zipped = zip([bytes], 1);
    await expect(zipped).rejects.toThrow(ProgramError);
    await expect(zipped).rejects.toThrow(message);
  });

  test('that is content with the first of several parts is told of', async () => {
    vi.stubEnv('PATH', pathWith(`head -c ${MIB} | gzip -n`));
    const parts = [1, 2, 3, 4].map((seed) => noise(MIB, seed));
    await expect(zip(parts, 1)).rejects.toThrow(/igzip gave \d+ bytes that are no gzip file/);
  });

  test('does not end in a file where a part cannot be made', async () => {
    vi.stubEnv('PATH', pathWith('exec gzip "$@"'));
    function* parts(): Generator<Uint8Array> {
      yield noise(MIB, 1);
      throw new Error('no more');
    }
    await expect(zip(parts(), 1)).rejects.toThrow('no more');
  });

  test('that is not there, or no program, is told so', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    await expect(zip([bytes], 1)).rejects.toThrow('igzip is not on the PATH');
    vi.stubEnv('PATH', pathWith('exit 0', 0o644).split(':')[0]);
    await expect(zip([bytes], 1)).rejects.toThrow(ProgramError);
  });
});
