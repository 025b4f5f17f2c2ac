import { describe, expect, test } from 'vitest';
import { usualMeasureBytes, usualRoiBytes } from '../../src/both-passes/patient-memory.ts';
import { PRESETS } from '../../src/config/presets.ts';
import { PROCESS_BYTES, parseMemoryLimit, planMemory, WORKER_BYTES } from '../../src/runner/worker-count.ts';
import { usualConvertBytes } from '../../src/steps/convert/patient-memory.ts';

const GIB = 2 ** 30;

test.each([
  ['auto', undefined],
  ['4GiB', 4 * GIB],
  ['1500MB', 1.5e9],
  ['0.5 gib', GIB / 2],
])('--memory-limit %s is %s bytes', (text, bytes) => {
  expect(parseMemoryLimit(text)).toBe(bytes);
});

test.each(['4', '0GiB', 'much', '4 TB', '-1GiB'])('--memory-limit %s is refused', (text) => {
  expect(() => parseMemoryLimit(text)).toThrow('give auto, or a size such as 4GiB or 1500MB');
});

describe('the number of workers', () => {
  const share = WORKER_BYTES + usualRoiBytes(PRESETS.lung1);
  const workersIn = (memoryLimit: number | undefined, cores: number, machine = 1024 * GIB, workers = 0) =>
    planMemory(
      'pass2-write',
      { bytes: usualRoiBytes(PRESETS.lung1), what: 'a CT' },
      { workers, memoryLimit },
      cores,
      machine,
    ).workers;

  test('is as many usual patients as the limit holds, and no more than cores', () => {
    for (const count of [1, 2, 5]) {
      expect(workersIn(PROCESS_BYTES + count * share, 64)).toBe(count);
      expect(workersIn(PROCESS_BYTES + (count + 1) * share - 1, 64)).toBe(count);
    }
    expect(workersIn(1000 * GIB, 4)).toBe(4);
  });

  test('without a limit goes by the memory of the machine, and is never 0', () => {
    expect(workersIn(undefined, 64, (PROCESS_BYTES + 3 * share) / 0.79)).toBe(3);
    expect(workersIn(undefined, 64, GIB / 2)).toBe(1);
  });

  test('that is given stays', () => {
    expect(workersIn(PROCESS_BYTES + share, 64, 1024 * GIB, 7)).toBe(7);
  });

  test('is refused where one worker does not fit', () => {
    expect(() => workersIn(PROCESS_BYTES + share - 1, 64)).toThrow(
      /^--memory-limit: \d\.\d\d GiB is too little: pass2-write with one worker takes \d\.\d\d GiB for a CT$/,
    );
  });
});

test('patients share what the process and its workers leave of the limit', () => {
  const memoryLimit = 8 * GIB;
  const { workers, patientBytes } = planMemory(
    'convert',
    { bytes: usualConvertBytes(PRESETS.lung1), what: 'a CT' },
    { workers: 3, memoryLimit },
    2,
    1024 * GIB,
  );
  expect(patientBytes).toBe(memoryLimit - PROCESS_BYTES - workers * WORKER_BYTES);
});

test('a patient takes more where the lungs are found: to measure it, and to convert it, which measures it too', () => {
  const { lung1 } = PRESETS;
  for (const lungs of [
    { ...lung1, roi: { ...lung1.roi, source: 'lung' } } as const,
    { ...lung1, thorax: { ...lung1.thorax, write: true } },
  ])
    for (const usual of [usualConvertBytes, usualMeasureBytes])
      expect(usual(lungs)).toBeGreaterThan(usual(lung1));
});
