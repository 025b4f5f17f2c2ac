import { expect, test } from 'vitest';
import { describeArtifacts, heapOf } from '../support/artifacts-of-many.ts';

// Ten times as many, and that memory does not grow with them: ten-thousand-patients.slow.test.ts.
const MANY = 1000;

const casesOf = describeArtifacts(MANY, 500, 100);

test('cases in memory take less than 32 KiB a patient', () => {
  expect(heapOf(casesOf(MANY)) / MANY).toBeLessThan(32 * 1024);
});
