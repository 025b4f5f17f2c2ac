import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
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

test.runIf(linux)('a run on one core, and one whose answers come late, make what the others do', async () => {
  const rows = ['lung1-1core', 'lung1-azurite-20ms'];
  const options = {
    cohort: 'generated',
    gridSize: 32,
    cases: 1,
    fewCases: 1,
    rounds: 1,
    long: false,
  } as const;
  const result = await runCampaign({ ...options, rows, say: () => {} });
  expect(result.failed).toEqual([]);
  expect(result.leftOut.map(({ name }) => name).filter((name) => name !== 'lung1-1core')).toEqual([]);
  expect(result.rows.map(({ name }) => name)).toContain('lung1-azurite-20ms');
});
