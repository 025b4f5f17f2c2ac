import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJson } from '../support/cli.ts';
import { runPython } from './python.ts';
import { scratchFolder } from './scratch.ts';

const SCRIPT = '../device/swinunetr_memory.py';
const PARAMETERS = 4_078_064;

interface ComputedRow {
  readonly checkpointing: boolean;
  readonly parameters: number;
  readonly after_forward_bytes: number;
  readonly peak_bytes: number;
}

async function computed(...options: string[]): Promise<ComputedRow[]> {
  const args = ['--computed', '--small', ...options];
  return JSON.parse(await runPython(SCRIPT, args, 'requirements-training.txt')).rows;
}

test('bytes counted on tensors without values are those of tensors with values', async () => {
  const rows = await computed();
  expect(rows.map(({ checkpointing, parameters }) => [checkpointing, parameters])).toEqual([
    [false, PARAMETERS],
    [true, PARAMETERS],
  ]);
  expect(rows).toEqual(await computed('--with-values'));
  // Weights and the two moments of AdamW stay; checkpointing keeps less of the forward pass.
  const [plain, checkpointed] = rows;
  expect(checkpointed.after_forward_bytes).toBeGreaterThan(3 * 4 * PARAMETERS);
  expect(plain.after_forward_bytes).toBeGreaterThan(checkpointed.after_forward_bytes);
  expect(plain.peak_bytes).toBeGreaterThanOrEqual(plain.after_forward_bytes);
});

test('a small network is measured on the CPU, and what time does not allow is said', async () => {
  const measure = async (...options: string[]) => {
    const out = scratchFolder();
    const args = ['--device', 'cpu', '--small', '--steps', '1', '--warmup', '0', '--out', out, ...options];
    await runPython(SCRIPT, args, 'requirements-training.txt');
    const table = readFileSync(join(out, 'swinunetr-memory.md'), 'utf8');
    const [, , row] = table.split('\n');
    return { found: readJson<Record<string, unknown>>(out, 'swinunetr-memory.json'), row };
  };
  const config = { patch: '64x32x32', feature_size: 12, mixed_precision: false };
  const numbers = { seconds: expect.any(Number), peak_rss_bytes: expect.any(Number) };
  const measured = {
    ...{ ...config, state: 'measured', parameters: PARAMETERS, autocast: null },
    ...{ training: numbers, inference: numbers },
  };
  const { found, row } = await measure('--minutes', '30');
  expect(found).toEqual({
    ...{
      torch: expect.stringMatching(/^2\./),
      monai: expect.stringMatching(/^1\./),
      device: 'cpu',
      steps: 1,
    },
    rows: [
      { ...measured, checkpointing: false },
      { ...measured, checkpointing: true },
    ],
  });
  expect(row).toMatch(/^\| 64x32x32 \| 12 \| [^|]* s \| not measured \| [^|]* s \| not measured \|$/);

  const left = { ...config, state: 'not measured', why: 'the time was up' };
  const none = await measure('--minutes', '0');
  expect(none.found.rows).toEqual([
    { ...left, checkpointing: false },
    { ...left, checkpointing: true },
  ]);
  expect(none.row).toBe(`| 64x32x32 | 12 |${' not measured |'.repeat(4)}`);
});
