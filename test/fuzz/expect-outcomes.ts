import { expect } from 'vitest';
import { runCampaign } from './campaign.ts';

/**
 * Any file may be damaged in any way: it is read all the same, or the patient is excluded with a code and the file named.
 * No other error, no hang, no memory without bound. `npm run fuzz` runs as many cases as wanted.
 */
export async function expectReadOrRefused(count: number): Promise<void> {
  const { cases, outcomes, failures } = await runCampaign({ seed: 1, first: 0, end: count, processes: 2 });
  const told = failures.map(({ index, what }) => `npm run fuzz -- --seed 1 --only ${index}: ${what}`);
  expect(told).toEqual([]);
  expect(cases).toBe(count);
  // The damage is neither too little nor too much to be worth the time.
  for (const outcome of ['ok', 'unreadable-dicom', 'truncated-pixel-data', 'unreadable-nifti', 'refused'])
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(count / 200);
}
