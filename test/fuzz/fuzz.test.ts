import { test } from 'vitest';
import { expectReadOrRefused } from './expect-outcomes.ts';

/** The first of those in fuzz.slow.test.ts. */
const CASES = 300;

test(`${CASES} damaged studies, images, archives and volumes are read or refused`, async () => {
  await expectReadOrRefused(CASES);
}, 900_000);
