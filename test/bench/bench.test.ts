import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listRows, runCampaign } from './campaign.ts';
import { measure } from './measure.ts';
import { reportOf } from './report.ts';

const linux = process.platform === 'linux';

test.runIf(linux)('swinprep and its floor are measured side by side on a generated cohort', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'swinprep-test-'));
  const rows = ['lung1-2w', 'floor-lung1'];
  const result = await runCampaign({
    cohort: 'generated',
    gridSize: 32,
    cases: 1,
    fewCases: 1,
    rounds: 1,
    rows,
    long: false,
    scratch,
    say: () => {},
  });
  expect(result.failed).toEqual([]);
  expect(result.rows.map(({ name }) => name)).toEqual(rows);
  const [run, floor] = result.rows;
  for (const { wallS, cpuS, peakRssBytes } of [run, floor])
    expect(Math.min(wallS.min, cpuS.min, peakRssBytes.min)).toBeGreaterThan(0);
  // The floor writes what the run does, within what another zlib makes of it.
  expect(floor.outputBytes.median / run.outputBytes.median).toBeCloseTo(1, 1);
  expect(reportOf(result)).toMatch(/lung1 preset over its floor +at most 1\.4 +\d/);
  expect(readdirSync(scratch), 'everything is removed').toEqual([]);
  rmSync(scratch, { recursive: true });
});

test.runIf(linux)('a process is measured with its children', async () => {
  const grandchild = 'const b = Buffer.alloc(2e8, 1); const t = Date.now(); while (Date.now() - t < 300);';
  const child = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(grandchild)}])`;
  const { cpuS, peakRssBytes, wallS } = await measure({ command: process.execPath, args: ['-e', child] });
  expect(cpuS).toBeGreaterThan(0.25);
  expect(cpuS).toBeLessThan(2 * wallS);
  expect(peakRssBytes).toBeGreaterThan(2e8);
});

test.runIf(linux)('a process that fails is no measurement', async () => {
  const failing = measure({ command: process.execPath, args: ['-e', 'throw new Error("not today")'] });
  await expect(failing).rejects.toThrow(/ended with code 1.*not today/s);
});

test('every row has a name of its own', () => {
  const names = listRows({
    cohort: 'generated',
    cases: 1,
    fewCases: 1,
    rounds: 1,
    long: true,
    say: () => {},
  }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
