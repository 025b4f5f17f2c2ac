import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { holdOutcomes } from '../support/odd-cohorts/outcomes.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import { runPython } from './python.ts';

/** Lies beside the data, and makes the cohorts that test/support/odd-cohorts makes without Python. */
const SCRIPT = shared('../tools/odd-cohorts.py');

const hasScript = hasSharedData && existsSync(SCRIPT);
if (!hasScript) process.stderr.write(`no script at ${SCRIPT}: the tests that need it are skipped\n`);

describe.runIf(hasScript)('the cohorts that pydicom and highdicom write', () => {
  const place = temporaryFolder();
  beforeAll(() => runPython(SCRIPT, [place]));
  afterAll(() => rmSync(place, { recursive: true }));
  holdOutcomes(() => place);
});
