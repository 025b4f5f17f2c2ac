import { test } from 'vitest';
import { expectReadOrRefused } from './expect-outcomes.ts';

const CASES = 3000;

test(`${CASES} damaged studies, images, archives and volumes are read or refused`, async () => {
  await expectReadOrRefused(CASES);
}, 900_000);
