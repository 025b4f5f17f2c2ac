import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { resolveConfig } from '../../../src/config/load.ts';
import { measureCase } from '../../../src/measures/measure.ts';
import { copyOf, inArena } from '../../../src/memory/thread.ts';
import type { OkCase } from '../../../src/records/case.ts';
import { makeRoi } from '../../../src/steps/pass2-write/make-roi.ts';
import { roiOutputs } from '../../../src/steps/pass2-write/roi-files.ts';
import type { Constants, RoiTask } from '../../../src/steps/pass2-write/task.ts';
import { wholeOf } from '../../../src/storage/content.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import type { Volume } from '../../../src/volume/geometry.ts';
import { madeChest } from '../../support/volumes/made-chest.ts';

let poisoned = 0;

vi.mock('../../../src/memory/thread.ts', async (importOriginal) => {
  const thread = await importOriginal<typeof import('../../../src/memory/thread.ts')>();
  return {
    ...thread,
    giveBack(array: ArrayBufferView) {
      if (!thread.giveBack(array)) return false;
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(0xa5);
      poisoned++;
      return true;
    },
  };
});

const chest = madeChest();
const record = { patient_id: 'P', ct: {}, tumor: { volume_ml: 11.5 }, flags: [] } as unknown as OkCase;
const constants = {
  global_mu: -200,
  global_sigma: 300,
  min_box_mm: [128, 128, 192],
  max_box_mm: [256, 256, 192],
} as unknown as Constants;

function configOf(source: string, gzipEngine: string, auditType: string) {
  const text = stringify({
    resample: { policy: 'fixed', spacingMm: [3, 3, 5] },
    roi: { patch: '64x64x32', source },
    thorax: { write: source === 'lung' },
    output: { gzipEngine, auditType, auditVolumes: true, roiHu: true, qcOverlay: true },
  });
  return resolveConfig({ preset: 'lung1', file: { name: 'test.yml', text } });
}

const inRoom = <T extends Int16Array | Uint8Array>({ data, geometry }: Volume<T>): Volume<T> => ({
  data: copyOf<T>(data),
  geometry,
});

/** What pass 1 measures and the bytes of what pass 2 writes, by name. */
async function madeOf(config: ReturnType<typeof configOf>) {
  const clock = new StageClock();
  const measures = measureCase(record, inRoom(chest.ct), inRoom(chest.tumor), config, clock);
  const roi = makeRoi(record, inRoom(chest.ct), inRoom(chest.tumor), config, constants, clock);
  const task = { record, config, constants } as unknown as RoiTask;
  const files: Record<string, string> = {};
  for (const [name, encode] of Object.entries(roiOutputs(roi, task, clock)))
    files[name] = Buffer.from(wholeOf(await encode())).toString('base64');
  return { measures, files };
}

test.each([
  ['tumor', 'wasm', 'int16'],
  ['lung', 'wasm', 'float32'],
  ['lung', 'zlib', 'int16'],
])('memory is given back only where it is not read again: round %s, by %s, %s', async (...keys) => {
  const config = configOf(...keys);
  const expected = await madeOf(config);
  expect(poisoned).toBe(0);
  const found = await inArena(2 ** 30, () => madeOf(config));
  expect(poisoned).toBeGreaterThan(keys[0] === 'lung' ? 20 : 3);
  poisoned = 0;
  expect(Object.keys(found.files).length).toBeGreaterThan(5);
  expect(found).toEqual(expected);
});
