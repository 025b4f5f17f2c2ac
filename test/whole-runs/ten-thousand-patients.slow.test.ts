import { expect, test } from 'vitest';
import { describeArtifacts, heapOf } from '../support/artifacts-of-many.ts';

const MANY = 10_000;
const FEW = 1000;

const casesOf = describeArtifacts(MANY, FEW, 100);

test('cases in memory take as much a patient of 10 000 as of 1000, and less than 32 KiB', () => {
  const [few, all] = [heapOf(casesOf(FEW)) / FEW, heapOf(casesOf(MANY)) / MANY];
  expect(all).toBeLessThan(32 * 1024);
  expect(all / few).toBeLessThan(1.1);
});
