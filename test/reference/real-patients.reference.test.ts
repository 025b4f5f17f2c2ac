import { join } from 'node:path';
import { describe, test } from 'vitest';
import { cli } from '../support/cli.ts';
import type { CohortOutputs } from '../support/generated-cohort.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import { compareWithReference, expectEqual, printDifferences } from './equality.ts';
import { scratchFolder } from './scratch.ts';

const CLINICAL = 'tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv';
const IDS = ['LUNG1-001', 'LUNG1-002'];

async function preprocess(preset: string): Promise<CohortOutputs> {
  const out = scratchFolder();
  const clinical = shared(CLINICAL);
  await cli([
    'preprocess',
    '--raw',
    shared('lung1'),
    '--clinical',
    clinical,
    '--out',
    out,
    '--preset',
    preset,
  ]);
  return {
    interim: join(out, 'interim'),
    roi: join(out, 'roi'),
    stats: join(out, 'artifacts/pass1_stats/stats'),
    manifest: join(out, 'artifacts/pass2_write/manifest'),
    patientIds: IDS,
  };
}

describe.runIf(hasSharedData)('two real Lung1 patients', () => {
  test('preset reference: every volume, box and statistic is that of the reference', async () => {
    const found = await compareWithReference(await preprocess('reference'), scratchFolder());
    printDifferences('Lung1, preset reference', found);
    expectEqual(found);
  });
});
