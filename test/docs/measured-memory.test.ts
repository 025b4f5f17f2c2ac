import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measureBytesOf, roiBytesOf } from '../../src/both-passes/patient-memory.ts';
import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import type { OkCase } from '../../src/records/case.ts';
import { PROCESS_BYTES, WORKER_BYTES } from '../../src/runner/worker-count.ts';
import { convertBytes } from '../../src/steps/convert/patient-memory.ts';

/** Of the patients that were measured: by slices, their spacing in mm, and bytes of their files and their archive. */
const PATIENTS = new Map([
  ['297', { sliceMm: 3, files: 185_744_388, archive: 76_623_685 }],
  ['1200', { sliceMm: 0.5, files: 750_484_514, archive: 309_595_571 }],
]);

const ROW = /^\| (\d+) \| `(\w+)`(?:, (\w+))? \| (\d) \| (\d+) MB \| (\d+) MB \| (\d+) MB \|$/gm;
const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(ROW)].map(([, ...cells]) => cells);

function configOf(preset: string, what: string | undefined): Config {
  const { roi, thorax, output, ...rest } = PRESETS[preset as keyof typeof PRESETS];
  return {
    ...rest,
    roi: { ...roi, ...(what === 'lungs' && { source: 'lung' }) },
    thorax: { ...thorax, write: what === 'lungs' },
    output: { ...output, ...(what === 'zlib' && { gzipEngine: 'zlib' }) },
  };
}

test('the page tells of patients large and small, with lungs, by zlib and from an archive', () => {
  expect(new Set(rows.map(([slices]) => slices))).toEqual(new Set(PATIENTS.keys()));
  expect(new Set(rows.map(([, , what]) => what))).toEqual(new Set([undefined, 'zlib', 'lungs', 'archive']));
});

test.each(rows)(
  'estimates are an eighth or more above what was measured: %s slices, %s, with %s, %s workers',
  (...row) => {
    const [slices, preset, what, workers, ...measured] = row;
    const { sliceMm, files, archive } = PATIENTS.get(slices)!;
    const config = configOf(preset, what);
    const size = [512, 512, Number(slices)] as const;
    const grid = {
      size_ijk: size,
      spacing_mm: [0.7, 0.7, sliceMm],
      origin_lps_mm: [0, 0, 0],
      direction_lps: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    };
    const record = { ct: grid } as unknown as OkCase;
    const estimates = [
      what === 'archive' ? convertBytes(0, archive, config) : convertBytes(files, 0, config),
      measureBytesOf(record, config),
      roiBytesOf(record, config),
    ].map((bytes) => PROCESS_BYTES + Number(workers) * (WORKER_BYTES + bytes));
    for (const [i, megabytes] of measured.entries()) {
      expect(estimates[i]).toBeGreaterThanOrEqual(1.125 * Number(megabytes) * 1e6);
      // Or patients wait that need not.
      expect(estimates[i]).toBeLessThan(1.6 * Number(megabytes) * 1e6);
    }
  },
);
