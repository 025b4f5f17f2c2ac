import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import { reportOf } from './report.ts';
import { stagePlot } from './stage-plot.ts';

const linux = process.platform === 'linux';

test.runIf(linux)('swinprep and its floor are measured side by side on a generated cohort', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'swinprep-test-'));
  const rows = ['before-lung1-2w', 'floor-lung1', 'floor-lung1-igzip', 'lung1-2w'];
  const result = await runCampaign({
    cohort: 'generated',
    gridSize: 32,
    cases: 1,
    fewCases: 1,
    rounds: 1,
    rows,
    before: 'HEAD',
    long: false,
    scratch,
    say: () => {},
  });
  expect(result.failed).toEqual([]);
  const named = (name: string) => result.rows.find((row) => row.name === name)!;
  const missing = result.leftOut.map(({ name }) => name);
  expect([...result.rows.map(({ name }) => name), ...missing].sort()).toEqual(rows);
  expect(missing).not.toContain('lung1-2w');
  const [run, floor] = ['lung1-2w', 'floor-lung1'].map(named);
  for (const { wallS, cpuS, peakRssBytes } of result.rows)
    expect(Math.min(wallS.min, cpuS.min, peakRssBytes.min)).toBeGreaterThan(0);
  // The floor writes what the run does, within what another zlib makes of it.
  expect(floor.outputBytes.median / run.outputBytes.median).toBeCloseTo(1, 1);
  // In a checkout of git the build before is this one, at its last commit.
  if (!missing.includes('before-lung1-2w')) {
    expect(reportOf(result)).toMatch(/processor time a case over the build before, lung1 +at most 0\.5 +\d/);
    expect(result.stages.map(({ build }) => build)).toEqual(['before', 'now']);
    expect(stagePlot(result)).toContain('gzip');
  }
  if (!missing.includes('floor-lung1-igzip'))
    expect(reportOf(result)).toMatch(/wall time over the floor by igzip, lung1 +at most 1\.6 +\d/);
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
