import { expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';

const CASES = 3000;

/**
 * Any file may be damaged in any way: it is read all the same, or the patient is excluded with a code and the file named.
 * No other error, no hang, no memory without bound. `npm run fuzz` runs as many cases as wanted.
 */
test(`${CASES} damaged studies, images, archives and volumes are read or refused`, async () => {
  const { cases, outcomes, failures } = await runCampaign({ seed: 1, first: 0, end: CASES, processes: 2 });
  const told = failures.map(({ index, what }) => `npm run fuzz -- --seed 1 --only ${index}: ${what}`);
  expect(told).toEqual([]);
  expect(cases).toBe(CASES);
  // The damage is neither too little nor too much to be worth the time.
  for (const outcome of ['ok', 'unreadable-dicom', 'truncated-pixel-data', 'unreadable-nifti', 'refused'])
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(CASES / 200);
}, 900_000);
